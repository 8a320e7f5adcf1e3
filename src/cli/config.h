// SPDX-License-Identifier: MIT OR Apache-2.0
// From the words of the command line to what a session takes.
#pragma once

#include "cli/options.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "filter/selection.h"
#include "sink/fields.h"

namespace exectap::cli {

// What a session has to be asked for: for what is shown, and for what decides about that.
FieldNeeds needs_of(const Options& options);

// Somebody wants to know what containers are called: not only that they be told all there is.
bool asks_for_names(const Options& options);

Selection::Options selection_of(const Options& options);

// All but COMMAND, which is not there yet. Opens the processes and looks up the terminals.
Result<SessionConfig> resolve_config(const Options& options);

}  // namespace exectap::cli
