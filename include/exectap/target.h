// SPDX-License-Identifier: MIT OR Apache-2.0
// What to watch: the user's words, and what they resolve to.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

struct ProcessTarget {
    pid_t pid = 0;   // as the caller's pid namespace numbers it
    UniqueFd pidfd;  // names this very process, whatever becomes of its pid
};

// Whoever has this terminal, now or later.
struct TerminalTarget {
    std::string path;            // "/dev/pts/9"
    std::uint64_t device = 0;    // the kernel's dev_t: major << 20 | minor
    std::uint32_t instance = 0;  // of a pseudo-terminal the kernel's dev_t of its devpts; 0: it is none
};

// A cgroup of version 2.
struct Cgroup {
    std::uint64_t id = 0;  // kernfs_node.id, the inode number of its directory; never used again
    std::string path;      // "/system.slice/nginx.service", from the root of the hierarchy
};

// A pid in decimal; anything else is a usage error.
Result<pid_t> parse_pid(std::string_view text);

// Fails for a pid that is not there, has ended, is a thread, a kernel thread or the caller itself.
Result<ProcessTarget> open_process(pid_t pid);

// Also when nobody has collected it yet.
bool has_ended(const UniqueFd& pidfd);

// "/dev/pts/9", "pts/9", "pts9", "/dev/tty1" or "tty1" as the path of its device file; the path of another device file
// as it is.
std::string terminal_path(std::string_view text);

// Fails, with a list of the terminals in use, when there is no such terminal device.
Result<TerminalTarget> resolve_terminal(std::string_view text);

// Paths of the terminals that a process has as its controlling terminal now, without repeats.
std::vector<std::string> terminals_in_use();

}  // namespace exectap
