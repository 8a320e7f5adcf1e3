// SPDX-License-Identifier: MIT OR Apache-2.0
// A control group that holds only so many processes: of the pids controller, whichever version of cgroups has it here.
// At its end all processes in it are killed, and it is removed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace exectap::test {

class PidsCgroup {
public:
    // The directory in which one can be made. Absent: nothing on this machine limits processes so.
    static std::optional<std::filesystem::path> parent();

    PidsCgroup(std::string_view name, int most_processes);
    ~PidsCgroup();
    PidsCgroup(const PidsCgroup&) = delete;
    PidsCgroup& operator=(const PidsCgroup&) = delete;

    // A process that writes "0" here is in it from then on.
    std::string entrance() const { return directory_ / "cgroup.procs"; }

    // How often a fork was refused since it was made.
    std::uint64_t refused_forks() const;

private:
    void limit_to(int processes) const;
    void kill_all() const;

    std::filesystem::path directory_;
};

}  // namespace exectap::test
