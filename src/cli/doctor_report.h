// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap doctor found, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include "cli/doctor_checks.h"

namespace exectap::cli {

struct Diagnosis {
    std::string kernel_release;
    std::vector<Check> checks;
    bool can_trace = false;
};

std::string_view name_of(CheckState state);

// In 80 columns, but for commands, which stay whole.
std::string doctor_text(const Diagnosis& diagnosis, bool has_colours);

// One object, on one line. docs/doctor.md explains its keys.
std::string doctor_json(const Diagnosis& diagnosis);

}  // namespace exectap::cli
