// SPDX-License-Identifier: MIT OR Apache-2.0
// What is said of a trace at its start: of this run, and of the machine.
#pragma once

#include <span>
#include <string>

#include "cli/options.h"
#include "cli/target_watch.h"
#include "exectap/session.h"
#include "exectap/trace.h"

namespace exectap::cli {

// `config` is what the session was opened with.
TraceStart describe_start(const Options& options, const SessionConfig& config, const TargetWatch& targets,
                          const Session& session, const Clock& clock);

}  // namespace exectap::cli
