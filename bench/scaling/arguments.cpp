// SPDX-License-Identifier: MIT OR Apache-2.0
#include <unistd.h>

#include "harness/cpu_time.h"
#include "scaling/cost.h"
#include "scaling/rounds.h"

namespace exectap::bench {
namespace {

// From its fork until it was waited for: each CPU has a worker, and a worker one program at a time.
double time_of_a_program(const StormTime& time) {
    const auto workers = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    return static_cast<double>(time.took.count()) * workers / static_cast<double>(time.count);
}

}  // namespace

Figure arguments_figure() {
    return {"scale-arguments",
            {"Arguments cost what it takes to copy them",
             "The cost of an exec against the number of its arguments",
             {"arguments of the exec, 16 bytes each", Unit::plain, true},
             {"time for one exec", Unit::nanoseconds, true},
             {}}};
}

void measure_arguments(const RoundOptions& options, Figure& figure) {
    // The longest fill half a megabyte of the ring, and the text of them takes as long to write.
    const auto execs = options.execs / 4;
    const test::TempDir folder;
    for (const auto arguments : in_order({1, 4, 16, 100, 1000, 5000, 20000}, options)) {
        Storm storm({.arguments = arguments});
        figure.add("untraced, all of it", arguments, time_of_a_program(storm.run(execs)));
        Tracer tracer({.arguments = {"--no-failed", "--max-args", "6M", "--ring", "1G", "-o", folder.path("events"),
                                     storm.pid_text()}});
        const auto cpu_before = cpu_time_of(tracer.pid());
        const auto cost = cost_of_watched(storm, tracer, execs);
        wait_until_quiet(tracer.pid());
        const auto cpu = cpu_time_of(tracer.pid()) - cpu_before;
        figure.add("in the kernel", arguments, cost.exec);
        figure.add("exectap's CPU", arguments, static_cast<double>(cpu.count()) / static_cast<double>(execs));
        tracer.stop();
    }
}

}  // namespace exectap::bench
