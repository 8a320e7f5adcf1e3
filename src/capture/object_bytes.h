// SPDX-License-Identifier: MIT OR Apache-2.0
// The BPF object as it lies in the program: compressed, because it would be an eighth of the program otherwise.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace exectap {

// What gzip made small. None when that is not what it is, or memory is short.
std::optional<std::vector<std::byte>> inflated(std::span<const std::byte> compressed);

}  // namespace exectap
