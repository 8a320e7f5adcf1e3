// SPDX-License-Identifier: MIT OR Apache-2.0
// What of BPF the kernel holds now.
#include "support/bpf_objects.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <iterator>

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

Ids difference(const Ids& all, const Ids& without) {
    Ids rest;
    std::set_difference(all.begin(), all.end(), without.begin(), without.end(), std::inserter(rest, rest.end()));
    return rest;
}

// Returns after an RCU grace period.
void wait_for_grace_period() { checked(::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0), "membarrier"); }

}  // namespace

BpfObjects BpfObjects::now() {
    return {ids_of(bpf_prog_get_next_id), ids_of(bpf_map_get_next_id), ids_of(bpf_link_get_next_id)};
}

BpfObjects BpfObjects::since(const BpfObjects& earlier) const {
    return {difference(programs, earlier.programs), difference(maps, earlier.maps), difference(links, earlier.links)};
}

void wait_for_none_since(const BpfObjects& earlier) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (auto left = BpfObjects::now().since(earlier); !left.empty(); left = BpfObjects::now().since(earlier)) {
        if (std::chrono::steady_clock::now() > end)
            throw TimedOut(fmt::format("BPF objects are left: programs {}, maps {}, links {}", left.programs, left.maps,
                                       left.links));
        wait_for_grace_period();
    }
}

}  // namespace exectap::test
