// SPDX-License-Identifier: MIT OR Apache-2.0
// getent(1) asks the machine's own C library for users: LDAP, sssd, systemd. A static binary can't do so itself: these
// are shared objects for that very C library.
#pragma once

#include <optional>
#include <string>

namespace exectap::cli {

// The first line that `getent DATABASE KEY` prints. None when it prints nothing, or there is no getent.
std::optional<std::string> getent(const std::string& database, const std::string& key);

}  // namespace exectap::cli
