// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group of version 2 that is given to others, an init or a container engine, to make their own below it. At
// its end all processes in it are killed, and all these groups are removed.
#pragma once

#include <string>
#include <string_view>

#include "support/cgroup.h"

namespace exectap::test {

class CgroupTree {
public:
    // `path` as the kernel shows it. It must not be there yet: what is killed is only what this test put there.
    explicit CgroupTree(std::string_view path);
    ~CgroupTree();
    CgroupTree(const CgroupTree&) = delete;
    CgroupTree& operator=(const CgroupTree&) = delete;

    const std::string& path() const { return cgroup_.path(); }
    const std::filesystem::path& directory() const { return cgroup_.directory(); }

private:
    Cgroup cgroup_;
};

}  // namespace exectap::test
