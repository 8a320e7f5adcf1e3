// SPDX-License-Identifier: MIT OR Apache-2.0
// The machine's counters of instructions, where it has any.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "exectap/unique_fd.h"

namespace exectap::bench {

// Counts the instructions that all CPUs run in the kernel.
class KernelInstructions {
public:
    KernelInstructions();

    // Absent where this machine does not count.
    std::optional<std::uint64_t> so_far() const;

    // Why it does not.
    const std::string& reason() const { return reason_; }

private:
    std::vector<UniqueFd> counters_;
    std::string reason_;
};

}  // namespace exectap::bench
