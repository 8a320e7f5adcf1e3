// SPDX-License-Identifier: MIT OR Apache-2.0
// Whose a cgroup is, by where systemd puts what users start.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string_view>

namespace exectap {

struct CgroupOwner {
    std::optional<uid_t> user;  // absent: the system's
};

// By the topmost slice or manager of a user (user-1000.slice, user@1000.service): below it a user makes what he likes,
// so that only what he can't reach decides. Root's own are the system's. Absent: nobody can tell, as when the path was
// cut, or when such a name is found elsewhere: in a container there are other users.
std::optional<CgroupOwner> owner_of(std::string_view cgroup);

}  // namespace exectap
