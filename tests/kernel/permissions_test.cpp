// SPDX-License-Identifier: MIT OR Apache-2.0
// What docs/permissions.md says: exectap as an ordinary user, with capabilities of its file, and each taken away.
#include <fcntl.h>

#include <algorithm>
#include <csignal>

#include "support/kernel_test.h"
#include "support/own_copy.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;

constexpr const char* kNeeded = "cap_bpf,cap_perfmon";
constexpr const char* kRecommended = "cap_bpf,cap_perfmon,cap_dac_read_search";
// A tracefs as systems have it: root's alone.
constexpr const char* kMountTracefs = "mount -t tracefs tracefs /sys/kernel/tracing";

class Permissions : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped()) return;
        SKIP_UNLESS(OwnCopy::heeds_capabilities(), "files have no capabilities here: it is mounted nosuid");
    }
};

// Where others may write.
struct OpenFolder : TempDir {
    OpenFolder() { std::filesystem::permissions(path(), std::filesystem::perms::all); }
};

// Of a run with COMMAND, or of one that fails.
Outcome run_with(const std::string& capabilities, const std::vector<std::string>& arguments,
                 const std::string& setup = ":") {
    const OwnCopy copy(capabilities);
    return run_exectap(arguments, {.argv = copy.as_nobody(setup)});
}

TEST_F(Permissions, OfTwoCapabilitiesAreEnoughForACommand) {
    const OpenFolder folder;
    const auto outcome = run_with(kNeeded, {"--no-failed", "-o", folder.path("events"), "--", "/bin/grep", "-E",
                                            "CapPrm|CapEff|^Uid", "/proc/self/status"});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_EQ(outcome.verdict().execs, 1U);
    EXPECT_THAT(events_in(folder.path("events")), SizeIs(1));
    // None of them is COMMAND's.
    EXPECT_THAT(outcome.out, ElementsAre("Uid:\t65534\t65534\t65534\t65534", "CapPrm:\t0000000000000000",
                                         "CapEff:\t0000000000000000"));
}

TEST_F(Permissions, OfTwoCapabilitiesAreEnoughForAnyTarget) {
    const OwnCopy copy(kNeeded);
    Shell roots;
    const Pty terminal;
    for (const std::vector<std::string>& target :
         {std::vector<std::string>{roots.pid_text()}, {"--tty", terminal.path()}, {"--all"}}) {
        SCOPED_TRACE(testing::PrintToString(target));
        auto arguments = target;
        arguments.insert(arguments.begin(), "--no-failed");
        Watching trace(arguments, {.argv = copy.as_nobody()});
        roots.run("/bin/true of root");
        Process(ProcessOptions{.argv = {"/bin/true", "at", "the", "terminal"}, .terminal = &terminal}).wait();
        const auto outcome = trace.stop();
        EXPECT_EQ(outcome.status, exited(0));
        EXPECT_GE(outcome.verdict().execs, 1U);
        const auto* const word = target.front() == "--tty" ? "terminal" : "root";
        EXPECT_THAT(with_argument(outcome.events(), word), SizeIs(1));
    }
}

TEST_F(Permissions, OfTwoCapabilitiesNeitherCanBeTakenAway) {
    for (const auto& [left, lacks] : {std::pair<std::string, std::string>{"cap_perfmon", "lacks CAP_BPF;"},
                                      {"cap_bpf", "lacks CAP_PERFMON;"},
                                      {"", "lacks CAP_BPF and CAP_PERFMON;"}}) {
        const OwnCopy copy(left);
        const auto outcome = run_exectap({"--all"}, {.argv = copy.as_nobody()});
        expect_one_error(outcome, 1, {lacks, "; exectap doctor says more; ", "run: sudo " + copy.path() + " --all"});
    }
}

TEST_F(Permissions, ToReadTracefsAreWhatFailedExecsTake) {
    const OpenFolder folder;
    const std::vector<std::string> arguments = {"-o", folder.path("events"), "--", "/bin/sh", "-c", "/nowhere/tried"};
    const auto with = run_with(kRecommended, arguments, kMountTracefs);
    EXPECT_EQ(with.verdict().attempts, 1U);
    const auto without = run_with(kNeeded, arguments, kMountTracefs);
    EXPECT_EQ(without.verdict().execs, 1U);
    // There are kernels where it takes no tracefs.
    if (without.verdict().attempts) return;
    EXPECT_THAT(without.err, Contains("exectap: failed execs can't be watched here: tracefs is root's: reading it "
                                      "takes CAP_DAC_READ_SEARCH; exectap doctor says more"));
}

TEST_F(Permissions, ToMountAreNotNeededWhereTracefsIsMounted) {
    const OpenFolder folder;
    const std::string unmount =
        "for each in /sys/kernel/tracing /sys/kernel/debug; do umount -R $each; done 2>/dev/null";
    const std::vector<std::string> arguments = {"-o", folder.path("events"), "--", "/bin/sh", "-c", "/nowhere/tried"};
    const auto with = run_with(std::string(kRecommended) + ",cap_sys_admin", arguments, unmount);
    EXPECT_EQ(with.verdict().attempts, 1U);
    const auto without = run_with(kRecommended, arguments, unmount);
    EXPECT_EQ(without.verdict().execs, 1U);
    if (without.verdict().attempts) return;
    EXPECT_THAT(without.err, Contains(AllOf(HasSubstr("takes CAP_SYS_ADMIN"),
                                            HasSubstr("mount -t tracefs tracefs /sys/kernel/tracing"),
                                            EndsWith("; exectap doctor says more"))));
}

TEST_F(Permissions, ToBecomeAnotherUserAreBothNeeded) {
    const OpenFolder folder;
    const std::vector<std::string> arguments = {"--no-failed", "-o", folder.path("events"), "--user", "daemon", "--",
                                                "id",          "-un"};
    const auto with = run_with(std::string(kNeeded) + ",cap_setuid,cap_setgid", arguments);
    EXPECT_EQ(with.status, exited(0));
    EXPECT_THAT(with.out, ElementsAre("daemon"));
    for (const auto* left : {",cap_setuid", ",cap_setgid", ""}) {
        const auto without = run_with(std::string(kNeeded) + left, arguments);
        expect_one_error(without, 125, {"can't become the user of --user: that takes CAP_SETUID and CAP_SETGID"});
    }
}

TEST_F(Permissions, ToSignalAreNeededForACommandOfAnotherUser) {
    const OpenFolder folder;
    const auto needed = std::string(kNeeded) + ",cap_setuid,cap_setgid";
    const std::vector<std::string> arguments = {"--no-failed", "-o",     folder.path("events"),
                                                "--user",      "daemon", "--",
                                                "/bin/sh",     "-c",     "echo $$; exec sleep 1000"};
    {
        const OwnCopy copy(needed + ",cap_kill");
        Exectap with(arguments, {.argv = copy.as_nobody()});
        with.out().next_line();
        with.send_signal(SIGTERM);
        EXPECT_EQ(with.finish().status, exited(128 + SIGTERM));
    }
    const OwnCopy copy(needed);
    Exectap without(arguments, {.argv = copy.as_nobody()});
    const auto command = std::stoi(without.out().next_line());
    without.send_signal(SIGTERM);
    without.err().wait_for_line(
        "exectap: can't pass SIGTERM on to COMMAND, which is another user's: that takes CAP_KILL");
    ::kill(command, SIGKILL);
    EXPECT_EQ(without.finish().status, exited(128 + SIGKILL));
}

// Of one whose events root's cat(1) reads.
std::vector<std::string> notices_with_a_reader(const std::string& capabilities) {
    const OwnCopy copy(capabilities);
    auto pipe = Pipe::create();
    const auto nowhere = open_file("/dev/null", O_WRONLY);
    Process reader(ProcessOptions{.argv = {"cat"}, .in = pipe.read_end.get(), .out = nowhere.get()});
    pipe.read_end.reset();
    Exectap trace({"--no-failed", "--all"}, {.argv = copy.as_nobody(), .out = pipe.write_end.get()});
    pipe.write_end.reset();
    trace.err().wait_until(
        [](const auto& lines) {
            return std::any_of(lines.begin(), lines.end(),
                               [](const auto& line) { return line.find("Ctrl-C") != std::string::npos; });
        },
        "the banner");
    return trace.stop().err;
}

TEST_F(Permissions, ToSeeOtherUsersProcessesAreNeededToLeaveReadersOut) {
    EXPECT_THAT(notices_with_a_reader(std::string(kRecommended) + ",cap_sys_ptrace"),
                AllOf(Contains(AllOf(HasSubstr("left out, with all that it runs"), HasSubstr("cat ("))),
                      Not(Contains(HasSubstr("CAP_SYS_PTRACE")))));
    for (const auto* left : {"", ",cap_sys_ptrace", ",cap_dac_read_search"}) {
        EXPECT_THAT(notices_with_a_reader(std::string(kNeeded) + left),
                    AllOf(Not(Contains(HasSubstr("left out, with"))),
                          Contains("exectap: who reads these events is another user's process: what it runs is not "
                                   "left out; finding it takes CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH")))
            << left;
    }
}

TEST_F(Permissions, ToPassOverModesAreNeededForAFileInAnothersFolder) {
    const TempDir roots;
    const auto write_to = [&](const char* name) {
        return std::vector<std::string>{"--no-failed", "-o", roots.path(name), "--", "/bin/true"};
    };
    EXPECT_EQ(run_with(std::string(kNeeded) + ",cap_dac_override", write_to("with")).status, exited(0));
    const auto without = run_with(kNeeded, write_to("without"));
    expect_one_error(without, 125, {roots.path("without"), "Permission denied"});
}

TEST_F(Permissions, AreAllGivenUpByAnOrdinaryUserToo) {
    const OwnCopy copy(std::string(kRecommended) + ",cap_kill,cap_sys_ptrace");
    Shell shell;
    Watching trace({"--no-failed", shell.pid_text()}, {.argv = copy.as_nobody()});
    for (const auto* set : {"CapEff", "CapPrm", "CapInh", "CapAmb"})
        EXPECT_EQ(status_of(trace.pid(), set), "0000000000000000") << set;
    EXPECT_EQ(status_of(trace.pid(), "NoNewPrivs"), "1");
    EXPECT_EQ(trace.stop().status, exited(0));
}

}  // namespace
}  // namespace exectap::test
