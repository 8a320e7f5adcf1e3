// SPDX-License-Identifier: MIT OR Apache-2.0
// What the facts of a machine mean for whoever wants to trace there.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/doctor_facts.h"

namespace exectap::cli {

enum class CheckState {
    ok,
    degraded,  // exectap can trace, but not do all it can elsewhere; or it is not known
    failed,    // it can't trace because of this
};

struct Check {
    std::string_view name;   // in JSON, for good
    std::string_view title;  // for people
    CheckState state = CheckState::ok;
    std::string found;
    std::string means;    // for the user; empty: it goes without saying
    std::string remedy;   // empty: there is nothing to do, or nothing that can be done
    std::string command;  // that does it, for a shell; empty: there is none
};

// In the order of reading. What nobody can know, because nothing can be traced, has no check.
std::vector<Check> judge(const DoctorFacts& facts);

// The trial's word.
bool can_trace(const DoctorFacts& facts);

}  // namespace exectap::cli
