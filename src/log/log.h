// SPDX-License-Identifier: MIT OR Apache-2.0
// Diagnostics by module and level. They go nowhere until the program says where.
#pragma once

#include <spdlog/logger.h>

#include <string>
#include <string_view>
#include <vector>

#include "exectap/result.h"

namespace exectap::log {

// The modules that speak; a name of none of them in EXECTAP_LOG is an error.
spdlog::logger& capture();
spdlog::logger& libbpf();
spdlog::logger& target();
spdlog::logger& cli();

// Writes to stderr. `verbosity` is the number of -v. `spec` is EXECTAP_LOG, "info,capture=debug": a level for all, or
// module=level; what comes later wins, and it wins over -v. Empty: nothing said.
Result<void> configure(int verbosity, std::string_view spec);

}  // namespace exectap::log
