// SPDX-License-Identifier: MIT OR Apache-2.0
// A machine inside this one whose init is systemd: the real one, as it runs in a container, with no units but the
// test's. It is there within a fraction of a second; nothing of it is left.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/cgroup_tree.h"
#include "support/process.h"

namespace exectap::test {

class SystemdMachine {
public:
    // Why there can be none here; empty when there can.
    static std::string why_not();

    // Booted when this returns.
    SystemdMachine();

    // In which all its cgroups are: "/exectap-test-1.slice".
    const std::string& cgroup() const { return cgroup_.path(); }

    // Puts it in the place of the one that was there, if any.
    void write_unit(std::string_view name, std::string_view content);

    // Each waits until systemd is done with it, and throws when that fails.
    void start(std::string_view unit) { systemctl({"start", std::string(unit)}); }
    void stop(std::string_view unit) { systemctl({"stop", std::string(unit)}); }
    void restart(std::string_view unit) { systemctl({"restart", std::string(unit)}); }

    // Runs a command of the machine's to its end, outside of all units; throws when it fails.
    void run(const std::vector<std::string>& command);

    // A command of the machine's that goes on.
    std::vector<std::string> wrapper() const;

private:
    void systemctl(std::vector<std::string> arguments);
    std::string pid_of_init() const;

    TempDir folder_;
    CgroupTree cgroup_;
    UniqueFd log_for_writing_;  // kept open, lest the log ends before the machine has begun
    LineCollector log_;
    std::optional<Process> machine_;
};

}  // namespace exectap::test
