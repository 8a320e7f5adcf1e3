// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap says on stderr about the run itself.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "cli/options.h"
#include "exectap/session.h"

namespace exectap::cli {

// What is watched; nothing when COMMAND is the only target.
std::optional<std::string> banner(const Options& options, std::span<const TerminalTarget> terminals);

// How the run went: the last word.
std::string verdict(const SessionSummary& summary);

}  // namespace exectap::cli
