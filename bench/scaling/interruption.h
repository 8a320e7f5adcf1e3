// SPDX-License-Identifier: MIT OR Apache-2.0
// Ctrl-C in the middle of a round: what was made for it, cgroups above all, goes with its owners.
#pragma once

namespace exectap::bench {

// From here on SIGINT, SIGTERM and SIGHUP are only noted.
void note_interruptions();

// Throws if one of them has come.
void throw_if_interrupted();

}  // namespace exectap::bench
