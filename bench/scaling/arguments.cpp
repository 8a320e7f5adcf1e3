// SPDX-License-Identifier: MIT OR Apache-2.0
#include <unistd.h>

#include <algorithm>

#include "bench/harness/cpu_time.h"
#include "bench/scaling/cost.h"
#include "bench/scaling/rounds.h"

namespace exectap::bench {
namespace {

// From its fork until it was waited for: each CPU has a worker, and a worker one program at a time.
double time_of_a_program(const StormTime& time) {
    const auto workers = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    return static_cast<double>(time.took.count()) * workers / static_cast<double>(time.count);
}

// The reader catches up between bursts: that records wait in the ring, which is there for it, is not what is asked
// here.
constexpr unsigned kBursts = 4;

std::uint64_t execs_of_a_burst(unsigned arguments, const RoundOptions& options) {
    // Half of the ring's default. A record can be four times as large as what is in it.
    constexpr std::uint64_t kRoomBytes = 8 << 20;
    constexpr std::uint64_t kArgumentBytes = 4UL * 16;
    return std::clamp<std::uint64_t>(kRoomBytes / (kArgumentBytes * arguments), 1, options.execs / kBursts);
}

struct Costs {
    double kernel = 0;
    double own_cpu = 0;
};

Costs costs_of(Storm& storm, const Tracer& tracer, std::uint64_t execs) {
    Costs sum;
    for (unsigned burst = 0; burst < kBursts; burst++) {
        const auto cpu_before = cpu_time_of(tracer.pid());
        sum.kernel += cost_of_watched(storm, tracer, execs).exec;
        wait_until_quiet(tracer.pid());
        sum.own_cpu += static_cast<double>((cpu_time_of(tracer.pid()) - cpu_before).count());
    }
    return {sum.kernel / kBursts, sum.own_cpu / kBursts / static_cast<double>(execs)};
}

}  // namespace

Curves arguments_curves() {
    return {
        "scale-arguments",
        {.title = "Cost of an exec, by its arguments",
         .description = "Time in the kernel, exectap's own CPU time, and what the program takes without exectap.",
         .x = {"arguments, 16 bytes each", Unit::plain, true},
         .y = {"time for one exec; of the program: from its fork until it was waited for", Unit::nanoseconds, true}}};
}

void measure_arguments(const RoundOptions& options, Curves& curves) {
    const test::TempDir folder;
    for (const auto arguments : in_order({1, 4, 16, 100, 1000, 5000, 20000}, options)) {
        const auto execs = execs_of_a_burst(arguments, options);
        Storm storm({.arguments = arguments});
        curves.add("the program, untraced", arguments, time_of_a_program(storm.run(execs * kBursts)));
        Tracer tracer(
            {.arguments = {"--no-failed", "--max-args", "6M", "-o", folder.path("events"), storm.pid_text()}});
        const auto costs = costs_of(storm, tracer, execs);
        curves.add("in the kernel", arguments, costs.kernel);
        curves.add("exectap's CPU", arguments, costs.own_cpu);
        tracer.stop();
    }
}

}  // namespace exectap::bench
