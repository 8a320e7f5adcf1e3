// SPDX-License-Identifier: MIT OR Apache-2.0
// A container without an engine: namespaces, a root file system, and a control group with an engine's name for it.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/busybox_root.h"
#include "support/cgroup_tree.h"
#include "support/shell.h"

namespace exectap::test {

// 64 hexadecimal digits that no other container on this machine has, another test's included.
std::string own_container_id();

class HandMadeContainer {
public:
    // Engines differ in when a process comes into its group, see tests/kernel/programs/container.cpp. Before its exec
    // it does in any case.
    enum class Entrance { kWritten, kBorn };

    // `cgroup`, as the kernel shows it, is there as long as the container runs.
    HandMadeContainer(const BusyboxRoot& root, std::string cgroup, Entrance entrance = Entrance::kWritten)
        : root_(root), cgroup_path_(std::move(cgroup)), entrance_(entrance) {}

    // Its first process is a shell: run() tells that one what to do, as `Shell` has it.
    void start();
    void stop();
    void run(std::string_view command) { Shell::run_in(*process_, command); }

    // Of one that runs: a command in it, as by an engine's `exec`, to its end.
    ExitStatus exec(const std::vector<std::string>& command) const;

    const std::string& cgroup() const { return cgroup_path_; }

private:
    std::vector<std::string> engine(std::initializer_list<std::string_view> arguments,
                                    const std::vector<std::string>& command) const;
    std::string first_process() const;

    const BusyboxRoot& root_;
    std::string cgroup_path_;
    Entrance entrance_;
    // The process ends first.
    std::optional<CgroupTree> cgroup_;
    std::optional<Process> process_;
};

}  // namespace exectap::test
