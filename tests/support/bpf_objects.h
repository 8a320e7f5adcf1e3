// SPDX-License-Identifier: MIT OR Apache-2.0
// What of BPF a process holds, and what the kernel holds: to show that a run leaves nothing behind.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <set>
#include <string_view>

namespace exectap::test {

struct BpfObjects {
    std::set<std::uint32_t> programs;
    std::set<std::uint32_t> maps;
    std::set<std::uint32_t> links;

    // By the process's descriptors. Others may use BPF at the same time: what they have is not looked at.
    static BpfObjects of(pid_t pid);

    // All there are.
    static BpfObjects in_kernel();

    bool empty() const { return programs.empty() && maps.empty() && links.empty(); }
};

// Waits until the kernel has none of these any more: it frees them after an RCU grace period, which nothing announces.
// Ids are not used twice.
void wait_until_gone(const BpfObjects& objects);

// Waits until the process has a link that attaches a program to this tracepoint.
void wait_for_link(pid_t pid, std::string_view tracepoint);

}  // namespace exectap::test
