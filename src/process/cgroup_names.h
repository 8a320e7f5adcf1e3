// SPDX-License-Identifier: MIT OR Apache-2.0
// Names that systemd and container engines put into cgroup paths. Whoever owns a cgroup names those below it as he
// likes. What these functions return are views into the argument.
#pragma once

#include <optional>
#include <string_view>

namespace exectap {

// The systemd unit of a cgroup path, by systemd's own rule: slices are skipped, and the next component is the unit, if
// it is one. So no cgroup that a service makes below itself counts. Below the manager of a user (user@1000.service) the
// same once more; there the user chooses the names. Where no unit follows the slices: the innermost of them. Absent:
// there is none, as when the whole of a systemd is in a container, below that one's cgroup (/docker/<id>/system.slice),
// or when the path was cut.
std::optional<std::string_view> unit_of(std::string_view cgroup);

// The container that a cgroup path belongs to, as its engine names it, the innermost one: 64 hexadecimal digits, or a
// name (LXC, machined; this one as systemd escaped it). Absent: none. What runs a container from outside is not in it,
// and a virtual machine is none. Whoever owns a cgroup may make one below it that looks like a container's.
std::optional<std::string_view> container_id_of(std::string_view cgroup);

// Whether that container is Docker's or Podman's, whose engines can be asked for names.
bool has_name_of_engine(std::string_view cgroup);

}  // namespace exectap
