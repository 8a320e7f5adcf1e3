// SPDX-License-Identifier: MIT OR Apache-2.0
// Who belongs to a watched process: its threads, its descendants, and what becomes of them.
#include "support/exectap.h"
#include "support/kernel_test.h"

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

}  // namespace
}  // namespace exectap::test
