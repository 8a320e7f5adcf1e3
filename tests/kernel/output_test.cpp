// SPDX-License-Identifier: MIT OR Apache-2.0
// Where events go, and what happens when they can't.
#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class OutputOf : public KernelTest {};

// Reads up to the first newline, as `head -1` does.
std::string read_line(const UniqueFd& file) {
    std::string line;
    for (char c = 0; c != '\n'; line += c) {
        if (checked(::read(file.get(), &c, 1), "read") == 0) break;
    }
    return line;
}

TEST_F(OutputOf, AReaderThatGoesAwayEndsTheRunQuietlyAndSuccessfully) {
    Shell shell;
    auto pipe = Pipe::create();
    Watching trace({shell.pid_text()}, {.out = pipe.write_end.get()});
    pipe.write_end.reset();
    shell.run("/bin/true one");
    EXPECT_THAT(read_line(pipe.read_end), EndsWith("argv=[\"/bin/true\",\"one\"]\n"));
    pipe.read_end.reset();
    shell.run("/bin/true two");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(0));
    const auto is_notice = [](const auto& line) { return is_banner(line) || line.find("slows every") != line.npos; };
    EXPECT_TRUE(std::all_of(outcome.err.begin(), outcome.err.end(), is_notice)) << testing::PrintToString(outcome.err);
}

TEST_F(OutputOf, ACommandRunsToItsEndWhenTheReaderGoesAway) {
    auto pipe = Pipe::create();
    Exectap trace({"--no-failed", "--", "/bin/sh"}, {.err = pipe.write_end.get()});
    pipe.write_end.reset();
    EXPECT_THAT(read_line(pipe.read_end), EndsWith("argv=[\"/bin/sh\"]\n"));
    pipe.read_end.reset();
    for (int i = 0; i < 20; i++) Shell::run_in(trace, "/bin/true");
    trace.write("echo still here; exit 5\n");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(5));
    EXPECT_EQ(outcome.out.back(), "still here");
}

TEST_F(OutputOf, AFullDiskIsOneClearErrorAndTheVerdictTellsWhatIsMissing) {
    Shell shell;
    const auto full = open_file("/dev/full", O_WRONLY);
    Watching trace({shell.pid_text()}, {.out = full.get()});
    shell.run("/bin/true");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(1));
    EXPECT_EQ(std::count_if(outcome.err.begin(), outcome.err.end(),
                            [](const auto& line) { return line.find("No space left") != line.npos; }),
              1);
    EXPECT_THAT(outcome.last_words(), HasSubstr("1 exec, 0 attempts seen, 0 delivered, 1 not written: incomplete"));
}

TEST_F(OutputOf, ACommandRunsOnWhenTheDiskIsFullAndGivesItsStatus) {
    const auto outcome = run_exectap(
        {"-o", "/dev/full", "--quiet", "--", "/bin/sh", "-c", "/bin/true; /bin/true; echo to the end; exit 6"});
    EXPECT_EQ(outcome.status, exited(6));
    EXPECT_THAT(outcome.out, ElementsAre("to the end"));
    EXPECT_THAT(outcome.err, Contains(HasSubstr("No space left")).Times(1));
    EXPECT_THAT(outcome.last_words(), HasSubstr("3 not written: incomplete"));
}

TEST_F(OutputOf, StrictMakesAnIncompleteTraceStatus3) {
    EXPECT_EQ(run_exectap({"--strict", "-o", "/dev/full", "--", "/bin/true"}).status, exited(3));
    EXPECT_EQ(run_exectap({"--strict", "--", "/bin/sh", "-c", "exit 6"}).status, exited(6));
}

TEST_F(OutputOf, OReplacesWhatTheFileHeld) {
    const TempDir folder;
    write_file(folder.path("events"), std::string(100'000, 'x') + "\n");
    const auto outcome = run_exectap({"-o", folder.path("events"), "--", "/bin/true", "a"});
    EXPECT_THAT(argvs_of(events_in(folder.path("events"))), ElementsAre(ElementsAre("/bin/true", "a")));
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.events_on_stderr(), IsEmpty());
}

TEST_F(OutputOf, Sigusr1OpensTheFileAnewAfterItWasRenamed) {
    const TempDir folder;
    const auto path = folder.path("events");
    Shell shell;
    Watching trace({shell.pid_text(), "-o", path});
    shell.run("/bin/true before");
    wait_for_content(path, [](const auto& content) { return content.find("before") != content.npos; });
    std::filesystem::rename(path, folder.path("events.1"));
    trace.send_signal(SIGUSR1);
    wait_for_content(path, [](const auto& /*content*/) { return true; });
    shell.run("/bin/true after");
    const auto outcome = trace.stop();
    EXPECT_THAT(argvs_of(events_in(folder.path("events.1"))), ElementsAre(ElementsAre("/bin/true", "before")));
    EXPECT_THAT(argvs_of(events_in(path)), ElementsAre(ElementsAre("/bin/true", "after")));
    EXPECT_EQ(outcome.verdict().execs, 2U);
}

TEST_F(OutputOf, Sigusr1AppendsWhereTheFileIsStillThere) {
    const TempDir folder;
    const auto path = folder.path("events");
    Exectap trace({"-o", path, "--", "/bin/sh"});
    Shell::run_in(trace, "/bin/true one");
    trace.send_signal(SIGUSR1);
    Shell::run_in(trace, "/bin/true two");
    trace.close_input();
    trace.finish();
    EXPECT_THAT(argvs_of(events_in(path)),
                ElementsAre(ElementsAre("/bin/sh"), ElementsAre("/bin/true", "one"), ElementsAre("/bin/true", "two")));
}

TEST_F(OutputOf, QuietDropsBannerNoticesAndVerdict) {
    const TempDir folder;
    const auto outcome = run_exectap({"--quiet", "-o", folder.path("events"), "--", "/bin/true"});
    EXPECT_THAT(outcome.err, IsEmpty());
    EXPECT_THAT(events_in(folder.path("events")), SizeIs(1));
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(OutputOf, QuietDropsTheGoodByeToo) {
    const TempDir folder;
    Shell shell;
    Exectap trace({"--quiet", shell.pid_text(), "-o", folder.path("events")});
    // No banner tells that it is ready, but the first event does.
    const auto end = std::chrono::steady_clock::now() + kPatience;
    const auto has_event = [&folder] { return !read_file(folder.path("events")).empty(); };
    wait_for_content(folder.path("events"), [](const auto& /*content*/) { return true; });
    while (!has_event() && std::chrono::steady_clock::now() < end) shell.run("/bin/true");
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.err, IsEmpty());
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(OutputOf, SigtermAndSighupEndARunInOrder) {
    for (const int signal : {SIGTERM, SIGHUP}) {
        Shell shell;
        Watching trace({shell.pid_text()});
        shell.run("/bin/true");
        trace.send_signal(signal);
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(0));
        EXPECT_THAT(outcome.events(), SizeIs(1));
        EXPECT_EQ(outcome.verdict().execs, 1U);
    }
}

TEST_F(OutputOf, EventsAreThereBeforeTheRunEnds) {
    Shell shell;
    Watching trace({shell.pid_text()});
    shell.run("/bin/true at once");
    EXPECT_THAT(trace.out().next_line(), HasSubstr("at"));
    shell.run("/bin/true again");
    EXPECT_THAT(trace.out().next_line(), HasSubstr("again"));
    EXPECT_THAT(trace.stop().out, SizeIs(2));
}

TEST_F(OutputOf, VerboseTellsOfTheProbesAndTheStart) {
    const auto outcome = run_exectap({"-v", "--", "/bin/true"});
    EXPECT_THAT(outcome.err, Contains(HasSubstr("[capture] info: ")));
    const auto named = run_exectap({"--", "/bin/true"}, {.env = {"EXECTAP_LOG=capture=debug"}});
    EXPECT_THAT(named.err, Contains(HasSubstr("[capture] debug: ")));
    EXPECT_THAT(named.err, Each(Not(HasSubstr("[target]"))));
}

}  // namespace
}  // namespace exectap::test
