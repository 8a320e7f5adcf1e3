// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/memory.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>
#include <string>

#include "support/proc.h"

namespace exectap::bench {
namespace {

constexpr std::uint64_t kKib = 1024;
constexpr std::uint64_t kSmallestQueue = 8 << 20;

struct Mapping {
    std::string head;
    std::uint64_t size = 0;
    std::uint64_t resident = 0;
    bool is_unreserved = false;

    bool is_ring() const {
        return head.find("anon_inode:bpf-map") != std::string::npos ||
               head.find("anon_inode:[perf_event]") != std::string::npos;
    }
    bool is_queue() const {
        return is_unreserved && size >= kSmallestQueue && head.find(" rw-p ") != std::string::npos;
    }
};

void add(Memory& memory, const Mapping& mapping) {
    if (mapping.is_ring())
        memory.ring_bytes += mapping.resident;
    else if (mapping.is_queue())
        memory.queue_bytes += mapping.resident;
    else
        memory.own_bytes += mapping.resident;
}

}  // namespace

Memory memory_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/smaps", pid));
    Memory memory;
    Mapping mapping;
    for (std::string line; std::getline(file, line);) {
        std::istringstream words(line);
        std::string name;
        words >> name;
        std::uint64_t kib = 0;
        if (name == "Size:" && words >> kib) {
            mapping.size = kib * kKib;
        } else if (name == "Rss:" && words >> kib) {
            mapping.resident = kib * kKib;
        } else if (name == "VmFlags:") {
            // The last line of each.
            mapping.is_unreserved = line.find(" nr") != std::string::npos;
            add(memory, mapping);
            mapping = {};
        } else if (mapping.head.empty()) {
            mapping.head = line;
        }
    }
    return memory;
}

std::uint64_t peak_bytes_of(pid_t pid) { return std::stoull(test::status_of(pid, "VmHWM")) * kKib; }

}  // namespace exectap::bench
