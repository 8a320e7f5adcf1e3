// SPDX-License-Identifier: MIT OR Apache-2.0
// A pseudo-terminal.
#include "support/pty.h"

#include <fcntl.h>
#include <sys/ioctl.h>

namespace exectap::test {

Pty::Pty(const std::string& multiplexer, const std::string& directory)
    : master_(open_file(multiplexer, O_RDWR | O_NOCTTY)) {
    constexpr int kUnlocked = 0;
    int number = 0;
    checked(::ioctl(master_.get(), TIOCSPTLCK, &kUnlocked), "TIOCSPTLCK");
    checked(::ioctl(master_.get(), TIOCGPTN, &number), "TIOCGPTN");
    path_ = directory + std::to_string(number);
}

}  // namespace exectap::test
