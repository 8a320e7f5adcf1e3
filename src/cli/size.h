// SPDX-License-Identifier: MIT OR Apache-2.0
// Sizes as options take them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace exectap::cli {

// "65536", "64K" (also k, KiB), "6M" (also m, MiB) as bytes; absent: it is no size. One that 64 bits can't hold is the
// largest that they can: whoever asks has a limit of his own to name.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace exectap::cli
