// SPDX-License-Identifier: MIT OR Apache-2.0
// core_helper PID FOLDER: what the kernel starts as a helper when PID dumps core. Writes its own pid and its parent's
// into a file FOLDER/PID, which is there as soon as it is whole, and reads the core to its end.
#include <fcntl.h>

#include <cstdio>

#include "program.h"

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() != 2) return 2;
    const auto path = arguments[1] + "/" + arguments[0];
    const int file = ::open((path + ".new").c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    const auto text = std::to_string(::getpid()) + " " + std::to_string(::getppid()) + "\n";
    if (::write(file, text.data(), text.size()) < 0 || ::close(file) != 0) return 1;
    if (std::rename((path + ".new").c_str(), path.c_str()) != 0) return 1;
    std::array<char, 1 << 16> core{};
    while (::read(STDIN_FILENO, core.data(), core.size()) > 0) continue;
}
