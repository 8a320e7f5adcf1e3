// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap and other tracers beside the same storm, one after the other in each round, and without any between them.
#include <fmt/format.h>

#include <array>
#include <iostream>
#include <set>

#include "bench/figures/figures.h"
#include "bench/harness/storm.h"
#include "bench/harness/tool.h"

namespace exectap::bench {
namespace {

struct Peer {
    const char* label;
    Tool tool;
};

const std::vector<Peer>& peers() {
    static const std::vector<Peer> all = {
        {"exectap", {"exectap"}},
        {"strace", {"strace_default", true}},
        {"strace --seccomp-bpf", {"strace", true}},
        {"execsnoop", {"execsnoop_default"}},
        {"execsnoop.bt", {"bpftrace_default"}},
        {"perf trace", {"perf"}},
        {"forkstat", {"forkstat"}},
    };
    return all;
}

double untraced_nanoseconds(std::uint64_t execs) {
    Storm storm;
    storm.warm_up();
    return static_cast<double>(storm.run(execs).took.count());
}

class Rounds {
public:
    explicit Rounds(const Setup& setup) : setup_(setup), execs_(2 * setup.execs()) {}

    void take() {
        auto before = untraced_nanoseconds(execs_);
        for (const auto& peer : peers()) {
            if (absent_.contains(peer.label)) continue;
            try {
                const auto run = run_tool(peer.tool, setup_.exectap, execs_);
                const auto after = untraced_nanoseconds(execs_);
                add(peer.label, run, (before + after) / 2);
                before = after;
            } catch (const std::exception& error) {
                leave_out(peer.label, error.what());
            }
        }
    }

    void leave_out(const std::string& label, const std::string& reason) { absent_[label] = reason; }

    Figures figures() const {
        Figures figures;
        for (const auto& [label, samples] : samples_) {
            for (const auto& [figure, values] : samples) {
                if (label == peers().front().label)
                    figures[figure].value = spread_of(values);
                else
                    figures[figure].peers[label] = spread_of(values);
            }
        }
        for (const auto& [label, reason] : absent_)
            figures["peers-slowdown"].note += fmt::format("{} {}. ", label, reason);
        // Without figures of its own there is nothing to compare.
        if (absent_.contains(peers().front().label)) figures["peers-slowdown"].has_failed = true;
        return figures;
    }

private:
    void add(const std::string& label, const ToolRun& run, double untraced_nanoseconds) {
        constexpr double kMib = 1 << 20;
        const auto execs = static_cast<double>(execs_);
        auto& samples = samples_[label];
        samples["peers-slowdown"].push_back(run.storm_nanoseconds / untraced_nanoseconds);
        samples["peers-cpu"].push_back(run.cpu_nanoseconds / 1e3 / execs);
        samples["peers-ready"].push_back(run.ready_nanoseconds / 1e6);
        samples["peers-memory"].push_back(run.memory_bytes / kMib);
        samples["peers-lost"].push_back(100 * (execs - static_cast<double>(run.told)) / execs);
        samples["peers-blank"].push_back(100 * static_cast<double>(run.told - run.with_arguments) / execs);
    }

    const Setup& setup_;
    std::uint64_t execs_;
    std::map<std::string, Samples> samples_;
    std::map<std::string, std::string> absent_;
};

}  // namespace

Figures measure_peers(const Setup& setup) {
    Rounds rounds(setup);
    for (const auto& peer : peers()) {
        if (command_of(peer.tool, {setup.exectap, 0, ""}).empty()) rounds.leave_out(peer.label, "is not installed");
    }
    for (int round = 0; round < std::max(1, setup.rounds / 3); round++) rounds.take();
    auto figures = rounds.figures();
    figures["peers-ready"].note =
        "until the first exec is told, of those that are started every 5 ms; of strace, until its program runs";
    return figures;
}

}  // namespace exectap::bench
