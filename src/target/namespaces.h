// SPDX-License-Identifier: MIT OR Apache-2.0
// Whether this process is where the machine's numbers and rights are: in its first namespaces.
#pragma once

#include <optional>

namespace exectap {

// Nothing: /proc does not tell.
std::optional<bool> is_in_first_pid_namespace();
std::optional<bool> is_in_first_user_namespace();

}  // namespace exectap
