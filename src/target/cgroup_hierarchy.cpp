// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/cgroup_hierarchy.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

namespace exectap {
namespace {

namespace fs = std::filesystem;

// mountinfo writes blanks and backslashes as \040.
std::string unescaped(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const bool is_escape = text.size() >= 4 && text[0] == '\\';
        plain += is_escape ? static_cast<char>((text[1] - '0') * 64 + (text[2] - '0') * 8 + (text[3] - '0')) : text[0];
        text.remove_prefix(is_escape ? 4 : 1);
    }
    return plain;
}

}  // namespace

Result<CgroupHierarchy> CgroupHierarchy::find() {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos || line.compare(dash + 3, 8, "cgroup2 ") != 0) continue;
        std::istringstream words(line);
        // Its id, its parent's, the device and the root come first.
        std::string word;
        for (int i = 0; i < 5; i++) words >> word;
        return CgroupHierarchy(unescaped(word));
    }
    return Error{
        "no cgroup v2 hierarchy is mounted here, by which units, containers and cgroups are found; "
        "mount it: mount -t cgroup2 none /sys/fs/cgroup"};
}

bool CgroupHierarchy::has_version_1() {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);)
        if (line.find(" - cgroup ") != std::string::npos) return true;
    return false;
}

std::uint64_t CgroupHierarchy::top_id() const {
    struct stat top {};
    return ::stat(mount_point_.c_str(), &top) == 0 ? top.st_ino : 0;
}

std::optional<Cgroup> CgroupHierarchy::at(std::string_view path) const {
    struct stat directory {};
    const auto file = mount_point_ + std::string(path);
    if (::stat(file.c_str(), &directory) != 0 || !S_ISDIR(directory.st_mode)) return std::nullopt;
    return Cgroup{directory.st_ino, std::string(path)};
}

void CgroupHierarchy::walk(const std::function<bool(const Cgroup&)>& visit) const {
    std::vector<std::string> paths = {"/"};
    while (!paths.empty()) {
        const auto path = std::move(paths.back());
        paths.pop_back();
        const auto cgroup = at(path);
        if (!cgroup || !visit(*cgroup)) continue;
        std::error_code error;
        // Not by a range: its step throws where the cgroup is removed meanwhile.
        for (fs::directory_iterator entry(mount_point_ + path, error), end; !error && entry != end;
             entry.increment(error)) {
            std::error_code ignored;
            if (!entry->is_directory(ignored)) continue;
            paths.push_back((path == "/" ? "" : path) + "/" + entry->path().filename().string());
        }
    }
}

}  // namespace exectap
