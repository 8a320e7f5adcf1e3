// SPDX-License-Identifier: MIT OR Apache-2.0
// A pseudo-terminal.
#include "support/pty.h"

#include <fcntl.h>

#include <array>
#include <cstdlib>

namespace exectap::test {

Pty::Pty() : master_(checked(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), "posix_openpt")) {
    checked(::grantpt(master_.get()), "grantpt");
    checked(::unlockpt(master_.get()), "unlockpt");
    std::array<char, 64> name{};
    if (::ptsname_r(master_.get(), name.data(), name.size()) != 0) throw_errno("ptsname");
    path_ = name.data();
}

}  // namespace exectap::test
