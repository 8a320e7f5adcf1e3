// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group of the pids controller, made and unmade.
#include "support/pids_cgroup.h"

#include <fmt/format.h>
#include <linux/membarrier.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "support/cgroup.h"
#include "support/io.h"

namespace exectap::test {
namespace {

// The mount of version 1 that has the controller.
std::optional<std::filesystem::path> mount_of_version_1() {
    std::ifstream mounts("/proc/self/mounts");
    std::string device;
    std::string point;
    std::string type;
    std::string options;
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream(line) >> device >> point >> type >> options;
        if (type == "cgroup" && fmt::format(",{},", options).find(",pids,") != std::string::npos) return point;
    }
    return std::nullopt;
}

std::vector<pid_t> processes_in(const std::filesystem::path& list) {
    std::vector<pid_t> pids;
    std::ifstream file(list);
    for (pid_t pid = 0; file >> pid;) pids.push_back(pid);
    return pids;
}

bool is_in(const std::filesystem::path& list, pid_t pid) {
    const auto pids = processes_in(list);
    return std::find(pids.begin(), pids.end(), pid) != pids.end();
}

// The pid may be another process's by now: what is killed is the one that is still on the list while it is held.
void kill_if_in(const std::filesystem::path& list, pid_t pid) {
    const UniqueFd process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (process && is_in(list, pid)) ::syscall(SYS_pidfd_send_signal, process.get(), SIGKILL, nullptr, 0);
}

// Nothing tells when a process is gone from a group of version 1, so an RCU grace period is the time between two looks.
void let_the_kernel_work() { ::syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0); }

}  // namespace

std::optional<std::filesystem::path> PidsCgroup::parent() {
    if (auto mount = mount_of_version_1()) return mount;
    auto mount = cgroup_mount();
    if (!mount) return std::nullopt;
    std::ifstream file(*mount / "cgroup.subtree_control");
    for (std::string controller; file >> controller;) {
        if (controller == "pids") return mount;
    }
    return std::nullopt;
}

PidsCgroup::PidsCgroup(std::string_view name, int most_processes) {
    const auto mount = parent();
    if (!mount) throw std::runtime_error("no cgroup hierarchy has the pids controller");
    directory_ = *mount / name;
    checked(::mkdir(directory_.c_str(), 0755), directory_.string());
    limit_to(most_processes);
}

PidsCgroup::~PidsCgroup() {
    try {
        limit_to(0);
        const auto end = std::chrono::steady_clock::now() + kPatience;
        while (::rmdir(directory_.c_str()) != 0) {
            if (std::chrono::steady_clock::now() > end) throw_errno(directory_.string());
            kill_all();
            let_the_kernel_work();
        }
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
    }
}

std::uint64_t PidsCgroup::refused_forks() const {
    std::ifstream file(directory_ / "pids.events");
    std::string name;
    std::uint64_t count = 0;
    while (file >> name >> count) {
        if (name == "max") return count;
    }
    return 0;
}

void PidsCgroup::limit_to(int processes) const {
    std::ofstream(directory_ / "pids.max") << processes << std::flush;
    int limit = -1;
    std::ifstream(directory_ / "pids.max") >> limit;
    if (limit != processes) throw std::runtime_error(fmt::format("{} takes no limit", directory_.string()));
}

void PidsCgroup::kill_all() const {
    for (const pid_t pid : processes_in(entrance())) kill_if_in(entrance(), pid);
}

}  // namespace exectap::test
