// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap, started to be measured.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "support/process.h"

namespace exectap::bench {

struct TracerOptions {
    std::string exectap = EXECTAP_BINARY;
    std::vector<std::string> arguments;
    // Where its stdout goes: a descriptor that stays the caller's.
    int out = -1;
};

struct TracerEnd {
    std::string verdict;  // the last line
    bool is_complete = false;
};

class Tracer {
public:
    // Returns when everything that was asked for is watched.
    explicit Tracer(const TracerOptions& options);

    pid_t pid() const { return process_.pid(); }

    // From before it was forked until its banner was read.
    std::chrono::nanoseconds ready_after() const { return ready_after_; }

    // Ends it by SIGINT. Throws where the trace is incomplete: then no figure of it counts.
    void stop();

    // The same, for who wants to know.
    TracerEnd end();

private:
    std::chrono::nanoseconds begin_;
    test::Process process_;
    std::chrono::nanoseconds ready_after_{};
};

}  // namespace exectap::bench
