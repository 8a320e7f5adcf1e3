// SPDX-License-Identifier: MIT OR Apache-2.0
// How long exectap takes until everything that was asked for is watched: from before its fork to its banner.
#include <fcntl.h>

#include <thread>

#include "bench/figures/figures.h"
#include "bench/harness/storm.h"

namespace exectap::bench {
namespace {

using namespace std::chrono_literals;

// After exectap's end the kernel is busy for a while, freeing what it had.
constexpr auto kPause = 200ms;

// Not into a pipe: exectap would look for its reader first.
double milliseconds_until_ready(const Setup& setup, const std::string& pid) {
    std::this_thread::sleep_for(kPause);
    const auto nowhere = test::open_file("/dev/null", O_WRONLY);
    auto tracer = setup.start({pid}, nowhere.get());
    const std::chrono::duration<double, std::milli> taken = tracer.ready_after();
    tracer.stop();
    return taken.count();
}

}  // namespace

Figures measure_ready(const Setup& setup) {
    const Storm idle;
    Samples samples;
    for (int round = 0; round < setup.rounds; round++)
        samples["ready"].push_back(milliseconds_until_ready(setup, idle.pid_text()));
    test::Process sleepers({bench_program("sleepers"), "10000"});
    if (const auto line = sleepers.out().next_line(); line != "ready") throw std::runtime_error(line);
    for (int round = 0; round < setup.rounds; round++) {
        samples["ready-10000"].push_back(milliseconds_until_ready(setup, sleepers.pid_text()));
        samples["ready-10000-others"].push_back(milliseconds_until_ready(setup, idle.pid_text()));
    }
    sleepers.close_input();
    sleepers.wait();
    auto figures = figures_of(samples);
    figures["ready-10000"].note = "the parent of 10,000 sleeping processes is the target";
    return figures;
}

}  // namespace exectap::bench
