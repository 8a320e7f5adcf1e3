// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap -- COMMAND: who starts it, whose its descriptors, its signals and its exit status are.
#include <pwd.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/pty.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::SizeIs;
using testing::StartsWith;

class Command : public KernelTest {};

TEST_F(Command, ItsOwnExecIsTheFirstEvent) {
    const auto outcome = run_exectap({"--", "/bin/sh", "-c", "echo $$; /bin/true; :"});
    const auto events = outcome.events_on_stderr();
    EXPECT_THAT(argvs_of(events),
                ElementsAre(ElementsAre("/bin/sh", "-c", "echo $$; /bin/true; :"), ElementsAre("/bin/true")));
    ASSERT_THAT(outcome.out, SizeIs(1));
    EXPECT_EQ(events.at(0).pid, std::stoi(outcome.out[0]));
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().execs, 2U);
}

TEST_F(Command, AloneItHasNoBanner) {
    const auto outcome = run_exectap({"--no-failed", "--", "/bin/true"});
    EXPECT_THAT(outcome.err, ElementsAre(StartsWith("["), "exectap: 1 exec seen, all delivered: complete"));
}

TEST_F(Command, IsLookedForInPath) {
    const auto outcome = run_exectap({"--", "true"}, {.env = {"PATH=/nowhere:/bin"}});
    const auto events = execs_of(outcome.events_on_stderr());
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("true")));
    EXPECT_EQ(events.at(0).filename, "/bin/true");
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(Command, HasStdinAndStdoutToItself) {
    Exectap trace({"--", "/bin/cat"});
    trace.write("to and fro\n");
    trace.close_input();
    const auto outcome = trace.finish();
    EXPECT_THAT(outcome.out, ElementsAre("to and fro"));
    EXPECT_THAT(outcome.events_on_stderr(), SizeIs(1));
}

TEST_F(Command, MayHaveItsEventsOnStdoutToo) {
    const auto outcome = run_exectap({"-o", "-", "--", "/bin/true"});
    EXPECT_THAT(argvs_of(outcome.events()), ElementsAre(ElementsAre("/bin/true")));
    EXPECT_THAT(outcome.events_on_stderr(), IsEmpty());
}

TEST_F(Command, GivesItsExitStatus) {
    EXPECT_EQ(run_exectap({"--", "/bin/sh", "-c", "exit 0"}).status, exited(0));
    EXPECT_EQ(run_exectap({"--", "/bin/sh", "-c", "exit 3"}).status, exited(3));
    EXPECT_EQ(run_exectap({"--", "/bin/sh", "-c", "exit 255"}).status, exited(255));
}

TEST_F(Command, ThatIsKilledGivesASignalsStatus) {
    EXPECT_EQ(run_exectap({"--", "/bin/sh", "-c", "kill -TERM $$"}).status, exited(128 + SIGTERM));
    EXPECT_EQ(run_exectap({"--", "/bin/sh", "-c", "kill -KILL $$"}).status, exited(128 + SIGKILL));
}

TEST_F(Command, ThatIsNotThereIs127) {
    expect_one_error(run_exectap({"--", "no-such-command"}), 127, {"no-such-command"});
    expect_one_error(run_exectap({"--", "/nowhere/command"}), 127, {"/nowhere/command"});
}

TEST_F(Command, ThatCannotBeExecutedIs126) {
    expect_one_error(run_exectap({"--", "/etc/passwd"}), 126, {"/etc/passwd"});
    expect_one_error(run_exectap({"--", "/etc"}), 126, {"/etc"});
}

TEST_F(Command, IsNotRunWhenExectapFailsAndTheStatusIs125) {
    const TempDir folder;
    const auto marker = folder.path("marker");
    expect_one_error(run_exectap({"-o", folder.path("nowhere/events"), "--", "/bin/sh", "-c", ">" + marker}), 125,
                     {"nowhere/events"});
    EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST_F(Command, GetsTheSignalsThatEndExectap) {
    for (const int signal : {SIGTERM, SIGHUP}) {
        Exectap trace({"--", test_program("await_signal")});
        EXPECT_EQ(trace.out().next_line(), "ready");
        trace.send_signal(signal);
        EXPECT_EQ(trace.out().next_line(), "signal " + std::to_string(signal));
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(7));
        EXPECT_EQ(outcome.verdict().execs, 1U);
    }
}

TEST_F(Command, IsWatchedOnWhenExectapAloneGetsTheKeyboardsSignals) {
    const TempDir folder;
    Exectap trace({"-o", folder.path("events"), "--", "/bin/sh"});
    Shell::run_in(trace, ":");
    trace.send_signal(SIGINT);
    trace.send_signal(SIGQUIT);
    Shell::run_in(trace, "/bin/true after them");
    trace.write("exit 9\n");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(9));
    EXPECT_THAT(with_argument(events_in(folder.path("events")), "after"), SizeIs(1));
    EXPECT_EQ(outcome.verdict().execs, 2U);
}

TEST_F(Command, ThatCtrlCEndsIsToldOfToItsEnd) {
    const Pty terminal;
    // The keyboard's signal goes to both.
    Exectap trace({"--", test_program("await_signal"), "--die"}, {.terminal = &terminal});
    EXPECT_EQ(trace.out().next_line(), "ready");
    checked(::write(terminal.master().get(), "\x03", 1), "write");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(128 + SIGINT));
    EXPECT_EQ(outcome.verdict().execs, 1U);
}

TEST_F(Command, EndsTheRunAndTheVerdictCountsWhoLives) {
    const TempDir folder;
    Process keeper({"/bin/cat"});
    // The child's stdin is a pipe that the keeper holds.
    const auto script = "cat </proc/" + keeper.pid_text() + "/fd/0 >/dev/null 2>&1 & :";
    const auto outcome = run_exectap({"-o", folder.path("events"), "--", "/bin/sh", "-c", script});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().still_alive, 1U);
}

TEST_F(Command, RunsAsTheUserThatIsNamed) {
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    const TempDir folder;
    const auto outcome =
        run_exectap({"--user", "nobody", "-o", folder.path("events"), "--", "/bin/sh", "-c",
                     "echo HOME=$HOME; echo USER=$USER; echo LOGNAME=$LOGNAME; /usr/bin/id -u; /usr/bin/id -G"});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.out, ElementsAre("HOME=" + std::string(nobody->pw_dir), "USER=nobody", "LOGNAME=nobody",
                                         std::to_string(nobody->pw_uid), std::to_string(nobody->pw_gid)));
    const auto events = events_in(folder.path("events"));
    EXPECT_THAT(events, SizeIs(3));
    EXPECT_THAT(events, Each(Field(&EventLine::uid, nobody->pw_uid)));
    EXPECT_THAT(events, Each(Field(&EventLine::gid, nobody->pw_gid)));
}

TEST_F(Command, KeepsTheEnvironmentItIsGiven) {
    const auto outcome = run_exectap({"--", "/usr/bin/env"}, {.env = {"KEPT=as it was", "HOME=/elsewhere"}});
    EXPECT_THAT(outcome.out, IsSupersetOf({"KEPT=as it was", "HOME=/elsewhere"}));
}

TEST_F(Command, OfASudoUserIsSaidToRunAsRoot) {
    const auto outcome = run_exectap({"--", "/bin/true"}, {.env = {"SUDO_USER=ann", "SUDO_UID=1000"}});
    EXPECT_THAT(outcome.err, Contains("exectap: running /bin/true as root; --user ann runs it as ann"));
}

}  // namespace
}  // namespace exectap::test
