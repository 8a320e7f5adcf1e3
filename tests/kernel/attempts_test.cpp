// SPDX-License-Identifier: MIT OR Apache-2.0
// What goes with execs that failed: what was not asked for, what follows, who is not watched.
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::Eq;
using testing::Field;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

class Attempts : public KernelTest {};

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
    Process program({test_program("path_search"), "/nowhere:/bin", "true"});
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
