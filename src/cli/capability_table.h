// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap does with each capability: for exectap doctor, and for docs/permissions.md, which says the same.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace exectap::cli {

struct CapabilityUse {
    unsigned number;          // linux/capability.h
    std::string_view name;    // "CAP_BPF"
    std::string_view needed;  // when: "always", "by --user"
    std::string_view what_for;
};

// The most needed first.
std::span<const CapabilityUse> capability_uses();

inline constexpr std::string_view kAlways = "always";
inline constexpr std::string_view kRecommended = "recommended";

bool has_capability(std::uint64_t capabilities, unsigned number);

// "cap_bpf,cap_perfmon,cap_dac_read_search+ep": what a file is given for running without root.
std::string file_capabilities();

}  // namespace exectap::cli
