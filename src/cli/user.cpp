// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/user.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>

#include "cli/getent.h"
#include "sink/escape.h"

namespace exectap::cli {

std::optional<User> find_user(const std::string& name) {
    if (!can_be_user_name(name)) return std::nullopt;
    std::ifstream file("/etc/passwd");
    for (std::string line; std::getline(file, line);) {
        if (auto user = parse_user(line, name)) return user;
    }
    const auto answer = getent("passwd", name);
    if (!answer) return std::nullopt;
    // It may call him by another name than he was asked for: ann@example.org is ann.
    const std::string_view entry = *answer;
    return parse_user(entry, entry.substr(0, entry.find(':')));
}

std::vector<gid_t> groups_of(const User& user) {
    std::vector<gid_t> groups;
    const auto answer = getent("initgroups", user.name);
    if (auto parsed = answer ? parse_groups(*answer, user.name) : std::nullopt) {
        groups = std::move(*parsed);
    } else {
        std::ifstream file("/etc/group");
        for (std::string line; std::getline(file, line);) {
            if (const auto group = parse_membership(line, user.name)) groups.push_back(*group);
        }
    }
    if (std::find(groups.begin(), groups.end(), user.gid) == groups.end()) groups.insert(groups.begin(), user.gid);
    return groups;
}

Result<std::uint32_t> parse_uid(const std::string& text) {
    std::string shown;
    append_escaped(shown, text);
    std::uint32_t uid = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, uid);
    const bool is_number = !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
    // The highest one stands for "no user" in system calls.
    const bool is_uid = parsed.ec == std::errc() && uid != std::numeric_limits<std::uint32_t>::max();
    if (is_number && !is_uid) return usage_error(fmt::format("--uid: {} is no uid: they go to 4294967294", shown));
    if (is_number) return uid;
    const auto user = find_user(text);
    if (!user) return usage_error(fmt::format("--uid: there is no user '{}'", shown));
    return user->uid;
}

}  // namespace exectap::cli
