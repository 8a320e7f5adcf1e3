// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/memory_cgroup.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/io.h"

namespace exectap::test {

std::optional<std::filesystem::path> memory_cgroup_mount() {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string device;
        std::string point;
        std::string type;
        std::string options;
        words >> device >> point >> type >> options;
        if (type == "cgroup" && ("," + options + ",").find(",memory,") != std::string::npos) return point;
    }
    return std::nullopt;
}

MemoryCgroup::MemoryCgroup(std::string_view name) {
    const auto mount = memory_cgroup_mount();
    if (!mount) throw std::runtime_error("no cgroup v1 hierarchy that counts memory is mounted");
    directory_ = *mount / name;
    checked(::mkdir(directory_.c_str(), 0755), directory_.string());
}

MemoryCgroup::~MemoryCgroup() {
    if (::rmdir(directory_.c_str()) != 0) std::perror(directory_.c_str());
}

std::vector<std::string> MemoryCgroup::wrapper() const {
    return {"/bin/sh", "-c", R"(echo 0 > "$0" && exec "$@")", directory_ / "cgroup.procs"};
}

void MemoryCgroup::limit_to(std::uint64_t bytes) {
    write_file(directory_ / "memory.limit_in_bytes", std::to_string(bytes));
}

void MemoryCgroup::limit_to_what_is_used() {
    write_file(directory_ / "memory.oom_control", "1");
    write_file(directory_ / "memory.limit_in_bytes", read_file(directory_ / "memory.usage_in_bytes"));
}

void MemoryCgroup::lift_limit() { write_file(directory_ / "memory.limit_in_bytes", "-1"); }

}  // namespace exectap::test
