// SPDX-License-Identifier: MIT OR Apache-2.0
// COMMAND: a child that waits just before its exec until it is watched.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "exectap/result.h"
#include "exectap/target.h"
#include "exectap/unique_fd.h"

namespace exectap::cli {

// A child that is never released ends by itself, when it finds the other end of its channel closed.
class Command {
public:
    // Looks the program up in PATH as `user` would, so that its own exec is the only one. The child inherits signals,
    // rights and descriptors as they are now. Fails with command_not_found or command_not_executable.
    static Result<Command> start_stopped(const std::vector<std::string>& words, const std::optional<std::string>& user);

    // A second descriptor for the process, to watch it by.
    Result<ProcessTarget> target() const;

    // Readable when the process has ended.
    int pidfd() const { return pidfd_.get(); }

    void release() const;
    // Fails where COMMAND has become another user and CAP_KILL is not there.
    Result<void> send(int signal) const;

    // Its exit status as a shell would give it, 128+N for signal N; call it once it has ended. Fails when it never ran.
    Result<int> wait();

private:
    Command(pid_t pid, UniqueFd pidfd, UniqueFd channel, std::string name)
        : pid_(pid), pidfd_(std::move(pidfd)), channel_(std::move(channel)), name_(std::move(name)) {}

    pid_t pid_;
    UniqueFd pidfd_;
    UniqueFd channel_;
    std::string name_;
};

}  // namespace exectap::cli
