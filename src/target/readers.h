// SPDX-License-Identifier: MIT OR Apache-2.0
// Who reads what exectap writes: were it watched, each event would make the next one.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <vector>

#include "exectap/target.h"

namespace exectap {

struct Reader {
    ProcessTarget process;
    std::string name;  // /proc/PID/comm: as the process likes
};

struct Readers {
    std::vector<Reader> found;
    // Somebody reads it whom the caller may not see: the descriptors of another user's processes are closed to it.
    bool are_hidden = false;
};

// The processes that have this pipe open for reading; and of the caller's session, which a shell's pipeline is in,
// those that read the pipes which they write to, and so on. Without the caller, its ancestors (a shell that has not yet
// let go of the pipe) and `others`. None where it is no pipe.
Readers readers_of(int fd, std::span<const pid_t> others);

// A process and its ancestors, nearest first, as they are now.
std::vector<pid_t> line_of_ancestors(pid_t pid);

}  // namespace exectap
