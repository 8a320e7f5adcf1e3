// SPDX-License-Identifier: MIT OR Apache-2.0
// The text of passwd(5) and group(5), and of what getent(1) answers.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::cli {

struct User {
    std::string name;
    std::string home;
    uid_t uid;
    gid_t gid;
};

// A line of passwd(5). None when it is another's or no entry.
std::optional<User> parse_user(std::string_view line, std::string_view name);

// A line of group(5): its gid, if `name` is among its members.
std::optional<gid_t> parse_membership(std::string_view line, std::string_view name);

// What `getent initgroups NAME` prints: the name, blanks, gids with blanks between. None when it is anything else.
std::optional<std::vector<gid_t>> parse_groups(std::string_view line, std::string_view name);

// Whether getent can be asked for it: it takes a number for a uid, and a word with a dash for an option.
bool can_be_user_name(std::string_view name);

}  // namespace exectap::cli
