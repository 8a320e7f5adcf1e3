// SPDX-License-Identifier: MIT OR Apache-2.0
// What somebody may have meant who wrote a name that there is not.
#pragma once

#include <span>
#include <string_view>

namespace exectap {

// The first of those names that the fewest changes make of `word`. Empty: none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> names);

}  // namespace exectap
