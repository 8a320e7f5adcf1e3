// SPDX-License-Identifier: MIT OR Apache-2.0
#include "process/cgroup_owner.h"

#include <charconv>
#include <system_error>

namespace exectap {
namespace {

struct UserName {
    bool is_one = false;
    uid_t uid = 0;
};

UserName user_of(std::string_view component, std::string_view prefix, std::string_view suffix) {
    if (!component.starts_with(prefix) || !component.ends_with(suffix)) return {};
    if (component.size() <= prefix.size() + suffix.size()) return {};
    component.remove_prefix(prefix.size());
    component.remove_suffix(suffix.size());
    UserName user;
    const auto parsed = std::from_chars(component.data(), component.data() + component.size(), user.uid);
    user.is_one = parsed.ec == std::errc() && parsed.ptr == component.data() + component.size();
    return user;
}

UserName user_of(std::string_view component) {
    const auto by_slice = user_of(component, "user-", ".slice");
    return by_slice.is_one ? by_slice : user_of(component, "user@", ".service");
}

}  // namespace

std::optional<CgroupOwner> owner_of(std::string_view cgroup) {
    if (!cgroup.starts_with('/')) return std::nullopt;
    bool is_below_slices_only = true;
    while (!cgroup.empty()) {
        cgroup.remove_prefix(1);
        const auto component = cgroup.substr(0, cgroup.find('/'));
        cgroup.remove_prefix(component.size());
        const auto user = user_of(component);
        if (user.is_one && !is_below_slices_only) return std::nullopt;
        if (user.is_one) return user.uid == 0 ? CgroupOwner{} : CgroupOwner{user.uid};
        is_below_slices_only &= component.empty() || component.ends_with(".slice");
    }
    return CgroupOwner{};
}

}  // namespace exectap
