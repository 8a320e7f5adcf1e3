// SPDX-License-Identifier: MIT OR Apache-2.0
// A kernel tracepoint as a perf event that a program can be attached to.
#pragma once

#include <string_view>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

// Where the numbers of tracepoints are read: tracefs.
enum class TracefsPlace { mounted, detached };

// Says how tracefs can be read here, or why it can't be.
Result<TracefsPlace> find_tracefs();

// `tracepoint` is "category/name", as under /sys/kernel/tracing/events. Where tracefs is not mounted, its id is read
// through a mount of it that only this process can see, so that nothing changes on the host.
Result<UniqueFd> open_tracepoint(std::string_view tracepoint);

}  // namespace exectap
