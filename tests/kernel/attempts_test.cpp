// SPDX-License-Identifier: MIT OR Apache-2.0
// Execs that failed.
#include <array>
#include <csignal>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"
#include "support/unmappable.h"

namespace exectap::test {
namespace {

using testing::AnyOf;
using testing::Each;
using testing::ElementsAre;
using testing::Eq;
using testing::Field;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class Attempts : public KernelTest {};

// The one event of a program that tries to run `path` in its own place.
EventLine attempt_at(const std::string& path) {
    Process program({test_program("exec_as"), path, "tried", "an argument"});
    const auto outcome = watch_to_its_end(program);
    EXPECT_EQ(outcome.verdict().attempts, 1U);
    EXPECT_EQ(outcome.verdict().execs, 0U);
    const auto events = outcome.events();
    EXPECT_THAT(events, ElementsAre(Field(&EventLine::pid, program.pid())));
    return events.at(0);
}

TEST_F(Attempts, AtAProgramThatIsNotThereSayWhatWasTriedAndWhyItFailed) {
    const auto event = attempt_at("/nowhere/to be found");
    EXPECT_EQ(event.error, "ENOENT");
    EXPECT_THAT(event.filename, Optional(std::string("/nowhere/to be found")));
    EXPECT_THAT(event.argv0, Optional(std::string("tried")));
    EXPECT_THAT(event.argv, Optional(ElementsAre("tried", "an argument")));
    EXPECT_THAT(event.comm, Optional(std::string("exec_as")));
    EXPECT_EQ(event.ppid, ::getpid());
    EXPECT_EQ(event.tid, event.pid);
    EXPECT_FALSE(event.is_fatal);
}

// The kernel ends them with -513 and the like, or with any error while SIGKILL is pending.
TEST_F(Attempts, AreNoneWhereThreadsLoseARaceToExec) {
    for (int i = 0; i < 30 && !HasFailure(); i++) {
        Process program({test_program("exec_race"), "4"});
        EXPECT_EQ(program.out().next_line(), "ready");
        Watching trace({program.pid_text()});
        program.write("go\n");
        const auto outcome = trace.finish();
        EXPECT_THAT(outcome.events(), ElementsAre(Field(&EventLine::pid, program.pid())));
        const auto verdict = outcome.verdict();
        EXPECT_EQ(verdict.execs, 1U);
        EXPECT_EQ(verdict.attempts, 0U);
    }
}

TEST_F(Attempts, AtAFileThatMayNotRunSayEacces) {
    const TempDir folder;
    write_file(folder.path("plain"), "#!/bin/sh\n", 0644);
    EXPECT_EQ(attempt_at(folder.path("plain")).error, "EACCES");
    EXPECT_EQ(attempt_at(folder.path()).error, "EACCES");
}

TEST_F(Attempts, AtWhatIsNoProgramSayEnoexec) {
    const TempDir folder;
    write_file(folder.path("text"), "no program\n", 0755);
    EXPECT_EQ(attempt_at(folder.path("text")).error, "ENOEXEC");
}

TEST_F(Attempts, OfASearchThroughPathComeBeforeTheExec) {
    Process program({test_program("path_search"), "/nowhere/1/true", "/nowhere/2/true", "/nowhere/3/true",
                     "/nowhere/4/true", "/etc/passwd", "/bin/true"});
    const auto outcome = watch_to_its_end(program);
    const auto events = outcome.events();
    EXPECT_EQ(outcome.verdict().attempts, 5U);
    EXPECT_EQ(outcome.verdict().execs, 1U);
    ASSERT_THAT(events, SizeIs(6));
    EXPECT_THAT(events, Each(Field(&EventLine::pid, program.pid())));
    EXPECT_THAT(events, ElementsAre(Field(&EventLine::error, "ENOENT"), Field(&EventLine::error, "ENOENT"),
                                    Field(&EventLine::error, "ENOENT"), Field(&EventLine::error, "ENOENT"),
                                    Field(&EventLine::error, "EACCES"), Field(&EventLine::error, "")));
    EXPECT_THAT(events[3].argv, Optional(ElementsAre("searched", "/nowhere/4/true")));
    EXPECT_THAT(events[5].filename, Optional(std::string("/bin/true")));
}

TEST_F(Attempts, WithUntouchedArgumentsSayThatThoseAreUnreadable) {
    Process program({test_program("literal_exec"), "bad"});
    const auto events = watch_to_its_end(program).events();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].error, "ENOENT");
    EXPECT_THAT(events[0].filename, Optional(std::string("/nowhere/literal")));
    // The kernel's own look at the path maps the whole page; where it looks at the arguments first, they are there.
    EXPECT_THAT(events[0].argv, AnyOf(Eq(std::nullopt), Optional(ElementsAre("/bin/true", "a literal argument"))));
}

TEST_F(Attempts, AreNeitherShownNorCountedWithNoFailed) {
    Process program({test_program("path_search"), "/nowhere/true", "/bin/true"});
    const auto outcome = watch_to_its_end(program, {"--no-failed"});
    EXPECT_THAT(outcome.events(), ElementsAre(Field(&EventLine::error, "")));
    EXPECT_EQ(outcome.verdict().execs, 1U);
    EXPECT_EQ(outcome.verdict().attempts, std::nullopt);
}

TEST_F(Attempts, ThatFollowAnExecAreOfTheNewProgram) {
    Process program({test_program("exec_as"), test_program("exec_as"), "second", "/nowhere/third", "third"});
    Watching trace({program.pid_text()});
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(program.out().next_line(), "ready");
        program.write("go\n");
    }
    const auto events = trace.finish().events();
    EXPECT_THAT(events, ElementsAre(Field(&EventLine::error, ""), Field(&EventLine::error, "ENOENT")));
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("second", "/nowhere/third", "third"), ElementsAre("third")));
}

// What an exec leaves behind must not make the next failure look fatal.
TEST_F(Attempts, ThatFollowAnExecWhichIsNotToldAreWhole) {
    Process program({test_program("exec_as"), test_program("exec_as"), "second", "/nowhere/third", "third"});
    Watching trace({"--events=attempt", program.pid_text()});
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(program.out().next_line(), "ready");
        program.write("go\n");
    }
    const auto events = trace.finish().events();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_FALSE(events[0].is_fatal) << events[0];
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("third")));
}

TEST_F(Attempts, PastThePointOfNoReturnAreFatalAndKeepTheCallersName) {
    const TempDir folder;
    write_program_that_cannot_be_mapped(folder.path("unmappable"));
    Process program({test_program("setname"), "the caller", folder.path("unmappable")});
    const auto outcome = watch_to_its_end(program);
    EXPECT_NE(program.wait().signal, 0);
    const auto events = outcome.events();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_TRUE(events[0].is_fatal) << events[0];
    EXPECT_EQ(events[0].pid, program.pid());
    EXPECT_THAT(events[0].comm, Optional(std::string("the caller")));
    EXPECT_EQ(events[0].filename, std::nullopt);
    EXPECT_EQ(events[0].argv, std::nullopt);
    EXPECT_EQ(outcome.verdict().attempts, 1U);
}

TEST_F(Attempts, OfNobodyWatchedAreNotTold) {
    Shell shell;
    Process stranger({test_program("exec_as"), "/nowhere/stranger", "stranger"});
    EXPECT_EQ(stranger.out().next_line(), "ready");
    Watching trace({shell.pid_text()});
    stranger.write("go\n");
    EXPECT_EQ(stranger.wait(), exited(1));
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.events(), IsEmpty());
    EXPECT_EQ(outcome.verdict().attempts, 0U);
}

}  // namespace
}  // namespace exectap::test
