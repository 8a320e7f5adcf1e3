// SPDX-License-Identifier: MIT OR Apache-2.0
// The mounted hierarchy of cgroups of version 2, on a system that has only that one and on a hybrid one. For start-up
// and for targets that appear, never for events.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "exectap/result.h"
#include "exectap/target.h"

namespace exectap {

class CgroupHierarchy {
public:
    // Where /proc/self/mountinfo shows it first. Fails when it is mounted nowhere.
    static Result<CgroupHierarchy> find();

    explicit CgroupHierarchy(std::string mount_point) : mount_point_(std::move(mount_point)) {}

    const std::string& mount_point() const { return mount_point_; }

    // The id of the cgroup at its top: of a cgroup namespace that is not the kernel's root.
    std::uint64_t top_id() const;

    // Whether controllers of version 1 are mounted, too or alone.
    static bool has_version_1();

    // `path` from its top: "/a/b". Nothing: there is none.
    std::optional<Cgroup> at(std::string_view path) const;

    // Calls visit(cgroup) for each, from the top; where it returns false what is below is left out.
    void walk(const std::function<bool(const Cgroup&)>& visit) const;

private:
    std::string mount_point_;
};

}  // namespace exectap
