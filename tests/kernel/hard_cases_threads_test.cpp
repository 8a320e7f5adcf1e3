// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: calls that are not those of a 64-bit process's first thread.
#include <unistd.h>

#include <csignal>

#include "kernel/hard_case.h"
#include "support/both_formats.h"

namespace exectap::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

// The number in a line "word number".
pid_t number_in(const std::string& line) { return std::stoi(line.substr(line.rfind(' ') + 1)); }

struct Call {
    pid_t pid;
    pid_t tid;
    pid_t ppid;
    std::vector<std::string> argv;
};

// These execs and no others, nor any attempt, in both formats.
void expect_execs(const InBothFormats& outcome, const std::vector<Call>& calls) {
    const auto lines = outcome.events();
    const auto execs = outcome.json.of("exec");
    ASSERT_THAT(lines, SizeIs(calls.size()));
    ASSERT_THAT(execs, SizeIs(calls.size()));
    EXPECT_THAT(outcome.json.of("attempt"), IsEmpty());
    for (std::size_t i = 0; i < calls.size(); i++) {
        const auto& call = calls[i];
        EXPECT_FALSE(lines[i].is_attempt()) << lines[i];
        EXPECT_EQ(lines[i].pid, call.pid) << lines[i];
        EXPECT_EQ(lines[i].tid, call.tid) << lines[i];
        EXPECT_EQ(lines[i].ppid, call.ppid) << lines[i];
        EXPECT_EQ(lines[i].argv, call.argv) << lines[i];
        EXPECT_EQ(execs[i].at("pid"), call.pid) << execs[i];
        EXPECT_EQ(execs[i].at("tid"), call.tid) << execs[i];
        EXPECT_EQ(execs[i].at("ppid"), call.ppid) << execs[i];
        EXPECT_EQ(list_of(execs[i], "argv"), call.argv) << execs[i];
    }
}

#if defined(__x86_64__)
TEST_F(HardCase, 05AThirtyTwoBitCallOfASixtyFourBitProcessIsSeenWithItsOwnNumber) {
    Process program({test_program("int80")});
    const auto outcome = watch_in_both(program);
    SKIP_UNLESS(program.wait() != killed_by(SIGSEGV), "this kernel has no 32-bit system calls (CONFIG_IA32_EMULATION)");
    ASSERT_EQ(program.wait(), exited(0));
    expect_execs(outcome, {{program.pid(), program.pid(), ::getpid(), {"/bin/true", "thirty-two"}}});
    const auto line = outcome.events().at(0);
    EXPECT_EQ(line.syscall_id, 11);
    EXPECT_EQ(line.comm, "int80");
    EXPECT_EQ(line.filename, "/bin/true");
    const auto exec = outcome.json.one("exec");
    EXPECT_EQ(exec.at("syscall_id"), 11);
    EXPECT_EQ(exec.at("syscall"), "execve");
    EXPECT_EQ(exec.at("comm"), "int80");
    EXPECT_EQ(exec.at("filename"), "/bin/true");
    EXPECT_FALSE(exec.contains("unreadable"));
}
#endif

TEST_F(HardCase, 09AThreadThatExecsIsTheCallerAndWhatItsProcessDoesNextIsSeen) {
    Process root({test_program("worker_thread")});
    const auto pid = root.pid();
    const auto worker = number_in(root.out().next_line());
    ASSERT_NE(worker, pid);
    WatchingInBoth trace({root.pid_text()});
    root.write("exec\n");
    EXPECT_EQ(root.out().next_line(), "alone");
    root.write("fork-main\n");
    const auto child = number_in(root.out().next_line());
    root.write("exec-main\n");
    EXPECT_EQ(root.wait(), exited(0));
    const auto outcome = trace.finish();
    expect_execs(outcome, {{pid, worker, ::getpid(), {"worker_thread", "--alone"}},
                           {child, child, pid, {"true", "forked"}},
                           {pid, pid, ::getpid(), {"true", "by the first thread"}}});
    EXPECT_EQ(outcome.line.status, exited(0));
    EXPECT_EQ(outcome.line.verdict().still_alive, 0U);
    // The end is told of the process, by its pid, and once.
    EXPECT_THAT(outcome.json.of("exit", pid), SizeIs(1));
    EXPECT_THAT(outcome.json.of("exit"), SizeIs(2));
}

TEST_F(HardCase, 10AThreadThatOutlivesTheLeaderIsWatchedAndSoAreItsNextPrograms) {
    Process root({test_program("leader_exits")});
    const auto pid = root.pid();
    const auto worker = number_in(root.out().next_line());
    ASSERT_NE(worker, pid);
    WatchingInBoth trace({root.pid_text()});
    root.write("go\n");
    EXPECT_EQ(root.out().next_line(), "ready");
    root.write("go\n");
    EXPECT_EQ(root.wait(), exited(0));
    const auto outcome = trace.finish();
    expect_execs(outcome, {{pid, worker, ::getpid(), {"exec_as", "/bin/true", "true", "after the leader"}},
                           {pid, pid, ::getpid(), {"true", "after the leader"}}});
    EXPECT_EQ(outcome.line.verdict().execs, 2U);
    EXPECT_EQ(outcome.line.verdict().still_alive, 0U);
    EXPECT_THAT(outcome.json.of("exit"), SizeIs(1));
    EXPECT_EQ(outcome.json.one("exit").at("pid"), pid);
}

}  // namespace
}  // namespace exectap::test
