// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap's programs take in the kernel, by the kernel's own count of nanoseconds and runs. That count includes a
// part of the measuring, which is what empty programs at the same tracepoints read in the same round.
#include <fcntl.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "bench/figures/figures.h"
#include "bench/harness/bpf_times.h"
#include "bench/harness/storm.h"

namespace exectap::bench {
namespace {

struct Reading {
    double exec = 0;  // with the rename before it
    double rename = 0;
    double fork = 0;
    double exit = 0;
};

struct Readings {
    Reading exectap;
    Reading empty;
};

Reading reading_of(const BpfTimes& execs, const BpfTimes& forks, const std::string& prefix) {
    const auto rename = execs.nanoseconds_a_run(prefix + "rename");
    return {execs.nanoseconds_a_run(prefix + "exec") + rename, rename, forks.nanoseconds_a_run(prefix + "fork"),
            forks.nanoseconds_a_run(prefix + "exit")};
}

class Rounds {
public:
    explicit Rounds(const Setup& setup) : setup_(setup) {}

    // exectap is first at the tracepoints in one round, the empty programs in the next: who comes second finds the
    // caches warm.
    Readings take(int round, std::vector<std::string> arguments) {
        std::optional<EmptyPrograms> empty;
        if (round % 2 == 0) empty.emplace();
        auto tracer = setup_.start(std::move(arguments), null_.get());
        if (!empty) empty.emplace();
        const auto execs = run(tracer.pid(), execs_);
        const auto forks = run(tracer.pid(), forks_);
        tracer.stop();
        return {reading_of(execs.exectap, forks.exectap, "on_"), reading_of(execs.own, forks.own, "empty_")};
    }

    std::vector<std::string> watched(std::vector<std::string> options) const {
        options.push_back(execs_.pid_text());
        options.push_back(forks_.pid_text());
        return options;
    }

    std::string idle_pid() const { return idle_.pid_text(); }

private:
    struct Times {
        BpfTimes exectap;
        BpfTimes own;
    };

    Times run(pid_t exectap, Storm& storm) const {
        const auto before = BpfTimes::of(exectap);
        const auto own_before = BpfTimes::of(::getpid());
        storm.run(setup_.execs());
        return {BpfTimes::of(exectap).since(before), BpfTimes::of(::getpid()).since(own_before)};
    }

    const Setup& setup_;
    BpfStatistics statistics_;
    Storm execs_;
    Storm forks_{Storm::Kind::fork};
    Storm idle_;
    UniqueFd null_ = test::open_file("/dev/null", O_WRONLY);
};

}  // namespace

Figures measure_kernel(const Setup& setup) {
    Rounds rounds(setup);
    Samples samples;
    for (int round = 0; round < setup.rounds; round++) {
        const auto unwatched = rounds.take(round, {rounds.idle_pid()});
        samples["exec-unwatched"].push_back(unwatched.exectap.exec - unwatched.empty.exec);
        samples["exec-unwatched-rename"].push_back(unwatched.exectap.rename - unwatched.empty.rename);
        samples["fork-unwatched"].push_back(unwatched.exectap.fork - unwatched.empty.fork);
        samples["exit-unwatched"].push_back(unwatched.exectap.exit - unwatched.empty.exit);
        samples["empty-program"].push_back(unwatched.empty.fork);
        const auto watched = rounds.take(round, rounds.watched({}));
        samples["exec-watched"].push_back(watched.exectap.exec);
        samples["exec-watched-net"].push_back(watched.exectap.exec - watched.empty.exec);
        samples["fork-watched"].push_back(watched.exectap.fork);
        samples["fork-watched-net"].push_back(watched.exectap.fork - watched.empty.fork);
        const auto paths = rounds.take(round, rounds.watched({"--fields", "pid,comm,exe,cwd,argv"}));
        samples["exec-watched-paths"].push_back(paths.exectap.exec);
        samples["exec-watched-paths-net"].push_back(paths.exectap.exec - paths.empty.exec);
    }
    auto figures = figures_of(samples);
    figures["exec-watched"].note =
        "on_rename and on_exec as the kernel counts them, what the counting itself takes included";
    return figures;
}

}  // namespace exectap::bench
