// SPDX-License-Identifier: MIT OR Apache-2.0
// The user's words for cgroups, units and containers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exectap/result.h"
#include "target/cgroup_hierarchy.h"

namespace exectap {

// "/a/b" from the top of the hierarchy, of "/a/b", "a/b/" and "/sys/fs/cgroup/a/b".
Result<std::string> parse_cgroup(std::string_view text, const CgroupHierarchy& hierarchy);

// "nginx.service"; a name without a suffix is a service's, as for systemctl. Only units that have processes.
Result<std::string> parse_unit(std::string_view text);

// What systemd calls the unit's cgroup: "_" stands before what would look like a file of the kernel's own. Two names
// where only some versions of systemd think so.
std::vector<std::string> cgroup_names_of_unit(std::string_view unit);

// A name, an id or its first digits; without the "/" that Docker puts before names.
Result<std::string> parse_container(std::string_view text);

// Is it long enough, and of hexadecimal digits, so that it can stand for the ids that begin with it?
bool is_id_prefix(std::string_view text);

// So long that nobody means a name.
bool is_long_id_prefix(std::string_view text);

// `name` as systemd writes it into the name of a scope: "web-1" as "web\x2d1".
std::string escaped_for_unit(std::string_view name);

}  // namespace exectap
