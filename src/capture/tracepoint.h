// SPDX-License-Identifier: MIT OR Apache-2.0
// A kernel tracepoint as a perf event that a program can be attached to.
#pragma once

#include <string_view>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

// `tracepoint` is "category/name", as under /sys/kernel/tracing/events. Where tracefs is not mounted, its id is read
// through a mount of it that only this process can see, so that nothing changes on the host.
Result<UniqueFd> open_tracepoint(std::string_view tracepoint);

}  // namespace exectap
