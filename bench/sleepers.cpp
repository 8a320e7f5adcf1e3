// SPDX-License-Identifier: MIT OR Apache-2.0
// sleepers COUNT: forks so many processes that do nothing, says "ready", and ends with them where stdin does.
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

int main(int argc, char** argv) {
    const long count = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (count <= 0) return 2;
    std::vector<pid_t> pids;
    for (long i = 0; i < count; i++) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            for (;;) ::pause();
        }
        if (pid < 0) {
            std::cout << "can't have " << count << " processes: " << std::strerror(errno) << std::endl;
            break;
        }
        pids.push_back(pid);
    }
    if (pids.size() == static_cast<std::size_t>(count)) std::cout << "ready" << std::endl;
    while (std::cin.get() != std::istream::traits_type::eof()) continue;
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    while (::wait(nullptr) > 0) continue;
}
