// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group of version 2 with all below it.
#include "support/cgroup_tree.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace exectap::test {
namespace {

std::string_view not_there_yet(std::string_view path) {
    const auto mount = cgroup_mount();
    if (mount && std::filesystem::exists(fmt::format("{}{}", mount->string(), path)))
        throw std::runtime_error(fmt::format("the cgroup {} is there already", path));
    return path;
}

// The innermost first: a group that has others can't be removed.
void remove_those_below(const std::filesystem::path& directory) {
    std::vector<std::filesystem::path> groups;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory)) {
        if (entry.is_directory()) groups.push_back(entry.path());
    }
    for (; !groups.empty(); groups.pop_back()) {
        if (::rmdir(groups.back().c_str()) != 0) std::perror(groups.back().c_str());
    }
}

}  // namespace

CgroupTree::CgroupTree(std::string_view path) : cgroup_(not_there_yet(path)) {}

CgroupTree::~CgroupTree() {
    try {
        std::ofstream(cgroup_.directory() / "cgroup.kill") << 1 << std::flush;
        wait_until_empty(cgroup_.directory());
        remove_those_below(cgroup_.directory());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

}  // namespace exectap::test
