// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/figures/figures.h"

#include <array>

namespace exectap::bench {
namespace {

constexpr auto kNone = std::nullopt;

constexpr std::array kFigures = {
    Figure{"exec-unwatched", measure_kernel, "unwatched exec, over empty programs", "ns", 25},
    Figure{"exec-unwatched-rename", measure_kernel, "of it at its first look at the task", "ns", kNone},
    Figure{"fork-unwatched", measure_kernel, "unwatched fork, over an empty program", "ns", 25},
    Figure{"exit-unwatched", measure_kernel, "unwatched exit, over an empty program", "ns", 25},
    Figure{"exec-watched", measure_kernel, "watched exec in the kernel, four arguments", "ns", 1000},
    Figure{"exec-watched-net", measure_kernel, "watched exec, less empty programs", "ns", kNone},
    Figure{"exec-watched-paths", measure_kernel, "watched exec with cwd and resolved file", "ns", 2000},
    Figure{"exec-watched-paths-net", measure_kernel, "watched exec with them, less empty programs", "ns", kNone},
    Figure{"fork-watched", measure_kernel, "watched fork in the kernel", "ns", 1000},
    Figure{"fork-watched-net", measure_kernel, "watched fork, less an empty program", "ns", kNone},
    Figure{"empty-program", measure_kernel, "what an empty program reads", "ns", kNone},
    Figure{"getppid-no-failed", measure_calls, "every other system call (getppid), --no-failed", "x", 1.01},
    Figure{"getppid-default", measure_calls, "every other system call, failed execs watched", "x", kNone},
    Figure{"slowdown-watched", measure_slowdown, "storm of tiny programs, watched", "x", 1.05},
    Figure{"slowdown-unwatched", measure_slowdown, "storm of tiny programs, not watched", "x", 1.01},
    Figure{"slowdown-nothing", measure_slowdown, "storm of tiny programs, without exectap", "x", kNone},
    Figure{"instructions-watched", measure_slowdown, "kernel instructions that exectap adds, watched", "%", 3},
    Figure{"instructions-unwatched", measure_slowdown, "kernel instructions that exectap adds, not watched", "%", 0.5},
    Figure{"cpu-per-event", measure_cpu, "exectap's own CPU for an event, text to a file", "us", 0.8},
    Figure{"format-line", measure_format, "formatting one line of 200 bytes", "ns", 150},
    Figure{"latency-idle", measure_latency, "latency from exec to write, idle, p50", "us", 150},
    Figure{"latency-reader", measure_latency, "wake-up of who reads the pipe, idle, p50", "us", kNone},
    Figure{"latency-storm", measure_latency, "latency from exec to write, storm, p99", "ms", 12},
    Figure{"ready", measure_ready, "ready, the machine as it is", "ms", 40},
    Figure{"ready-10000", measure_ready, "ready, 10,000 tasks to mark", "ms", 70},
    Figure{"ready-10000-others", measure_ready, "ready, 10,000 tasks that are not watched", "ms", kNone},
    Figure{"memory-steady", measure_memory, "memory without ring and queue, steady", "MiB", 4},
    Figure{"memory-peak", measure_memory, "memory without ring and queue, peak", "MiB", 12},
    Figure{"lost-text", measure_loss, "execs lost at full rate, text", "", 0},
    Figure{"lost-json", measure_loss, "execs lost at full rate, JSON", "", 0},
    Figure{"lost-file", measure_loss, "execs lost at full rate, -o FILE", "", 0},
    Figure{"rate", measure_loss, "execs a second at full rate", "", kNone},
    Figure{"peers-slowdown", measure_peers, "beside others: storm of tiny programs", "x", kNone},
    Figure{"peers-cpu", measure_peers, "beside others: the tracer's CPU for an exec", "us", kNone},
    Figure{"peers-ready", measure_peers, "beside others: ready", "ms", kNone},
    Figure{"peers-memory", measure_peers, "beside others: memory without rings", "MiB", kNone},
    Figure{"peers-lost", measure_peers, "beside others: execs not told", "%", kNone},
    Figure{"peers-blank", measure_peers, "beside others: execs told without all arguments", "%", kNone},
};

}  // namespace

std::span<const Figure> all_figures() { return kFigures; }

Figures figures_of(const Samples& samples) {
    Figures figures;
    for (const auto& [name, values] : samples) figures[name].value = spread_of(values);
    return figures;
}

}  // namespace exectap::bench
