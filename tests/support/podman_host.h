// SPDX-License-Identifier: MIT OR Apache-2.0
// A podman with storage, sockets and mounts of its own, whatever else podman does on this machine. At its end no
// container is left.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/busybox_root.h"
#include "support/cgroup_tree.h"
#include "support/process.h"

namespace exectap::test {

class PodmanHost {
public:
    using Words = std::vector<std::string>;

    // Why there can be none here; empty when there can.
    static std::string why_not();

    PodmanHost();

    // The start of a command line: what follows finds the engine's socket where it is on every machine,
    // /run/podman/podman.sock, and cgroups of version 2 in /sys/fs/cgroup.
    Words wrapper() const;

    // In the background, from a root file system with busybox; it runs when this returns the container's id.
    std::string run(std::string_view name, const Words& command);
    // Each waits until podman is done with it, and throws when that fails.
    void exec(std::string_view name, const Words& command);
    void start(std::string_view name) { podman({"start", std::string(name)}); }
    void stop(std::string_view name) { podman({"stop", "--time", "0", std::string(name)}); }
    void remove(std::string_view name) { podman({"rm", "--force", "--time", "0", std::string(name)}); }

    // The HTTP interface, at that socket. Containers run on without it.
    void start_service();
    void kill_service();

private:
    std::filesystem::path engine_group() const;
    void wait_for_exec_in(const std::string& id) const;
    Words command_line(const Words& arguments) const;
    std::vector<std::string> podman(const Words& arguments) const;

    TempDir folder_;
    BusyboxRoot root_;
    CgroupTree cgroup_;
    Process mounts_;  // lives in the mount namespace
    std::optional<Process> service_;
};

}  // namespace exectap::test
