// SPDX-License-Identifier: MIT OR Apache-2.0
// What of BPF the kernel holds now, to show that a run leaves nothing behind.
#pragma once

#include <cstdint>
#include <set>

namespace exectap::test {

struct BpfObjects {
    std::set<std::uint32_t> programs;
    std::set<std::uint32_t> maps;
    std::set<std::uint32_t> links;

    static BpfObjects now();

    // Those that are not in `earlier`. Ids are never used twice.
    BpfObjects since(const BpfObjects& earlier) const;

    bool empty() const { return programs.empty() && maps.empty() && links.empty(); }
};

// Waits until the kernel holds none that is not in `earlier`: it frees them after an RCU grace period, which nothing
// announces.
void wait_for_none_since(const BpfObjects& earlier);

}  // namespace exectap::test
