// SPDX-License-Identifier: MIT OR Apache-2.0
// A terminal target is whoever has that terminal, now or later, on real pseudo-terminals.
#include <deque>
#include <optional>

#include "support/kernel_test.h"
#include "support/shell.h"
#include "support/target_changes.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

using Command = std::vector<std::string>;

class TargetTerminal : public KernelTest {};

TEST_F(TargetTerminal, ThatNobodyHasIsWaitedForAndSeenFromTheFirstExecOn) {
    const Pty terminal;
    JsonWatching trace({"--tty", terminal.path(), "--events", "exec,attempt,exit"});
    EXPECT_EQ(trace.err().wait_for_line("exectap: waiting for"), "exectap: waiting for terminal " + terminal.path());
    Process session(ProcessOptions{.argv = {"/bin/true", "the first"}, .terminal = &terminal});
    session.wait();
    trace.err().wait_for_line("exectap: terminal " + terminal.path() + " is in use");
    const auto outcome = trace.stop();
    const auto exec = outcome.one("exec");
    EXPECT_EQ(list_of(exec, "argv"), (Command{"/bin/true", "the first"}));
    EXPECT_EQ(exec.at("tty"), "pts/" + terminal.number());
    EXPECT_EQ(exec.at("syscall"), "execve");
    EXPECT_TRUE(exec.contains("comm"));
    EXPECT_EQ(outcome.one("exit").at("exit_code"), 0);
    EXPECT_THAT(changes_of(outcome), ElementsAre("appeared tty:" + terminal.path()));
    EXPECT_EQ(outcome.lines.at(1).at("type"), "target");
}

TEST_F(TargetTerminal, SeesTheFailedExecsOfWhoHasMadeNoneThatWorked) {
    const Pty terminal;
    JsonWatching trace({"--tty", terminal.path()});
    // The child of this test looks for it along PATH: where it is comes last.
    Process session(ProcessOptions{
        .argv = {"true"}, .env = {"PATH=/nowhere/one:/nowhere/two:/usr/bin:/bin"}, .terminal = &terminal});
    session.wait();
    const auto outcome = trace.stop();
    EXPECT_EQ(list_of(outcome.one("exec"), "argv"), Command{"true"});
    EXPECT_THAT(outcome.of("attempt"), Not(IsEmpty()));
    for (const auto& attempt : outcome.of("attempt")) {
        EXPECT_EQ(attempt.at("tty"), "pts/" + terminal.number());
        EXPECT_EQ(list_of(attempt, "argv"), Command{"true"});
    }
}

TEST_F(TargetTerminal, SessionsThatOpenOnItLaterAreSeenAndOthersNot) {
    const Pty terminal;
    const Pty other;
    Shell first(ProcessOptions{.terminal = &terminal});
    JsonWatching trace({"--tty", terminal.path()});
    first.run("/bin/true one");
    first.write("exit\n");
    first.wait();
    Shell second(ProcessOptions{.terminal = &terminal});
    Shell stranger(ProcessOptions{.terminal = &other});
    stranger.run("/bin/true of a stranger");
    second.run("/bin/true two");
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "one"}, Command{"/bin/true", "two"}));
    // It never went.
    EXPECT_THAT(outcome.of("target"), IsEmpty());
}

TEST_F(TargetTerminal, WhoLeavesItIsStillWatchedAsADescendant) {
    const Pty terminal;
    Shell inside(ProcessOptions{.terminal = &terminal});
    JsonWatching trace({"--tty", terminal.path()});
    inside.run("setsid /bin/sh -c '/bin/true of a daemon; :'");
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "of", "a", "daemon"}));
}

TEST_F(TargetTerminal, WithoutChildrenItIsWhoHasItAndNobodyElse) {
    const Pty terminal;
    Shell inside(ProcessOptions{.terminal = &terminal});
    JsonWatching trace({"--tty", terminal.path(), "--no-watch-children", "--events", "exec,exit"});
    inside.run("/bin/sh -c '/bin/true has it; setsid /bin/sh -c \"/bin/true has none; exec /bin/true\"; :'");
    inside.run("(exit 7); :");
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "has", "it"}));
    // A child has the terminal too, though it never runs a program.
    std::vector<int> codes;
    for (const auto& exit : outcome.of("exit")) codes.push_back(exit.at("exit_code"));
    EXPECT_THAT(codes, Contains(7));
}

TEST_F(TargetTerminal, OfAnotherDevptsIsAnotherTerminal) {
    const Devpts devpts;
    const Pty terminal;
    // The first one there of the same number.
    std::deque<Pty> in_devpts;
    do in_devpts.emplace_back(devpts);
    while (in_devpts.back().number() != terminal.number());
    const auto& other = in_devpts.back();
    JsonWatching trace({"--tty", terminal.path()});
    JsonWatching of_other({"--tty", other.path()});
    Shell inside(ProcessOptions{.terminal = &terminal});
    Shell stranger(ProcessOptions{.terminal = &other});
    inside.run("/bin/true one");
    stranger.run("/bin/true two");
    EXPECT_THAT(true_commands(trace.stop()), ElementsAre(Command{"/bin/true", "one"}));
    EXPECT_THAT(true_commands(of_other.stop()), ElementsAre(Command{"/bin/true", "two"}));
}

TEST_F(TargetTerminal, IsToldWhenItGoesAndComesBack) {
    std::optional<Pty> terminal(std::in_place);
    const auto path = terminal->path();
    JsonWatching trace({"--tty", path});
    Process(ProcessOptions{.argv = {"/bin/true", "before"}, .terminal = &*terminal}).wait();
    trace.err().wait_for_line("exectap: terminal " + path + " is in use");
    terminal.reset();
    trace.err().wait_for_line("exectap: terminal " + path + " has gone: waiting for it");
    // Whose number it gets.
    std::deque<Pty> anew;
    do anew.emplace_back();
    while (anew.back().path() != path);
    Process(ProcessOptions{.argv = {"/bin/true", "after"}, .terminal = &anew.back()}).wait();
    const auto outcome = trace.stop();
    EXPECT_THAT(changes_of(outcome), ElementsAre("appeared tty:" + path, "gone tty:" + path, "appeared tty:" + path));
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "before"}, Command{"/bin/true", "after"}));
}

TEST_F(TargetTerminal, IsNotWaitedForIfNobodyWantsThat) {
    const Pty terminal;
    const auto outcome = run_exectap({"--no-wait", "--tty", terminal.path()});
    expect_one_error(outcome, 1, {"No processes matched PID(s) [] or tty(s)", terminal.path()});
    Shell inside(ProcessOptions{.terminal = &terminal});
    Watching trace({"--no-wait", "--tty", terminal.path()});
    EXPECT_THAT(trace.stop().err, Each(Not(HasSubstr("waiting"))));
}

TEST_F(TargetTerminal, QuietSaysNothingOfIt) {
    const Pty terminal;
    Exectap trace({"--quiet", "--json", "--tty", terminal.path()});
    trace.out().wait_for_line(R"({"v":1,"type":"start")");
    Process(ProcessOptions{.argv = {"/bin/true"}, .terminal = &terminal}).wait();
    trace.out().wait_for_line(R"({"v":1,"type":"exit")");
    const auto outcome = json_outcome(trace.stop());
    EXPECT_THAT(outcome.err, IsEmpty());
    EXPECT_THAT(changes_of(outcome), ElementsAre(StartsWith("appeared")));
}

}  // namespace
}  // namespace exectap::test
