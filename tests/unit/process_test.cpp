// SPDX-License-Identifier: MIT OR Apache-2.0
// Pids as they are written, and what each kind of process is as a target.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>

#include <chrono>
#include <csignal>
#include <fstream>
#include <future>
#include <string>
#include <thread>

#include "exectap/target.h"
#include "unit/child.h"
#include "unit/files.h"

namespace exectap {
namespace {

using testing::HasSubstr;

TEST(ParsePid, TakesDecimalsInThePidRange) {
    EXPECT_EQ(*parse_pid("1"), 1);
    EXPECT_EQ(*parse_pid("1234"), 1234);
    EXPECT_EQ(*parse_pid("4194304"), 4194304);
}

TEST(ParsePid, RejectsAllElseAsUsage) {
    for (const std::string text : {"", "0", "-1", "+1", "1 ", " 1", "0x10", "12x", "1.0", "4194305", "4294967296",
                                   "4294967297", "18446744073709551617", "123456789012345678901234567890", "make"}) {
        const auto pid = parse_pid(text);
        ASSERT_FALSE(pid) << text;
        EXPECT_EQ(pid.error().kind, ErrorKind::usage) << text;
        EXPECT_THAT(pid.error().message, HasSubstr(text));
        EXPECT_THAT(pid.error().message, HasSubstr("is no pid"));
    }
}

TEST(ParsePid, ShowsOnOneLineWhatItRejects) {
    EXPECT_EQ(parse_pid("1\n\x1b[2J").error().message, R"('1\n\x1b[2J' is no pid)");
}

TEST(ParsePid, SaysHowFarPidsGo) {
    EXPECT_EQ(parse_pid("0").error().message, "0 is no pid: pids go from 1 to 4194304");
    EXPECT_EQ(parse_pid("4194305").error().message, "4194305 is no pid: pids go from 1 to 4194304");
}

TEST(OpenProcess, HoldsALiveProcess) {
    Child child(wait_for_signals);

    const auto target = open_process(child.pid());

    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->pid, child.pid());
    pollfd ended{target->pidfd.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ended, 1, 0), 0);
    // It is this very process that the descriptor names.
    ASSERT_EQ(::syscall(SYS_pidfd_send_signal, target->pidfd.get(), SIGUSR1, nullptr, 0), 0);
    const int status = child.reap();
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1);
}

TEST(OpenProcess, RejectsTheCallerItself) {
    const auto target = open_process(::getpid());

    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, ErrorKind::usage);
    EXPECT_THAT(target.error().message, HasSubstr(std::to_string(::getpid()) + " is exectap itself"));
}

TEST(OpenProcess, RejectsAPidThatNobodyHas) {
    Child child([] {});
    const auto pid = child.pid();
    child.reap();

    const auto target = open_process(pid);

    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, ErrorKind::failure);
    EXPECT_EQ(target.error().message, "no process " + std::to_string(pid));
}

TEST(OpenProcess, RejectsAProcessThatHasEnded) {
    const Child child([] {});
    child.wait_for_end();

    const auto target = open_process(child.pid());

    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, ErrorKind::failure);
    EXPECT_THAT(target.error().message, HasSubstr("process " + std::to_string(child.pid()) + " has ended"));
}

TEST(OpenProcess, NamesTheProcessOfAThread) {
    std::promise<pid_t> tid;
    std::promise<void> end;
    std::thread thread([&] {
        tid.set_value(::gettid());
        end.get_future().wait();
    });
    const auto thread_id = tid.get_future().get();

    const auto target = open_process(thread_id);
    end.set_value();
    thread.join();

    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, ErrorKind::usage);
    EXPECT_THAT(target.error().message,
                HasSubstr(std::to_string(thread_id) + " is a thread of process " + std::to_string(::getpid())));
}

TEST(OpenProcess, RejectsAKernelThread) {
    std::string name;
    std::getline(std::ifstream("/proc/2/comm"), name);
    if (name != "kthreadd") GTEST_SKIP() << "pid 2 is no kernel thread here: a pid namespace";

    const auto target = open_process(2);

    ASSERT_FALSE(target);
    EXPECT_EQ(target.error().kind, ErrorKind::usage);
    EXPECT_EQ(target.error().message, "2 is a kernel thread, which runs no programs");
}

// The third field of /proc/PID/stat.
char state_of(pid_t pid) {
    const auto stat = read_file("/proc/" + std::to_string(pid) + "/stat");
    return stat.at(stat.rfind(')') + 2);
}

// Its first thread is a zombie without memory then, but the others run on and may exec.
TEST(OpenProcess, HoldsAProcessWhoseFirstThreadHasEnded) {
    const Child child([] {
        std::thread(wait_for_signals).detach();
        ::syscall(SYS_exit, 0);
    });
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (state_of(child.pid()) != 'Z') {
        ASSERT_LT(std::chrono::steady_clock::now(), deadline);
        std::this_thread::yield();
    }

    const auto target = open_process(child.pid());

    ASSERT_TRUE(target) << target.error().message;
    EXPECT_EQ(target->pid, child.pid());
}

}  // namespace
}  // namespace exectap
