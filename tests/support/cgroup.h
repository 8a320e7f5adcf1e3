// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group of version 2, with those above it that were not there. Removed, when the processes in it have ended.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::test {

// Where the hierarchy of version 2 is mounted. Absent: nowhere.
std::optional<std::filesystem::path> cgroup_mount();

// Waits until no process is in this group, by its directory, nor in those below.
void wait_until_empty(const std::filesystem::path& cgroup);

class Cgroup {
public:
    // `path` as the kernel shows it: "/exectap-test-1/a".
    explicit Cgroup(std::string_view path);
    ~Cgroup();
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    const std::string& path() const { return path_; }
    const std::filesystem::path& directory() const { return directory_; }

    // A process that writes "0" here is in it from then on.
    std::string entrance() const { return directory_ / "cgroup.procs"; }

private:
    void remove();

    std::string path_;
    std::filesystem::path directory_;
    std::vector<std::filesystem::path> made_;  // the outermost first
};

}  // namespace exectap::test
