// SPDX-License-Identifier: MIT OR Apache-2.0
// The program storm (bench/storm.cpp), told what to do.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "support/process.h"

namespace exectap::bench {

struct StormTime {
    std::uint64_t count = 0;
    std::chrono::nanoseconds took{};
};

// A program of bench/.
std::string bench_program(std::string_view name);

enum class StormKind { exec, fork };

struct StormOptions {
    StormKind kind = StormKind::exec;
    unsigned arguments = 4;               // of each exec, the program's name included
    std::vector<std::string> wrapper;     // stands before the program: a tracer that starts it, or nothing
    const test::Pty* terminal = nullptr;  // becomes its controlling terminal
};

class Storm {
public:
    using Kind = StormKind;

    explicit Storm(const StormOptions& options);
    explicit Storm(Kind kind = Kind::exec, std::vector<std::string> wrapper = {})
        : Storm(StormOptions{.kind = kind, .wrapper = std::move(wrapper)}) {}

    pid_t pid() const { return pid_; }
    std::string pid_text() const { return std::to_string(pid_); }

    // So many, on all CPUs, numbered from 0 on. Throws unless all worked.
    StormTime run(std::uint64_t count);

    // Runs some, so that what comes next finds caches and clocks as a storm has them, whatever was before. They are
    // numbered from kFirstWarming on.
    void warm_up();
    static constexpr std::uint64_t kFirstWarming = 60'000'000;

    void start();
    StormTime stop();

    // One exec or fork, and the pid that it had. The number is shown by its arguments.
    pid_t one(std::uint64_t number = 0);

    // The pids of the last run, by the numbers of its execs.
    std::vector<pid_t> pids();

    // Ends it, and what wraps it.
    void end();

    // The one that was started: the wrapper, where there is one.
    test::Process& process() { return process_; }

private:
    std::string ask(const std::string& word);
    StormTime go(std::uint64_t count, std::uint64_t first);

    test::Process process_;
    pid_t pid_;
};

}  // namespace exectap::bench
