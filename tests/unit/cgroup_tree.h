// SPDX-License-Identifier: MIT OR Apache-2.0
// A tree of directories that stands for a mounted hierarchy of cgroups.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "target/cgroup_hierarchy.h"
#include "unit/files.h"

namespace exectap {

class CgroupTree {
public:
    CgroupTree() { std::filesystem::create_directory(mount_point()); }

    CgroupHierarchy hierarchy() const { return CgroupHierarchy(mount_point()); }
    std::string mount_point() const { return directory_ / "mount"; }

    // With all that are above it.
    Cgroup make(std::string_view path) const {
        std::filesystem::create_directories(file(path));
        return hierarchy().at(path).value();
    }

    void remove(std::string_view path) const { std::filesystem::remove_all(file(path)); }

    std::string file(std::string_view path) const { return mount_point() + std::string(path); }

private:
    TempDir directory_;
};

}  // namespace exectap
