// SPDX-License-Identifier: MIT OR Apache-2.0
// Users, by the names that the machine's databases know them by.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/user_entries.h"
#include "exectap/result.h"

namespace exectap::cli {

// /etc/passwd is read here, and only for who is not in it getent is asked. Not getpwnam(3): that loads shared objects
// of the C library that a static binary was made with, which another machine does not have.
std::optional<User> find_user(const std::string& name);

// All groups of that user, as initgroups(3) would set them. Asked of getent, because a directory service can add groups
// to a user of /etc/passwd; where there is none, those of /etc/group.
std::vector<gid_t> groups_of(const User& user);

// A name or a number, as --uid takes it. A usage error for a name that nobody has.
Result<std::uint32_t> parse_uid(const std::string& text);

}  // namespace exectap::cli
