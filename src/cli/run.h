// SPDX-License-Identifier: MIT OR Apache-2.0
// One trace from start to end.
#pragma once

#include "cli/options.h"
#include "exectap/result.h"

namespace exectap::cli {

// Returns the exit status of a run that came to its end. An error is one that kept it from starting.
Result<int> run(const Options& options);

}  // namespace exectap::cli
