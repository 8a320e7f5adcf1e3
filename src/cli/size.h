// SPDX-License-Identifier: MIT OR Apache-2.0
// Sizes as options take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace exectap::cli {

// "65536", "64K" (also k, KiB), "6M" (also m, MiB), "1G" (also g, GiB) as bytes; absent: it is no size. One that 64
// bits can't hold is the largest that they can: whoever asks has a limit of his own to name.
std::optional<std::uint64_t> parse_size(std::string_view text);

// "64K", "6M", "1G", and in bytes what is not whole units.
std::string size_text(std::uint64_t bytes);

}  // namespace exectap::cli
