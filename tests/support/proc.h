// SPDX-License-Identifier: MIT OR Apache-2.0
// What /proc says of a process that stands still, and stat() of a file: a second opinion on what exectap says.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::test {

// The value of "NAME: value" in /proc/PID/status, without the white space around it.
std::string status_of(pid_t pid, std::string_view name);

// Of /proc/PID/stat: when it was started, in ticks since the boot.
std::uint64_t start_ticks_of(pid_t pid);

std::string comm_of(pid_t pid);
pid_t parent_of(pid_t pid);

// The names of its ancestors, the parent's first.
std::vector<std::string> ancestors_of(pid_t pid);

// Device and inode of the file at a path, as exectap writes them: "254:0".
struct FileId {
    std::string device;
    std::uint64_t inode = 0;
};
FileId file_id(const std::string& path);

// Whether programs in this folder get their owner's rights, as the file system is mounted.
bool heeds_setuid(const std::string& folder);

}  // namespace exectap::test
