// SPDX-License-Identifier: MIT OR Apache-2.0
// The end of a process's first thread, seen from another one.
#pragma once

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

// What /proc says of the first thread once it has ended but can't be collected.
inline bool is_leader_gone() {
    std::array<char, 512> text{};
    const int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    const auto length = std::max<ssize_t>(::read(file, text.data(), text.size()), 0);
    ::close(file);
    const std::string_view stat(text.data(), static_cast<std::size_t>(length));
    return stat.substr(stat.rfind(')'), 3) == ") Z";
}

// Nothing announces it: who joins a first thread wakes a moment too early.
inline void wait_until_leader_is_gone() {
    while (!is_leader_gone()) ::sched_yield();
}
