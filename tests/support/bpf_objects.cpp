// SPDX-License-Identifier: MIT OR Apache-2.0
// What of BPF a process holds (/proc/PID/fdinfo), and what the kernel holds.
#include "support/bpf_objects.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <string>

#include "support/io.h"

namespace exectap::test {
namespace {

using Ids = std::set<std::uint32_t>;

Ids ids_of(int (*get_next)(__u32, __u32*)) {
    Ids ids;
    __u32 id = 0;
    while (get_next(id, &id) == 0) ids.insert(id);
    return ids;
}

Ids common(const Ids& first, const Ids& second) {
    Ids both;
    std::set_intersection(first.begin(), first.end(), second.begin(), second.end(), std::inserter(both, both.end()));
    return both;
}

// Calls visit(name, value) for each line of what the kernel tells of each descriptor. Some may close meanwhile.
template <typename Visit>
void for_each_fact(pid_t pid, Visit visit) {
    for (const auto& entry : std::filesystem::directory_iterator(fmt::format("/proc/{}/fdinfo", pid))) {
        std::ifstream file(entry.path());
        for (std::string name, value; std::getline(file, name, ':') && std::getline(file >> std::ws, value);)
            visit(name, value);
    }
}

// Returns after an RCU grace period.
void wait_for_grace_period() { checked(::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0), "membarrier"); }

}  // namespace

BpfObjects BpfObjects::of(pid_t pid) {
    BpfObjects objects;
    for_each_fact(pid, [&objects](const std::string& name, const std::string& value) {
        if (name == "prog_id") objects.programs.insert(static_cast<std::uint32_t>(std::stoul(value)));
        if (name == "map_id") objects.maps.insert(static_cast<std::uint32_t>(std::stoul(value)));
        if (name == "link_id") objects.links.insert(static_cast<std::uint32_t>(std::stoul(value)));
    });
    return objects;
}

BpfObjects BpfObjects::in_kernel() {
    return {ids_of(bpf_prog_get_next_id), ids_of(bpf_map_get_next_id), ids_of(bpf_link_get_next_id)};
}

void wait_until_gone(const BpfObjects& objects) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        const auto all = BpfObjects::in_kernel();
        const BpfObjects left{common(objects.programs, all.programs), common(objects.maps, all.maps),
                              common(objects.links, all.links)};
        if (left.empty()) return;
        if (std::chrono::steady_clock::now() > end)
            throw TimedOut(fmt::format("BPF objects are left: programs {}, maps {}, links {}", left.programs, left.maps,
                                       left.links));
        wait_for_grace_period();
    }
}

void wait_for_link(pid_t pid, std::string_view tracepoint) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    // Nothing announces it, so look without a pause.
    for (bool is_there = false; !is_there;) {
        for_each_fact(pid, [&](const std::string& name, const std::string& value) {
            if (name == "tp_name" && value == tracepoint) is_there = true;
        });
        if (std::chrono::steady_clock::now() > end)
            throw TimedOut(fmt::format("nothing is attached to {}", tracepoint));
    }
}

}  // namespace exectap::test
