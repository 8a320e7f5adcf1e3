// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/scaling/cost.h"

#include "bench/scaling/interruption.h"

namespace exectap::bench {
namespace {

BpfTimes times_of(Storm& storm, const Tracer& tracer, std::uint64_t execs) {
    throw_if_interrupted();
    const auto before = BpfTimes::of(tracer.pid());
    storm.run(execs);
    return BpfTimes::of(tracer.pid()).since(before);
}

}  // namespace

KernelCost cost_of_watched(Storm& storm, const Tracer& tracer, std::uint64_t execs) {
    const auto times = times_of(storm, tracer, execs);
    const auto each = [&](const char* program) {
        return static_cast<double>(times.of_program(program).nanoseconds) / static_cast<double>(execs);
    };
    return {each("on_exec") + each("on_rename"), each("on_fork"), each("on_exit")};
}

KernelCost cost_of_unwatched(Storm& storm, const Tracer& tracer, std::uint64_t execs) {
    const auto times = times_of(storm, tracer, execs);
    return {times.nanoseconds_a_run("on_exec") + times.nanoseconds_a_run("on_rename"),
            times.nanoseconds_a_run("on_fork"), times.nanoseconds_a_run("on_exit")};
}

}  // namespace exectap::bench
