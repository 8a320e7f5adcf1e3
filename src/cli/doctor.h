// SPDX-License-Identifier: MIT OR Apache-2.0
// `exectap doctor`: can exectap trace on this machine, what of it works, and what is to be done about the rest?
#pragma once

#include <span>
#include <string>

#include "exectap/result.h"

namespace exectap::cli {

// Its name comes first: after -- it would be a program.
bool is_doctor(std::span<const char* const> arguments);

// `arguments` are those of main; `log` is EXECTAP_LOG. The exit status: 0, exectap can trace here; 1, it can't.
Result<int> run_doctor(std::span<const char* const> arguments, const std::string& log);

}  // namespace exectap::cli
