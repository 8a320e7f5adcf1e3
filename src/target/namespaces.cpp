// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/namespaces.h"

#include <sys/stat.h>

namespace exectap {
namespace {

// linux/proc_ns.h: the first namespace of each kind always has the same inode.
constexpr ino_t kFirstUser = 0xEFFF'FFFD;  // PROC_USER_INIT_INO
constexpr ino_t kFirstPid = 0xEFFF'FFFC;   // PROC_PID_INIT_INO

std::optional<bool> is_namespace(const char* path, ino_t number) {
    struct stat space {};
    if (::stat(path, &space) != 0) return std::nullopt;
    return space.st_ino == number;
}

}  // namespace

std::optional<bool> is_in_first_pid_namespace() { return is_namespace("/proc/self/ns/pid", kFirstPid); }

std::optional<bool> is_in_first_user_namespace() { return is_namespace("/proc/self/ns/user", kFirstUser); }

}  // namespace exectap
