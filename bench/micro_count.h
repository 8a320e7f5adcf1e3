// SPDX-License-Identifier: MIT OR Apache-2.0
// What bench/micro and bench/gate agree on.
#pragma once

#include <cstdint>

namespace exectap::bench {

// With this argument micro does each case so many times for callgrind, which dumps what it counted under the case's
// name.
inline constexpr const char* kCount = "--count";
inline constexpr std::uint64_t kCountedTimes = 1000;

}  // namespace exectap::bench
