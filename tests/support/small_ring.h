// SPDX-License-Identifier: MIT OR Apache-2.0
// A ring that is easily filled, and what fills it.
#pragma once

#include <fmt/format.h>

#include <string>
#include <vector>

namespace exectap::test::small_ring {

inline std::vector<std::string> options() { return {"--ring", "1M"}; }
inline constexpr int kRingBytes = 1 << 20;

inline constexpr int kLargeArgument = 60'000;                  // with it an exec takes 128 KiB of the ring
inline constexpr int kFilling = 2 * kRingBytes / (128 << 10);  // so many such execs fill it twice

// For a shell: then $big is one.
inline std::string make_big() { return fmt::format("big=$(printf '%0{}d' 0)", kLargeArgument); }

// Of execs every one is counted by who makes them.
inline std::vector<std::string> options_with(const std::vector<std::string>& targets) {
    auto all = options();
    all.insert(all.end(), {"--events", "exec"});
    all.insert(all.end(), targets.begin(), targets.end());
    return all;
}

}  // namespace exectap::test::small_ring
