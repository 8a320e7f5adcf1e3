// SPDX-License-Identifier: MIT OR Apache-2.0
// How much longer a storm takes, and how many more instructions the kernel runs for it, than without exectap just
// before and just after.
#include <fcntl.h>

#include <thread>

#include "bench/figures/figures.h"
#include "bench/harness/instructions.h"
#include "bench/harness/storm.h"

namespace exectap::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto kPause = 100ms;

struct Run {
    double nanoseconds = 0;
    std::optional<double> instructions;
};

class Rounds {
public:
    explicit Rounds(const Setup& setup) : setup_(setup) {}

    Run untraced() {
        // After exectap's end the kernel is busy for a while, freeing what it had; and who runs first runs cold.
        std::this_thread::sleep_for(kPause);
        storm_.warm_up();
        const auto instructions = instructions_.so_far();
        const auto time = storm_.run(setup_.execs());
        Run run{static_cast<double>(time.took.count()), {}};
        if (instructions) run.instructions = static_cast<double>(*instructions_.so_far() - *instructions);
        return run;
    }

    Run traced(const std::string& pid) {
        const auto file = test::open_file(folder_.path("out"), O_WRONLY | O_CREAT | O_TRUNC);
        auto tracer = setup_.start({pid}, file.get());
        const auto run = untraced();
        tracer.stop();
        return run;
    }

    std::string watched_pid() const { return storm_.pid_text(); }
    std::string idle_pid() const { return idle_.pid_text(); }
    const KernelInstructions& instructions() const { return instructions_; }

private:
    const Setup& setup_;
    test::TempDir folder_;
    KernelInstructions instructions_;
    Storm storm_;
    Storm idle_;
};

}  // namespace

Figures measure_slowdown(const Setup& setup) {
    Rounds rounds(setup);
    Samples samples;
    rounds.untraced();
    auto before = rounds.untraced();
    const auto compare = [&](const std::string& what, const Run& run) {
        const auto after = rounds.untraced();
        samples["slowdown-" + what].push_back(2 * run.nanoseconds / (before.nanoseconds + after.nanoseconds));
        if (run.instructions && before.instructions && after.instructions)
            samples["instructions-" + what].push_back(
                100 * (2 * *run.instructions / (*before.instructions + *after.instructions) - 1));
        before = after;
    };
    // Storms are short and the goals are near 1: it takes more of them than of what the kernel counts by itself.
    constexpr int kTimes = 3;
    for (int round = 0; round < kTimes * setup.rounds; round++) {
        compare("watched", rounds.traced(rounds.watched_pid()));
        compare("unwatched", rounds.traced(rounds.idle_pid()));
        compare("nothing", rounds.untraced());
    }
    auto figures = figures_of(samples);
    if (!rounds.instructions().so_far()) {
        const auto note = "THIS MACHINE COUNTS NO INSTRUCTIONS (" + rounds.instructions().reason() + ")";
        for (const auto* name : {"instructions-watched", "instructions-unwatched"}) figures[name] = {{}, note};
    }
    return figures;
}

}  // namespace exectap::bench
