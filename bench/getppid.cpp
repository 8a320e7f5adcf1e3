// SPDX-License-Identifier: MIT OR Apache-2.0
// getppid CALLS: calls getppid(2) so often, and prints how many nanoseconds one took. The cheapest call there is shows
// best what is added to every call.
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <iostream>

int main(int argc, char** argv) {
    const long calls = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (calls <= 0) return 2;
    // Time of the processor: what else runs on this machine does not count.
    const auto start = std::clock();
    for (long i = 0; i < calls; i++) ::syscall(SYS_getppid);
    const auto taken = std::clock() - start;
    std::cout << static_cast<double>(taken) / CLOCKS_PER_SEC * 1e9 / static_cast<double>(calls) << '\n';
}
