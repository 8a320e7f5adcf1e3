// SPDX-License-Identifier: MIT OR Apache-2.0
// The example of docs/tracepoints.md, as its reader runs it.
#include <sys/wait.h>

#include <csignal>
#include <filesystem>

#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/hostile_text.h"
#include "support/json_events.h"
#include "support/kernel_test.h"
#include "support/program_file.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

std::string program() { return std::filesystem::path(EXECTAP_BINARY).parent_path() / "examples/tracepoint"; }

std::string with_tracefs() { return schema_path().parent_path().parent_path() / "examples/with-tracefs"; }

class ExampleTracepoint : public KernelTest {};

std::string line_of(const std::string& comm, const std::string& filename) {
    return "[INFO  tracepoint] Tracepoint sys_enter_execve called by: " + comm + ", filename: " + filename;
}

// It prints every execve of the machine: what else there is may be anything.
class Example : public Process {
public:
    Example() : Process({with_tracefs(), program()}) { EXPECT_EQ(out().next_line(), "Waiting for Ctrl-C..."); }

    // What it printed.
    LineCollector::Lines stop() {
        send_signal(SIGINT);
        EXPECT_EQ(wait(), exited(0));
        EXPECT_THAT(out().wait_for_end(), ElementsAre("Waiting for Ctrl-C...", "Exiting..."));
        return err().wait_for_end();
    }
};

TEST_F(ExampleTracepoint, PrintsEachExecveUntilCtrlC) {
    const ProgramFolder folder;
    const auto path = folder.copy_of(true_program(), "unique");
    Shell shell;
    Example example;
    const auto objects = BpfObjects::of(example.pid());
    EXPECT_FALSE(objects.programs.empty());
    shell.run(path);
    // At once, not only at the end.
    EXPECT_EQ(example.err().wait_for_line(line_of("sh", folder.path())), line_of("sh", path));
    shell.run(path + " again");
    const auto lines = example.stop();
    EXPECT_THAT(lines, Contains(line_of("sh", path)).Times(2));
    EXPECT_THAT(lines, Each(StartsWith("[INFO  tracepoint] Tracepoint sys_enter_execve called by: ")));
    wait_until_gone(objects);
}

TEST_F(ExampleTracepoint, PrintsWhatIsStillInTheRingAtCtrlC) {
    Shell shell;
    Example example;
    example.send_signal(SIGSTOP);
    int status = 0;
    checked(::waitpid(example.pid(), &status, WUNTRACED), "waitpid");
    ASSERT_TRUE(WIFSTOPPED(status));
    shell.run("/nowhere/at/all 2>/dev/null");
    // Ctrl-C is there before it goes on.
    example.send_signal(SIGINT);
    example.send_signal(SIGCONT);
    EXPECT_THAT(example.stop(), Contains(line_of("sh", "/nowhere/at/all")));
}

TEST_F(ExampleTracepoint, PrintsNoByteThatCouldForgeALine) {
    const ProgramFolder folder;
    const auto path = folder.copy_of(true_program(), "x\n[INFO  tracepoint] forged\x1b[2J\xc2\x9b\\");
    Process caller({test_program("setname"), "\x1b[2J\nforged\\", path});
    EXPECT_EQ(caller.out().next_line(), "ready");
    Example example;
    caller.write("go\n");
    EXPECT_EQ(caller.wait(), exited(0));
    const auto lines = example.stop();
    EXPECT_THAT(lines, Contains(line_of("\\x1b[2J\\x0aforged\\x5c",
                                        folder.path("x\\x0a[INFO  tracepoint] forged\\x1b[2J\\xc2\\x9b\\x5c"))));
    EXPECT_THAT(lines, Each(Not(StartsWith("[INFO  tracepoint] forged"))));
    for (const auto& line : lines) expect_harmless(line);
}

// What is wrong with reading at the start of the call; newer kernels may read the page for the program.
TEST_F(ExampleTracepoint, SaysWhereANameWasNotInMemory) {
    Process caller({test_program("literal_exec"), "good"});
    EXPECT_EQ(caller.out().next_line(), "ready");
    Example example;
    caller.write("go\n");
    EXPECT_EQ(caller.wait(), exited(0));
    const auto lines = example.stop();
    EXPECT_THAT(lines, Contains(AnyOf(line_of("literal_exec", "?"), line_of("literal_exec", "/bin/true"))));
    EXPECT_THAT(lines, Each(Not(EndsWith("filename: "))));
}

void expect_one_error(Process& example, const std::string& what) {
    EXPECT_EQ(example.wait(), exited(1));
    EXPECT_THAT(example.out().wait_for_end(), IsEmpty());
    EXPECT_THAT(example.err().wait_for_end(), ElementsAre("tracepoint: " + what));
}

TEST_F(ExampleTracepoint, WithoutRightsEndsWithOneLine) {
    // The build folder may be closed to others.
    const ProgramFolder folder;
    const auto copy = folder.copy_of(program(), "tracepoint");
    const std::vector<std::string> argv{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", copy};
    Process example(argv);
    expect_one_error(example, "can't load the program: Operation not permitted (only root may)");
    // That the limit could not be raised is told to who asks for it, and is not why it ends.
    Process talkative({.argv = argv, .env = {"TRACEPOINT_LOG=debug"}});
    EXPECT_THAT(
        talkative.err().wait_for_end(),
        Contains("[DEBUG tracepoint] can't raise the limit of locked memory: Operation not permitted").Times(1));
}

TEST_F(ExampleTracepoint, WithoutTracefsSaysHowToMountIt) {
    const auto* const script =
        "for each in /sys/kernel/tracing /sys/kernel/debug; do umount -R $each 2>/dev/null; done\nexec \"$1\"";
    Process example({"unshare", "--mount", "/bin/sh", "-c", script, "sh", program()});
    expect_one_error(example,
                     "can't attach: No such file or directory "
                     "(if tracefs is missing: mount -t tracefs nodev /sys/kernel/tracing)");
}

TEST_F(ExampleTracepoint, LeavesNoMountBehind) {
    const auto before = read_file("/proc/self/mountinfo");
    {
        Example example;
        EXPECT_EQ(read_file("/proc/self/mountinfo"), before);
        EXPECT_NE(read_file("/proc/" + example.pid_text() + "/mountinfo").find(" - tracefs "), std::string::npos);
        example.stop();
    }
    EXPECT_EQ(read_file("/proc/self/mountinfo"), before);
}

}  // namespace
}  // namespace exectap::test
