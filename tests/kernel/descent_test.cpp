// SPDX-License-Identifier: MIT OR Apache-2.0
// Who belongs to a watched process: its threads, its descendants, and what becomes of them.
#include <csignal>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::SizeIs;

class Descent : public KernelTest {};

// The number in a line "word number".
pid_t number_in(const std::string& line) { return std::stoi(line.substr(line.rfind(' ') + 1)); }

auto is_call_of(pid_t pid, pid_t tid) { return AllOf(Field(&EventLine::pid, pid), Field(&EventLine::tid, tid)); }

auto is_from(pid_t parent) { return Field(&EventLine::ppid, parent); }

TEST_F(Descent, IncludesTheDescendantsThatAreThereAtTheStart) {
    Process root({test_program("descendants"), "3"});
    const auto last = number_in(root.out().next_line());
    Watching trace({root.pid_text()});
    root.write("go\n");
    EXPECT_EQ(root.out().next_line(), "done");
    EXPECT_THAT(trace.stop().events(), ElementsAre(is_call_of(last, last)));
}

TEST_F(Descent, WithoutChildrenLeavesOutDescendants) {
    Process root({test_program("descendants"), "2"});
    root.out().next_line();
    Watching trace({root.pid_text(), "--no-watch-children"});
    root.write("go\n");
    EXPECT_EQ(root.out().next_line(), "done");
    EXPECT_THAT(trace.stop().events(), IsEmpty());
}

TEST_F(Descent, IncludesThreadsMadeAfterTheStart) {
    for (const std::string option : {"--time=start", "--no-watch-children"}) {
        Process root({test_program("exec_race"), "1"});
        EXPECT_EQ(root.out().next_line(), "ready");
        Watching trace({root.pid_text(), option});
        root.write("go\n");
        const auto outcome = trace.finish();
        EXPECT_THAT(outcome.events(), ElementsAre(AllOf(Field(&EventLine::pid, root.pid()),
                                                        Field(&EventLine::tid, testing::Ne(root.pid())))));
    }
}

TEST_F(Descent, FollowsADaemonThatLeavesItsSessionAndItsParent) {
    Process root({test_program("double_fork")});
    EXPECT_EQ(root.out().next_line(), "ready");
    Watching trace({root.pid_text()});
    root.write("go\n");
    const auto daemon = number_in(root.out().next_line());
    root.close_input();
    const auto outcome = trace.finish();
    EXPECT_THAT(outcome.events(), ElementsAre(is_call_of(daemon, daemon)));
    EXPECT_EQ(outcome.verdict().still_alive, 0U);
}

class ThreadedRoot {
public:
    ThreadedRoot() : worker_(number_in(process_.out().next_line())) {}

    Process& process() { return process_; }
    pid_t worker() const { return worker_; }

    std::string ask(const std::string& command) {
        process_.write(command + "\n");
        return process_.out().next_line();
    }

    // The last of its programs ends at once.
    void run_last() {
        process_.write("exec-main\n");
        EXPECT_EQ(process_.wait(), exited(0));
    }

private:
    Process process_{{test_program("worker_thread")}};
    pid_t worker_;
};

TEST_F(Descent, AThreadFromBeforeTheTraceForksAChildThatIsWatched) {
    ThreadedRoot root;
    Watching trace({root.process().pid_text()});
    const auto child = number_in(root.ask("fork"));
    EXPECT_THAT(trace.stop().events(), ElementsAre(AllOf(is_call_of(child, child), is_from(root.process().pid()))));
}

TEST_F(Descent, AThreadThatExecsIsTheCallerAndTheProcessIsWatchedOn) {
    ThreadedRoot root;
    const auto pid = root.process().pid();
    Watching trace({root.process().pid_text()});
    EXPECT_EQ(root.ask("exec"), "alone");
    root.run_last();
    const auto outcome = trace.finish();
    EXPECT_THAT(outcome.events(), ElementsAre(is_call_of(pid, root.worker()), is_call_of(pid, pid)));
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(Descent, WithoutChildrenTheThreadsOfTheProcessAreStillWatched) {
    ThreadedRoot root;
    const auto pid = root.process().pid();
    Watching trace({root.process().pid_text(), "--no-watch-children"});
    root.ask("fork");
    EXPECT_EQ(root.ask("exec"), "alone");
    root.run_last();
    EXPECT_THAT(trace.finish().events(), ElementsAre(is_call_of(pid, root.worker()), is_call_of(pid, pid)));
}

TEST_F(Descent, AProcessThatExecsTwiceIsSeenTwice) {
    const auto exec_as = test_program("exec_as");
    Process root({exec_as, exec_as, "again", "/bin/true", "twice"});
    EXPECT_EQ(root.out().next_line(), "ready");
    Watching trace({root.pid_text()});
    root.write("go\n");
    EXPECT_EQ(root.out().next_line(), "ready");
    root.write("go\n");
    const auto events = trace.finish().events();
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("again", "/bin/true", "twice"), ElementsAre("twice")));
    EXPECT_THAT(execs_of(events, root.pid()), SizeIs(2));
}

TEST_F(Descent, AThreadThatOutlivesTheLeaderIsWatchedAndSoAreItsNextPrograms) {
    Process root({test_program("leader_exits")});
    const auto worker = number_in(root.out().next_line());
    Watching trace({root.pid_text()});
    root.write("go\n");
    EXPECT_EQ(root.out().next_line(), "ready");
    root.write("go\n");
    EXPECT_EQ(root.wait(), exited(0));
    const auto outcome = trace.finish();
    EXPECT_THAT(outcome.events(), ElementsAre(is_call_of(root.pid(), worker), is_call_of(root.pid(), root.pid())));
    EXPECT_EQ(outcome.verdict().execs, 2U);
}

TEST_F(Descent, WhatAWatchedProcessTracesIsNotWatched) {
    Shell stranger;
    Process tracer({test_program("tracer"), stranger.pid_text()});
    EXPECT_EQ(tracer.out().next_line(), "ready");
    Watching trace({tracer.pid_text()});
    // The kernel now says that the stranger's parent is the tracer; its real parent is another.
    stranger.run("/bin/true of a stranger");
    EXPECT_THAT(trace.stop().events(), IsEmpty());
}

}  // namespace
}  // namespace exectap::test
