// SPDX-License-Identifier: MIT OR Apache-2.0
// A devpts of its own.
#include "support/devpts.h"

#include <sys/mount.h>

#include <cstdio>

namespace exectap::test {

Devpts::Devpts() {
    checked(::mount("devpts", folder_.path().c_str(), "devpts", 0, "newinstance,ptmxmode=0666,mode=0620"), "mount");
}

Devpts::~Devpts() {
    if (::umount2(folder_.path().c_str(), MNT_DETACH) != 0) std::perror(folder_.path().c_str());
}

}  // namespace exectap::test
