// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap adds to system calls that have nothing to do with it.
#include "bench/figures/figures.h"
#include "bench/harness/storm.h"
#include "support/process.h"

namespace exectap::bench {
namespace {

double nanoseconds_of_getppid(const Setup& setup) {
    const auto* const calls = setup.is_quick ? "300000" : "2000000";
    test::Process process({"taskset", "--cpu-list", "0", bench_program("getppid"), calls});
    return std::stod(process.out().next_line());
}

double nanoseconds_while_traced(const Setup& setup, std::vector<std::string> arguments) {
    auto tracer = setup.start(std::move(arguments));
    const auto nanoseconds = nanoseconds_of_getppid(setup);
    tracer.stop();
    return nanoseconds;
}

}  // namespace

Figures measure_calls(const Setup& setup) {
    const Storm idle;
    Samples samples;
    double before = nanoseconds_of_getppid(setup);
    const auto compare = [&](const char* figure, std::vector<std::string> arguments) {
        const auto traced = nanoseconds_while_traced(setup, std::move(arguments));
        const auto after = nanoseconds_of_getppid(setup);
        samples[figure].push_back(traced / ((before + after) / 2));
        before = after;
    };
    for (int round = 0; round < setup.rounds; round++) {
        compare("getppid-no-failed", {"--no-failed", idle.pid_text()});
        compare("getppid-default", {idle.pid_text()});
    }
    auto figures = figures_of(samples);
    figures["getppid-no-failed"].note = "the goal is none; 1 % is what one can measure here";
    return figures;
}

}  // namespace exectap::bench
