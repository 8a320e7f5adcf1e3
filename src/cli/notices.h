// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap says on stderr, one line at a time.
#pragma once

#include <string_view>

#include "cli/options.h"
#include "exectap/session.h"

namespace exectap::cli {

// In one write, so that lines of COMMAND do not come between.
void say(std::string_view text);

// What the user did not ask for and should know.
void notify(const Options& options, const SessionConfig& config, const Session& session);

}  // namespace exectap::cli
