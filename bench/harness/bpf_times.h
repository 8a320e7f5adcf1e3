// SPDX-License-Identifier: MIT OR Apache-2.0
// What BPF programs take in the kernel, as the kernel counts it.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "exectap/unique_fd.h"

namespace exectap::bench {

struct RunTime {
    std::uint64_t nanoseconds = 0;
    std::uint64_t runs = 0;
};

// By the names of programs. One that is attached twice is there twice, as one sum.
class BpfTimes {
public:
    // Of the programs whose descriptors the process has.
    static BpfTimes of(pid_t pid);

    // What was added since `earlier`.
    BpfTimes since(const BpfTimes& earlier) const;

    // Throws where that program has not run.
    double nanoseconds_a_run(const std::string& program) const;
    RunTime of_program(const std::string& program) const;

private:
    std::map<std::string, RunTime> by_program_;
};

// The kernel counts while it lives. It is the kernel that ends it with the descriptor: nothing is left switched on.
class BpfStatistics {
public:
    BpfStatistics();

private:
    UniqueFd fd_;
};

// Attached as long as it lives: programs that do nothing, named empty_exec, empty_rename, empty_fork and empty_exit,
// where exectap's are. What they take is what the counting itself takes.
class EmptyPrograms {
public:
    EmptyPrograms();
    ~EmptyPrograms();
    EmptyPrograms(const EmptyPrograms&) = delete;
    EmptyPrograms& operator=(const EmptyPrograms&) = delete;

private:
    struct Skeleton;
    std::unique_ptr<Skeleton> skeleton_;
};

}  // namespace exectap::bench
