// SPDX-License-Identifier: MIT OR Apache-2.0
// From the words of the command line to what a session takes.
#pragma once

#include "cli/options.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "sink/fields.h"

namespace exectap::cli {

// What the fields that are shown need of the kernel side.
FieldNeeds needs_of(const Options& options);

// All but COMMAND, which is not there yet. Opens the processes and looks up the terminals.
Result<SessionConfig> resolve_config(const Options& options);

}  // namespace exectap::cli
