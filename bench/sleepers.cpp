// SPDX-License-Identifier: MIT OR Apache-2.0
// sleepers COUNT [THREADS]: forks so many processes that do nothing, each with so many threads (1). Says "ready" when
// all are there, and ends with them where stdin does.
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <vector>

namespace {

void* sleep_for_ever(void* /*unused*/) {
    for (;;) ::pause();
}

// Writes a byte when all its threads are there.
[[noreturn]] void sleep_with(long threads, int ready) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pthread_attr_t small{};
    ::pthread_attr_init(&small);
    ::pthread_attr_setstacksize(&small, static_cast<std::size_t>(PTHREAD_STACK_MIN));
    for (pthread_t thread{}; threads > 1; threads--) {
        if (::pthread_create(&thread, &small, sleep_for_ever, nullptr) != 0) std::_Exit(1);
    }
    if (::write(ready, "", 1) != 1) std::_Exit(1);
    ::close(ready);
    sleep_for_ever(nullptr);
    std::_Exit(0);
}

// Those that there is room for.
std::vector<pid_t> start(long count, long threads, int ready) {
    std::vector<pid_t> pids;
    for (long i = 0; i < count; i++) {
        const pid_t pid = ::fork();
        if (pid == 0) sleep_with(threads, ready);
        if (pid < 0) break;
        pids.push_back(pid);
    }
    return pids;
}

long count_bytes(int file) {
    std::array<char, 4096> bytes{};
    long count = 0;
    for (ssize_t length = 0; (length = ::read(file, bytes.data(), bytes.size())) > 0;) count += length;
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    const auto number = [&](int place) { return argc > place ? std::strtol(argv[place], nullptr, 10) : 1; };
    const long count = number(1);
    const long threads = number(2);
    std::array<int, 2> ready{};
    if (argc < 2 || argc > 3 || count <= 0 || threads <= 0 || ::pipe(ready.data()) != 0) return 2;
    const auto pids = start(count, threads, ready[1]);
    ::close(ready[1]);
    const auto there = count_bytes(ready[0]);
    if (there == count)
        std::cout << "ready" << std::endl;
    else
        std::cout << "only " << there << " of " << count << " processes have room here" << std::endl;
    while (std::cin.get() != std::istream::traits_type::eof()) continue;
    for (const pid_t pid : pids) ::kill(pid, SIGKILL);
    while (::wait(nullptr) > 0) continue;
}
