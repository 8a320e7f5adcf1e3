// SPDX-License-Identifier: MIT OR Apache-2.0
// An empty /run, for this thread and what it starts. For root.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>

#include <cerrno>
#include <cstdlib>
#include <system_error>

#include "../../include/exectap/unique_fd.h"

namespace exectap::test {

class PrivateRun {
public:
    PrivateRun() : before_(::open("/proc/thread-self/ns/mnt", O_RDONLY | O_CLOEXEC)) {
        if (!before_ || ::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("tmpfs", "/run", "tmpfs", 0, "mode=755") != 0)
            throw std::system_error(errno, std::generic_category(), "a /run of its own");
    }
    ~PrivateRun() {
        if (::setns(before_.get(), CLONE_NEWNS) != 0) std::abort();
    }
    PrivateRun(const PrivateRun&) = delete;
    PrivateRun& operator=(const PrivateRun&) = delete;

private:
    UniqueFd before_;
};

}  // namespace exectap::test
