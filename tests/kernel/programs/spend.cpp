// SPDX-License-Identifier: MIT OR Apache-2.0
// spend KIB MS [leave]: at a word from the test forks a child that touches so much memory and computes until it has
// used so much CPU time; to leave, its first thread ends then, before another one, which has done nothing. Says "child
// PID", then "max_rss_kb N", "user_us N", "system_us N" of it, as wait4(2) has them.
#include <pthread.h>
#include <sys/resource.h>

#include <atomic>

#include "leader.h"
#include "program.h"

namespace {

constexpr long kMicroseconds = 1'000'000;

long microseconds(const timeval& time) { return time.tv_sec * kMicroseconds + time.tv_usec; }

long used_so_far() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
}

void spend(std::size_t bytes, long cpu_us) {
    program::end_with_parent();
    // Its zeros are written, so each page is there.
    const std::vector<char> memory(bytes);
    while (used_so_far() < cpu_us) {
        for (std::atomic<int> i = 0; i < 100'000; i++) continue;
    }
}

void* outlive_leader(void* /*argument*/) {
    wait_until_leader_is_gone();
    return nullptr;
}

void leave_to_another_thread() {
    pthread_t other{};
    if (::pthread_create(&other, nullptr, outlive_leader, nullptr) != 0) std::_Exit(1);
    ::syscall(SYS_exit, 0);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3 && argc != 4) return 2;
    const auto bytes = std::stoul(argv[1]) * 1024;
    const long cpu_us = std::stol(argv[2]) * 1000;
    program::say("ready");
    program::wait_for_go();
    const pid_t child = program::in_child([=] {
        spend(bytes, cpu_us);
        if (argc == 4) leave_to_another_thread();
    });
    rusage usage{};
    if (::wait4(child, nullptr, 0, &usage) != child) return 1;
    program::say_number("child", child);
    program::say_number("max_rss_kb", usage.ru_maxrss);
    program::say_number("user_us", microseconds(usage.ru_utime));
    program::say_number("system_us", microseconds(usage.ru_stime));
}
