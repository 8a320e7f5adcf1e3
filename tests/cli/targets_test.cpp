// SPDX-License-Identifier: MIT OR Apache-2.0
// Targets that make sense but are not there, or can't be watched: one line, before anything is traced.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "support/exectap.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

TEST(MissingTarget, AProcessThatNobodyHasCollectedHasEnded) {
    const pid_t child = checked(::fork(), "fork");
    if (child == 0) ::_exit(0);
    siginfo_t end{};
    checked(::waitid(P_PID, static_cast<id_t>(child), &end, WEXITED | WNOWAIT), "waitid");
    const auto text = std::to_string(child);
    expect_one_error(run_exectap({text}), kFailure, {"process " + text + " has ended"});
    ::waitpid(child, nullptr, 0);
}

TEST(MissingTarget, AThreadIsNoProcess) {
    const auto release = Pipe::create();
    auto tid = Pipe::create();
    std::thread thread([&] {
        const auto own = ::gettid();
        char end = 0;
        checked(::write(tid.write_end.get(), &own, sizeof(own)), "write");
        checked(::read(release.read_end.get(), &end, 1), "read");
    });
    pid_t other = 0;
    checked(::read(tid.read_end.get(), &other, sizeof(other)), "read");
    expect_one_error(run_exectap({std::to_string(other)}), kUsage,
                     {std::to_string(other) + " is a thread of process " + std::to_string(::getpid())});
    checked(::write(release.write_end.get(), "e", 1), "write");
    thread.join();
}

TEST(MissingTarget, ATerminalThatIsNotThereListsThoseInUse) {
    const Pty terminal;
    Shell on_it(ProcessOptions{.terminal = &terminal});
    expect_one_error(run_exectap({"--tty", "/dev/pts/99999"}), kFailure,
                     {"no terminal /dev/pts/99999", "in use:", terminal.path()});
    expect_one_error(run_exectap({"-t", "pts99999"}), kFailure, {"/dev/pts/99999", terminal.path()});
}

TEST(MissingTarget, AFileThatIsNoTerminalIsNone) {
    expect_one_error(run_exectap({"--tty", "/dev/null"}), kFailure, {"no terminal /dev/null"});
}

TEST(MissingTarget, ANameThatStandsForAnotherTerminalIsRefused) {
    expect_one_error(run_exectap({"--tty", "/dev/tty"}), kUsage, {"/dev/tty stands for another terminal"});
}

TEST(MissingTarget, AFileThatCannotBeOpenedIsNamed) {
    Shell shell;
    expect_one_error(run_exectap({"-o", "/nowhere/events", shell.pid_text()}), kFailure,
                     {"/nowhere/events", "No such file or directory"});
}

}  // namespace
}  // namespace exectap::test
