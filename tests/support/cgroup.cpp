// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group of version 2.
#include "support/cgroup.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "support/io.h"

namespace exectap::test {
namespace {

bool has_processes(const UniqueFd& events) {
    std::array<char, 256> text{};
    const auto length = checked(::pread(events.get(), text.data(), text.size(), 0), "cgroup.events");
    return std::string_view(text.data(), static_cast<std::size_t>(length)).find("populated 1") !=
           std::string_view::npos;
}

}  // namespace

std::optional<std::filesystem::path> cgroup_mount() {
    std::ifstream mounts("/proc/self/mountinfo");
    for (std::string line; std::getline(mounts, line);) {
        if (line.find(" - cgroup2 ") == std::string::npos) continue;
        std::istringstream words(line);
        std::string ignored;
        std::string root;
        std::string point;
        // Its id, its parent's, and the device come first.
        words >> ignored >> ignored >> ignored >> root >> point;
        if (root == "/") return point;
    }
    return std::nullopt;
}

// The kernel says with POLLPRI that the file has changed since it was read.
void wait_until_empty(const std::filesystem::path& cgroup) {
    const auto events = open_file(cgroup / "cgroup.events", O_RDONLY);
    while (has_processes(events)) {
        pollfd change{events.get(), POLLPRI, 0};
        const auto patience = std::chrono::milliseconds(kPatience).count();
        if (::poll(&change, 1, static_cast<int>(patience)) == 0)
            throw TimedOut(fmt::format("processes stay in {}", cgroup.string()));
    }
}

Cgroup::Cgroup(std::string_view path) : path_(path) {
    const auto mount = cgroup_mount();
    if (!mount) throw std::runtime_error("no cgroup v2 hierarchy is mounted");
    directory_ = *mount;
    for (const auto& name : std::filesystem::path(path_).relative_path()) {
        directory_ /= name;
        if (::mkdir(directory_.c_str(), 0755) == 0) {
            made_.push_back(directory_);
        } else if (errno != EEXIST) {
            const int error = errno;
            remove();
            errno = error;
            throw_errno(directory_.string());
        }
    }
}

Cgroup::~Cgroup() {
    try {
        if (!made_.empty()) wait_until_empty(made_.back());
        remove();
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

void Cgroup::remove() {
    for (; !made_.empty(); made_.pop_back()) {
        if (::rmdir(made_.back().c_str()) != 0) std::perror(made_.back().c_str());
    }
}

}  // namespace exectap::test
