// SPDX-License-Identifier: MIT OR Apache-2.0
// What each target gives, and what it has from all of them.
#pragma once

#include <string_view>

namespace exectap::fuzz {

// Each target has one: it ends the process where a rule is broken. Given the same input it does the same.
void run(std::string_view input);

// Ends the process with a finding that names the rule, unless it is kept. Not assert(): targets are optimised builds.
void check(bool is_kept, std::string_view rule, std::string_view text = {});

}  // namespace exectap::fuzz
