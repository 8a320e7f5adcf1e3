// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap does to the machine: nothing that stays. What it needs of it: one line says what is missing.
#include <csignal>
#include <filesystem>

#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Optional;
using testing::SizeIs;
using testing::StartsWith;

class Environment : public KernelTest {};

TEST_F(Environment, NothingIsLeftInTheKernelAfterARun) {
    Shell shell;
    Watching trace({shell.pid_text()});
    const auto objects = BpfObjects::of(trace.pid());
    EXPECT_FALSE(objects.programs.empty());
    EXPECT_FALSE(objects.maps.empty());
    EXPECT_FALSE(objects.links.empty());
    EXPECT_EQ(trace.stop().status, exited(0));
    wait_until_gone(objects);
}

TEST_F(Environment, NothingIsLeftInTheKernelAfterAKillAndTheCommandLivesOn) {
    for (int i = 0; i < 10; i++) {
        const TempDir folder;
        Exectap trace({"-o", folder.path("events"), "--", "/bin/sh"});
        Shell::run_in(trace, "/bin/true");
        const auto objects = BpfObjects::of(trace.pid());
        EXPECT_FALSE(objects.empty());
        trace.send_signal(SIGKILL);
        EXPECT_EQ(trace.wait(), killed_by(SIGKILL));
        Shell::run_in(trace, "/bin/true of a command that lives on");
        trace.close_input();
        trace.out().wait_for_end();
        wait_until_gone(objects);
    }
}

TEST_F(Environment, ExectapReportsNothingOfItself) {
    Shell shell;
    Watching trace({"--all"});
    shell.run("/bin/true and nothing else of it");
    const auto outcome = trace.stop();
    EXPECT_THAT(with_argument(outcome.events(), "nothing"), SizeIs(1));
    EXPECT_THAT(outcome.events(), Each(Field(&EventLine::pid, Not(trace.pid()))));
    EXPECT_THAT(outcome.events(), Each(Field(&EventLine::filename, Not(Optional(std::string(EXECTAP_BINARY))))));
}

TEST_F(Environment, ExectapReportsNothingOfItselfWhenItIsAChildOfTheWatched) {
    const TempDir folder;
    Shell shell;
    shell.write(std::string(EXECTAP_BINARY) + " -o " + folder.path("events") + " $$ & echo $!\n");
    const auto exectap = shell.out().next_line();
    shell.err().wait_until([](const auto& lines) { return std::any_of(lines.begin(), lines.end(), is_banner); },
                           "the banner");
    shell.run("/bin/true of the shell");
    // Without job control the shell makes its background processes ignore SIGINT.
    shell.run("kill -TERM " + exectap + "; wait " + exectap);
    const auto events = events_in(folder.path("events"));
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("/bin/true", "of", "the", "shell")));
    // The shell: exectap does not count itself among the watched either.
    shell.err().wait_until(
        [](const auto& lines) { return testing::Value(lines.back(), EndsWith("; 1 watched process still alive")); },
        "the verdict");
}

TEST_F(Environment, OfTwoAtOnceEachSeesWhatItWatches) {
    Shell first;
    Shell second;
    Watching one({first.pid_text()});
    Watching two({second.pid_text()});
    first.run("/bin/true first");
    second.run("/bin/true second");
    EXPECT_THAT(argvs_of(one.stop().events()), ElementsAre(ElementsAre("/bin/true", "first")));
    second.run("/bin/true third");
    EXPECT_THAT(argvs_of(two.stop().events()),
                ElementsAre(ElementsAre("/bin/true", "second"), ElementsAre("/bin/true", "third")));
}

// Runs a script in a mount namespace of its own; "$@" is exectap.
Outcome run_in_own_mounts(const std::string& script, const std::vector<std::string>& arguments) {
    return run_exectap(arguments, {.argv = {"unshare", "--mount", "/bin/sh", "-c", script, "sh"}});
}

TEST_F(Environment, TracefsIsNotNeededAndNothingIsMounted) {
    const TempDir folder;
    const auto mounts = [&folder](const std::string& when) { return read_file(folder.path(when)); };
    const auto outcome = run_in_own_mounts(
        "for each in /sys/kernel/tracing /sys/kernel/debug; do umount -R $each 2>/dev/null; done\n"
        "cat /proc/self/mountinfo >" +
            folder.path("before") +
            "\n\"$@\"\nstatus=$?\n"
            "cat /proc/self/mountinfo >" +
            folder.path("after") + "\nexit $status",
        {"-o", folder.path("events"), "--", "/bin/sh", "-c",
         "cat /proc/self/mountinfo >" + folder.path("during") + "; /nowhere/tried"});
    EXPECT_EQ(outcome.status, exited(127));
    EXPECT_FALSE(mounts("before").empty());
    EXPECT_EQ(mounts("before").find("tracefs"), std::string::npos);
    EXPECT_EQ(mounts("before"), mounts("during"));
    EXPECT_EQ(mounts("before"), mounts("after"));
    EXPECT_THAT(attempts_of(events_in(folder.path("events"))),
                ElementsAre(AllOf(Field(&EventLine::error, "ENOENT"),
                                  Field(&EventLine::filename, Optional(std::string("/nowhere/tried"))))));
    EXPECT_EQ(outcome.verdict().attempts, 1U);
}

TEST_F(Environment, WithoutBtfOneLineSaysSo) {
    Shell shell;
    const auto outcome = run_in_own_mounts("mount -t tmpfs tmpfs /sys/kernel/btf && exec \"$@\"", {shell.pid_text()});
    EXPECT_EQ(outcome.status, exited(1));
    EXPECT_THAT(outcome.err, ElementsAre(AllOf(StartsWith("exectap: "), HasSubstr("BTF"))));
    EXPECT_THAT(outcome.out, IsEmpty());
}

// The build folder may be closed to others.
std::string copy_for_others(const TempDir& folder) {
    auto copy = folder.path("exectap");
    std::filesystem::copy_file(EXECTAP_BINARY, copy);
    return copy;
}

TEST_F(Environment, WithoutRightsOneLineHasTheCommandToRun) {
    const TempDir folder;
    Shell shell({.argv = {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"}});
    shell.run(":");
    const auto exectap = copy_for_others(folder);
    Process trace(
        {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", exectap, "--no-failed", shell.pid_text()});
    EXPECT_EQ(trace.wait(), exited(1));
    EXPECT_THAT(trace.err().wait_for_end(),
                ElementsAre(AllOf(StartsWith("exectap: "), HasSubstr("CAP_BPF"), HasSubstr("CAP_PERFMON"),
                                  HasSubstr("sudo " + exectap + " --no-failed " + shell.pid_text()))));
    EXPECT_THAT(trace.out().wait_for_end(), IsEmpty());
}

TEST_F(Environment, WithoutRightsACommandIsNotRun) {
    const TempDir folder;
    Process trace({"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy_for_others(folder), "--",
                   "/bin/echo", "it was run"});
    EXPECT_EQ(trace.wait(), exited(125));
    EXPECT_THAT(trace.out().wait_for_end(), IsEmpty());
    EXPECT_THAT(trace.err().wait_for_end(), ElementsAre(HasSubstr("sudo ")));
}

TEST_F(Environment, ALimitOfLockedMemoryIsNoHindrance) {
    Shell shell;
    Watching trace({shell.pid_text()},
                   {.argv = {"setpriv", "--bounding-set=-sys_resource", "prlimit", "--memlock=0:0"}});
    shell.run("/bin/true");
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.events(), SizeIs(1));
    EXPECT_THAT(outcome.err, Each(Not(HasSubstr("memory"))));
}

}  // namespace
}  // namespace exectap::test
