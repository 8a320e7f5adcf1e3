// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/user.h"

#include <fmt/format.h>
#include <pwd.h>

#include <charconv>
#include <limits>

#include "sink/escape.h"

namespace exectap::cli {

std::optional<User> find_user(const std::string& name) {
    const passwd* entry = ::getpwnam(name.c_str());
    if (entry == nullptr) return std::nullopt;
    return User{entry->pw_name, entry->pw_dir, entry->pw_uid, entry->pw_gid};
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
