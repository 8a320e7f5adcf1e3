// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/tracer.h"

#include <csignal>
#include <ctime>
#include <stdexcept>

#include "support/clocks.h"

namespace exectap::bench {
namespace {

test::ProcessOptions process_options(const TracerOptions& options) {
    test::ProcessOptions process;
    process.argv = {options.exectap};
    process.argv.insert(process.argv.end(), options.arguments.begin(), options.arguments.end());
    process.out = options.out;
    return process;
}

}  // namespace

Tracer::Tracer(const TracerOptions& options) : begin_(test::now(CLOCK_MONOTONIC)), process_(process_options(options)) {
    process_.err().wait_for_line("Watching execve syscalls for");
    ready_after_ = test::now(CLOCK_MONOTONIC) - begin_;
}

TracerEnd Tracer::end() {
    process_.send_signal(SIGINT);
    process_.wait();
    const auto lines = process_.err().wait_for_end();
    if (lines.empty()) return {};
    return {lines.back(), lines.back().find("all delivered: complete") != std::string::npos};
}

void Tracer::stop() {
    const auto how = end();
    if (!how.is_complete) throw std::runtime_error("the trace is not complete: " + how.verdict);
}

}  // namespace exectap::bench
