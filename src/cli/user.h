// SPDX-License-Identifier: MIT OR Apache-2.0
// Users, by the names that the machine's databases know them by.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "exectap/result.h"

namespace exectap::cli {

struct User {
    std::string name;
    std::string home;
    uid_t uid;
    gid_t gid;
};

std::optional<User> find_user(const std::string& name);

// A name or a number, as --uid takes it. A usage error for a name that nobody has.
Result<std::uint32_t> parse_uid(const std::string& text);

}  // namespace exectap::cli
