// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs with filters: what they left out, and that the sums are right.
#pragma once

#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/json_outcome.h"

namespace exectap::test {

// Of all kinds of events together, as the verdict has it.
struct FilteredVerdict {
    std::uint64_t execs = 0;
    std::uint64_t attempts = 0;
    std::uint64_t filtered = 0;
};

// Throws unless the run ends with a verdict that it is complete, and that something was filtered.
FilteredVerdict filtered_verdict(const Outcome& outcome);

// seen = delivered + filtered + lost, and what was delivered is what is told. Of a run that asked for all it counts.
void expect_sums(const JsonOutcome& outcome);

// The last argument of each exec or attempt that has at least two, in their order.
std::vector<std::string> last_arguments(const std::vector<EventLine>& events);
std::vector<std::string> last_arguments(const JsonOutcome& outcome, std::string_view type);

// "exec", "exit"...: of all that has a place in the order.
std::vector<std::string> types_of(const JsonOutcome& outcome);

// Users that nobody else on this machine is, another test included.
inline std::string own_user(int index = 0) { return std::to_string(2'000'000'000 + 10 * ::getpid() + index); }

// The start of a shell's command line: what follows runs as that user.
inline std::string as_user(std::string_view uid) {
    return "setpriv --reuid=" + std::string(uid) + " --regid=" + std::string(uid) + " --clear-groups ";
}

}  // namespace exectap::test
