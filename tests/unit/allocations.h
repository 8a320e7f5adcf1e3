// SPDX-License-Identifier: MIT OR Apache-2.0
// How often memory was asked for.
#pragma once

#include <cstdint>

namespace exectap {

// Calls of operator new in this program so far.
std::uint64_t allocations();

}  // namespace exectap
