// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases 32 and 39: a terminal's number is not the terminal; and machines that can't trace, or only in part.
#include <fmt/format.h>

#include <array>
#include <deque>
#include <filesystem>
#include <optional>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::StartsWith;

constexpr std::array kFormats{"line", "json"};

std::vector<std::string> joined(std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// Numbers are given out anew, the lowest free one first; others on this machine take some too.
Pty pty_with_number(const std::string& number) {
    std::deque<Pty> others;
    for (int i = 0; i < 100; i++) {
        Pty pty;
        if (pty.number() == number) return pty;
        others.push_back(std::move(pty));
    }
    throw std::runtime_error(fmt::format("nobody gets pts/{} again", number));
}

// A terminal target means whoever has that terminal: also who gets it anew when it was closed. Who lost it is watched
// on.
TEST_F(HardCase, 32ATerminalIsThatOfWhoeverHasItNow) {
    std::optional<Pty> terminal(std::in_place);
    const auto path = terminal->path();
    Shell inside(ProcessOptions{.terminal = &*terminal});
    inside.run("trap '' HUP");
    WatchingInBoth trace({"--tty", path});
    inside.run("/bin/true before");
    const auto number = terminal->number();
    terminal.reset();
    inside.run("/bin/true after");

    const auto anew = pty_with_number(number);
    EXPECT_EQ(anew.path(), path);
    Process(ProcessOptions{.argv = {"/bin/true", "anew"}, .terminal = &anew}).wait();

    const auto told = trace.stop();
    const auto argvs = argvs_of(execs_of(told.events()));
    EXPECT_THAT(argvs, ElementsAre(ElementsAre("/bin/true", "before"), ElementsAre("/bin/true", "after"),
                                   ElementsAre("/bin/true", "anew")));
    const auto execs = told.json.of("exec");
    ASSERT_THAT(execs, testing::SizeIs(3));
    for (std::size_t i = 0; i < execs.size(); i++) EXPECT_EQ(list_of(execs[i], "argv"), argvs[i]);
    for (const auto i : {0U, 2U}) EXPECT_EQ(execs.at(i).at("tty"), "pts/" + number);
    EXPECT_FALSE(execs[1].contains("tty"));
}

TEST_F(HardCase, 32ASessionThatOpensOnTheTerminalLaterIsSeen) {
    const Pty terminal;
    WatchingInBoth trace({"--tty", terminal.path()});
    Process(ProcessOptions{.argv = {"/bin/true", "one"}, .terminal = &terminal}).wait();
    Process(ProcessOptions{.argv = {"/bin/true", "two"}, .terminal = &terminal}).wait();
    EXPECT_THAT(argvs_of(execs_of(trace.stop().events())),
                ElementsAre(ElementsAre("/bin/true", "one"), ElementsAre("/bin/true", "two")));
}

// The same number in another devpts is another terminal.
TEST_F(HardCase, 32TheTerminalsNumberInAnotherDevptsIsAStrangers) {
    const Devpts devpts;
    const Pty terminal;
    std::deque<Pty> others;
    do others.emplace_back(devpts);
    while (others.back().number() != terminal.number());
    WatchingInBoth trace({"--tty", terminal.path()});
    Process(ProcessOptions{.argv = {"/bin/true", "of a stranger"}, .terminal = &others.back()}).wait();
    Process(ProcessOptions{.argv = {"/bin/true", "inside"}, .terminal = &terminal}).wait();
    EXPECT_THAT(argvs_of(execs_of(trace.stop().events())), ElementsAre(ElementsAre("/bin/true", "inside")));
}

TEST_F(HardCase, 39WithoutTracefsNothingIsMissedAndNothingIsMounted) {
    for (const auto* const format : kFormats) {
        const TempDir folder;
        const auto mounts = [&folder](const std::string& when) { return read_file(folder.path(when)); };
        const auto write_mounts = [&folder](const std::string& when) {
            return "cat /proc/self/mountinfo >" + folder.path(when);
        };
        const auto outcome = run_exectap(
            joined({"--format", format, "--probe=tracepoint"},
                   {"-o", folder.path("events"), "--", "/bin/sh", "-c", write_mounts("during") + "; /nowhere/tried"}),
            in_own_mounts("for each in /sys/kernel/tracing /sys/kernel/debug; do umount -R $each 2>/dev/null; done\n" +
                          write_mounts("before") + "\n\"$@\"\nstatus=$?\n" + write_mounts("after") + "\nexit $status"));
        EXPECT_EQ(outcome.status, exited(127));
        EXPECT_FALSE(mounts("before").empty());
        EXPECT_EQ(mounts("before").find("tracefs"), std::string::npos);
        EXPECT_EQ(mounts("before"), mounts("during"));
        EXPECT_EQ(mounts("before"), mounts("after"));
        EXPECT_EQ(outcome.verdict().attempts, 1U);
        if (format == kFormats[0]) {
            EXPECT_THAT(attempts_of(events_in(folder.path("events"))),
                        ElementsAre(AllOf(Field(&EventLine::error, "ENOENT"),
                                          Field(&EventLine::filename, Optional(std::string("/nowhere/tried"))))));
            continue;
        }
        auto stream = outcome;
        stream.out = lines_of(read_file(folder.path("events")));
        const auto json = json_outcome(stream);
        EXPECT_EQ(json.start().at("attempts"), "tracepoint");
        EXPECT_EQ(json.one("attempt").at("error"), "ENOENT");
        EXPECT_EQ(json.one("attempt").at("filename"), "/nowhere/tried");
    }
}

// Whoever calls it, whatever it should write: nothing is written, and one line says why.
void expect_refusal(const std::vector<std::string>& wrapper, const std::string& exectap,
                    const std::vector<std::string>& words) {
    Shell shell;
    for (const auto* const format : kFormats) {
        Process trace(joined(joined(wrapper, {exectap}), joined({"--format", format}, {shell.pid_text()})));
        EXPECT_EQ(trace.wait(), exited(1));
        EXPECT_THAT(trace.out().wait_for_end(), IsEmpty());
        const auto err = trace.err().wait_for_end();
        EXPECT_THAT(err, ElementsAre(StartsWith("exectap: ")));
        EXPECT_THAT(err, ElementsAre(HasSubstr("; exectap doctor says more")));
        for (const auto& word : words) EXPECT_THAT(err, ElementsAre(HasSubstr(word)));
    }
}

TEST_F(HardCase, 39WithoutBtfOneLineSaysSoAndWhatTheKernelNeeds) {
    expect_refusal(in_own_mounts("mount -t tmpfs tmpfs /sys/kernel/btf && exec \"$@\"").argv, EXECTAP_BINARY,
                   {"/sys/kernel/btf/vmlinux", "CONFIG_DEBUG_INFO_BTF=y"});
}

// A kernel that is locked down can't be had here: it would stay so until the next boot. What is shown is that exectap
// asks the kernel's file for the reason when it is refused; the refusal itself is a seccomp filter's. All else that
// explain_load_failure() says is in tests/unit/diagnose_test.cpp: the order of the causes, and kernels that are too
// old.
TEST_F(HardCase, 39AKernelThatIsLockedDownIsNamedAsTheCause) {
    SKIP_UNLESS(std::filesystem::exists("/sys/kernel/security"), "this kernel has no securityfs");
    expect_refusal(in_own_mounts("mount -t tmpfs tmpfs /sys/kernel/security && "
                                 "echo 'none integrity [confidentiality]' >/sys/kernel/security/lockdown && "
                                 "exec " +
                                 test_program("without_bpf") + " \"$@\"")
                       .argv,
                   EXECTAP_BINARY, {"locked down", "boot without lockdown=confidentiality"});
}

// Another user than root; the build folder may be closed to others.
class Nobody {
public:
    Nobody() { std::filesystem::copy_file(EXECTAP_BINARY, exectap()); }

    std::string exectap() const { return folder_.path("exectap"); }

    // Has these capabilities and no others, as `+bpf,+perfmon`.
    static std::vector<std::string> with(const std::string& capabilities) {
        return {"setpriv",
                "--reuid=65534",
                "--regid=65534",
                "--clear-groups",
                "--inh-caps=" + capabilities,
                "--ambient-caps=" + capabilities};
    }
    static std::vector<std::string> without_any() {
        return {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    }

private:
    TempDir folder_;
};

TEST_F(HardCase, 39WithoutRightsOneLineHasTheCommandToRun) {
    const Nobody nobody;
    expect_refusal(Nobody::without_any(), nobody.exectap(),
                   {"lacks CAP_BPF and CAP_PERFMON;", "run: sudo " + nobody.exectap() + " --format "});
    Shell shell({.argv = Nobody::without_any()});
    shell.run(":");
    Process trace(joined(Nobody::without_any(), {nobody.exectap(), "--no-failed", shell.pid_text()}));
    EXPECT_THAT(trace.err().wait_for_end(),
                ElementsAre(EndsWith("run: sudo " + nobody.exectap() + " --no-failed " + shell.pid_text())));
}

TEST_F(HardCase, 39WithoutRightsACommandIsNotRun) {
    const Nobody nobody;
    Process trace(joined(Nobody::without_any(), {nobody.exectap(), "--", "/bin/echo", "it was run"}));
    EXPECT_EQ(trace.wait(), exited(125));
    EXPECT_THAT(trace.out().wait_for_end(), IsEmpty());
    EXPECT_THAT(trace.err().wait_for_end(), ElementsAre(HasSubstr("sudo ")));
}

TEST_F(HardCase, 39TheCapabilityThatIsMissingIsNamed) {
    const Nobody nobody;
    expect_refusal(Nobody::with("+bpf"), nobody.exectap(), {"lacks CAP_PERFMON;", "run: sudo "});
    expect_refusal(Nobody::with("+perfmon"), nobody.exectap(), {"lacks CAP_BPF;", "run: sudo "});
}

TEST_F(HardCase, 39TwoCapabilitiesAreEnoughToSeeEveryExec) {
    const Nobody nobody;
    const TempDir folder;
    std::filesystem::permissions(folder.path(), std::filesystem::perms::all);
    for (const auto* const format : kFormats) {
        Process run(joined(joined(Nobody::with("+bpf,+perfmon"), {nobody.exectap()}),
                           joined({"--format", format}, {"-o", folder.path(format), "--", "/bin/true"})));
        EXPECT_EQ(run.wait(), exited(0));
        Outcome outcome{run.wait(), lines_of(read_file(folder.path(format))), run.err().wait_for_end()};
        EXPECT_EQ(outcome.verdict().execs, 1U);
        // tracefs, where the tracepoint's number is, is root's.
        if (outcome.verdict().attempts) continue;
        EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith("exectap: failed execs can't be watched here: tracefs is "),
                                                EndsWith("; exectap doctor says more"))));
        if (format == kFormats[0]) continue;
        EXPECT_EQ(json_outcome(outcome).start().at("attempts"), "off");
    }
}

TEST_F(HardCase, 39RootOfAContainerWithoutTheRightsIsNotSentToSudo) {
    expect_refusal({"setpriv", "--bounding-set=-sys_admin,-bpf,-perfmon"}, EXECTAP_BINARY,
                   {"lacks CAP_BPF and CAP_PERFMON although it runs as root", "outside this container"});
    expect_refusal({"setpriv", "--bounding-set=-sys_admin,-perfmon"}, EXECTAP_BINARY, {"lacks CAP_PERFMON although"});
}

// There the rights are not what they look like.
TEST_F(HardCase, 39InAContainerThatIsRefusedBpfOneLineNamesWhatIsInTheWay) {
    expect_refusal({"unshare", "--user", "--map-root-user"}, EXECTAP_BINARY, {"user namespace", "outside"});
    expect_refusal({test_program("without_bpf")}, EXECTAP_BINARY, {"seccomp", "container"});
}

TEST_F(HardCase, 39AContainerWithTheRightsIsNoHindrance) {
    for (const auto* const format : kFormats) {
        const TempDir folder;
        auto outcome = run_exectap(
            joined({"--format", format}, {"-o", folder.path("events"), "--", "/bin/sh", "-c", "/bin/true; exit 4"}),
            {.argv = {"unshare", "--pid", "--fork", "--mount-proc", "--uts", "--ipc", "--net", "--cgroup"}});
        EXPECT_EQ(outcome.status, exited(4));
        EXPECT_EQ(outcome.verdict().execs, 2U);
        outcome.out = lines_of(read_file(folder.path("events")));
        const auto count = format == kFormats[0] ? outcome.events().size() : json_outcome(outcome).of("exec").size();
        EXPECT_EQ(count, 2U);
    }
}

}  // namespace
}  // namespace exectap::test
