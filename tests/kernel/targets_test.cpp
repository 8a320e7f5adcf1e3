// SPDX-License-Identifier: MIT OR Apache-2.0
// What is watched: pids, terminals, everything, a command, and all of these together.
#include <unistd.h>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class Targets : public KernelTest {};

TEST_F(Targets, PidOptionsWatchTheseProcessesAndNoOther) {
    Shell first;
    Shell second;
    Shell stranger;
    Watching trace({"--pid", first.pid_text(), "--pid", second.pid_text()});
    first.run("/bin/true one");
    stranger.run("/bin/true of a stranger");
    second.run("/bin/true two");
    const auto outcome = trace.stop();
    const auto events = outcome.events();
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("/bin/true", "one"), ElementsAre("/bin/true", "two")));
    EXPECT_THAT(events, ElementsAre(Field(&EventLine::ppid, first.pid()), Field(&EventLine::ppid, second.pid())));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().execs, 2U);
    EXPECT_EQ(outcome.verdict().still_alive, 2U);
}

TEST_F(Targets, CtrlCEndsTheRunWithAGoodByeAndTheVerdict) {
    Shell shell;
    Watching trace({shell.pid_text()});
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.err, Contains("Exiting..."));
    EXPECT_EQ(outcome.verdict().execs, 0U);
    EXPECT_EQ(outcome.verdict().attempts, 0U);
    EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(Targets, BannerNamesTheTargetsAndWhetherChildrenAreIncluded) {
    Shell first;
    Shell second;
    Watching with({"-p", first.pid_text(), second.pid_text()});
    Watching without({first.pid_text(), "--no-watch-children"});
    EXPECT_THAT(with.err().wait_for_line("Watching"),
                AllOf(HasSubstr("PIDs: ["), HasSubstr(first.pid_text()), HasSubstr(second.pid_text()),
                      EndsWith("(children included) (Ctrl-C to exit)")));
    EXPECT_THAT(without.err().wait_for_line("Watching"),
                AllOf(HasSubstr("PIDs: [" + first.pid_text() + "]"), HasSubstr("(children ignored)")));
}

TEST_F(Targets, NoWatchChildrenSeesOnlyTheProcessesThemselves) {
    Shell first;
    Shell second;
    Watching trace({first.pid_text(), second.pid_text(), "--no-watch-children"});
    first.run("/bin/true in a child");
    second.run("/bin/true in a child");
    EXPECT_EQ(first.ask("exec /bin/sh -c 'echo replaced; exec /bin/sh'"), "replaced");
    first.run("/bin/true in a child, again");
    const auto outcome = trace.stop();
    EXPECT_THAT(argvs_of(outcome.events()),
                ElementsAre(ElementsAre("/bin/sh", "-c", "echo replaced; exec /bin/sh"), ElementsAre("/bin/sh")));
    EXPECT_THAT(outcome.events(), Each(Field(&EventLine::pid, first.pid())));
}

TEST_F(Targets, TtyWatchesWhoHasThatTerminalAndItsDescendants) {
    const Pty terminal;
    const Pty other_terminal;
    Shell inside(ProcessOptions{.terminal = &terminal});
    Shell elsewhere(ProcessOptions{.terminal = &other_terminal});
    Shell outside;
    Watching trace({"--tty", terminal.path()});
    for (auto* shell : {&inside, &elsewhere, &outside}) shell->run("/bin/true");
    inside.run("/bin/sh -c '/bin/true of a grandchild; :'");
    const auto events = trace.stop().events();
    ASSERT_THAT(events, SizeIs(3));
    EXPECT_EQ(events[0].ppid, inside.pid());
    EXPECT_EQ(events[1].ppid, inside.pid());
    EXPECT_EQ(events[2].ppid, events[1].pid);
}

TEST_F(Targets, TerminalsMayBeGivenByShortNameAndTogether) {
    SKIP_UNLESS(::access("/dev/tty1", F_OK) == 0, "there is no /dev/tty1");
    const Pty terminal;
    Shell inside(ProcessOptions{.terminal = &terminal});
    Watching trace({"--tty", "pts" + terminal.number(), "--tty", "/dev/tty1"});
    inside.run("/bin/true inside");
    const auto outcome = trace.stop();
    EXPECT_THAT(with_argument(outcome.events(), "inside"), SizeIs(1));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith("Watching"), HasSubstr("TTY filters: ["),
                                            HasSubstr(terminal.number()), HasSubstr("tty1"))));
}

TEST_F(Targets, AllWatchesEveryProcess) {
    Shell first;
    Shell second;
    Watching trace({"--all"});
    first.run("/bin/true one of all");
    Shell newcomer;
    newcomer.run("/bin/true two of all");
    const auto outcome = trace.stop();
    const auto events = outcome.events();
    EXPECT_THAT(execs_of(with_argument(events, "one")), ElementsAre(Field(&EventLine::ppid, first.pid())));
    EXPECT_THAT(execs_of(with_argument(events, "two")), ElementsAre(Field(&EventLine::ppid, newcomer.pid())));
    EXPECT_THAT(execs_of(events, newcomer.pid()), SizeIs(1));
    EXPECT_THAT(outcome.err, Contains("Watching execve syscalls for all processes (Ctrl-C to exit)"));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().execs, execs_of(events).size());
}

TEST_F(Targets, ACommandIsWatchedWithAllThatItStarts) {
    SKIP_UNLESS(::access("/usr/bin/make", X_OK) == 0, "make is not installed");
    const TempDir folder;
    write_file(folder.path("Makefile"), "all:\n\t@/bin/true one\n\t@/bin/sh -c '/bin/true two; :'\n");
    const auto outcome = run_exectap({"-o", folder.path("events"), "--", "make", "-C", folder.path()},
                                     {.env = {"MAKEFLAGS=", "PATH=/usr/bin:/bin"}});
    const auto events = events_in(folder.path("events"));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(argvs_of(execs_of(events)),
                ElementsAre(ElementsAre("make", "-C", folder.path()), ElementsAre("/bin/true", "one"),
                            ElementsAre("/bin/sh", "-c", "/bin/true two; :"), ElementsAre("/bin/true", "two")));
    EXPECT_EQ(outcome.verdict().execs, 4U);
    EXPECT_EQ(outcome.verdict().still_alive, 0U);
}

TEST_F(Targets, PidTerminalAndCommandTogetherAreTheirUnion) {
    const TempDir folder;
    const Pty terminal;
    Shell by_pid;
    Shell by_terminal(ProcessOptions{.terminal = &terminal});
    Shell stranger;
    Exectap trace({by_pid.pid_text(), "--tty", terminal.path(), "-o", folder.path("events"), "--", "/bin/sh"});
    Shell::run_in(trace, ":");
    by_pid.run("/bin/true by pid");
    by_terminal.run("/bin/true by terminal");
    stranger.run("/bin/true stranger");
    Shell::run_in(trace, "/bin/true by command");
    trace.close_input();
    const auto outcome = trace.finish();
    EXPECT_THAT(argvs_of(execs_of(events_in(folder.path("events")))),
                ElementsAre(ElementsAre("/bin/sh"), ElementsAre("/bin/true", "by", "pid"),
                            ElementsAre("/bin/true", "by", "terminal"), ElementsAre("/bin/true", "by", "command")));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().still_alive, 2U);
}

TEST_F(Targets, WithOnlyPidsTheRunEndsWhenNoWatchedProcessIsLeft) {
    Shell first;
    Shell second;
    Watching trace({first.pid_text(), second.pid_text()});
    first.run("/bin/true one");
    first.close_input();
    first.wait();
    second.run("/bin/true two");
    second.close_input();
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().execs, 2U);
    EXPECT_EQ(outcome.verdict().still_alive, 0U);
}

TEST_F(Targets, TheRunGoesOnWhileADescendantLives) {
    Shell parent;
    Watching trace({parent.pid_text()});
    auto keeps_it_alive = Pipe::create();
    // By way of /proc, as the pipe is closed on exec; cat lives until its other end is closed.
    parent.run("cat </proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(keeps_it_alive.read_end.get()) +
               " >/dev/null &");
    parent.close_input();
    EXPECT_EQ(parent.wait(), exited(0));
    keeps_it_alive.write_end.reset();
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(argvs_of(outcome.events()), ElementsAre(ElementsAre("cat")));
    EXPECT_EQ(outcome.verdict().still_alive, 0U);
}

}  // namespace
}  // namespace exectap::test
