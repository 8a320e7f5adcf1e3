// SPDX-License-Identifier: MIT OR Apache-2.0
// Where events go, and when. What happens when they can't is in hard_cases_end_test.cpp.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <thread>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class OutputOf : public KernelTest {};

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

bool has_links(const Process& trace) {
    for (const auto& fd : std::filesystem::directory_iterator("/proc/" + trace.pid_text() + "/fd")) {
        std::error_code is_gone;
        if (std::filesystem::read_symlink(fd.path(), is_gone).string().find("bpf_link") != std::string::npos)
            return true;
    }
    return false;
}

// A run that has ended, because what it watched has, and that waits for somebody to read what it has to say.
class EndedRun {
public:
    static constexpr int kExecs = 800;

    EndedRun() {
        pipe_.write_end.reset();
        shell_.run(fmt::format("i=0; while [ $i -lt {} ]; do /bin/true $i; i=$((i+1)); done", kExecs));
        shell_.write("exit\n");
        shell_.wait();
        while (has_links(trace_)) std::this_thread::yield();
    }

    Watching& trace() { return trace_; }
    std::vector<std::string> read() { return lines_of(read_all(pipe_.read_end)); }

private:
    Pipe pipe_ = Pipe::create();
    Shell shell_;
    Watching trace_{{"--events=exec", shell_.pid_text()}, {.out = pipe_.write_end.get()}};
};

TEST_F(OutputOf, ASignalThatComesWhenTheRunHasEndedByItselfChangesNothing) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        EndedRun run;
        run.trace().send_signal(signal);
        EXPECT_THAT(run.read(), SizeIs(EndedRun::kExecs));
        const auto outcome = run.trace().finish();
        EXPECT_EQ(outcome.status, exited(0)) << signal;
        EXPECT_EQ(outcome.verdict().execs, EndedRun::kExecs);
    }
}

TEST_F(OutputOf, TheNextSignalEndsItAtOnce) {
    EndedRun run;
    run.trace().send_signal(SIGHUP);
    run.trace().send_signal(SIGTERM);
    EXPECT_THAT(run.trace().wait(), AnyOf(killed_by(SIGHUP), killed_by(SIGTERM)));
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
