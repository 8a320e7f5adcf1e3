// SPDX-License-Identifier: MIT OR Apache-2.0
// A search along PATH is told once, and nothing else is held back.
#include "sink/folding_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "unit/folded.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::IsEmpty;

class FoldingSinkTest : public testing::Test {
protected:
    Recorder next;
    FoldingSink sink{next, {.folds = true, .joins_exec = true}};
};

TEST_F(FoldingSinkTest, TellsASearchOnceWithTheLastOnesData) {
    for (const auto* directory : {"/usr/local/bin", "/usr/bin", "/bin"}) sink.write(step("ls", directory));
    EXPECT_THAT(next.told, IsEmpty());
    sink.end_events();
    EXPECT_THAT(next.told, ElementsAre("7 /bin/ls ENOENT +2"));
}

TEST_F(FoldingSinkTest, JoinsTheExecThatEndsIt) {
    sink.write(step("ls", "/usr/local/bin"));
    sink.write(step("ls", "/usr/bin"));
    sink.write(ran("ls", "/bin"));
    sink.write(ran("ls", "/bin"));
    EXPECT_THAT(next.told, ElementsAre("7 ran /bin/ls +2", "7 ran /bin/ls"));
}

// The kernel has put the interpreter in the place of the name that was looked for.
TEST_F(FoldingSinkTest, JoinsTheExecOfAScript) {
    sink.write(step("npx", "/usr/local/bin"));
    auto exec = ran("npx", "/bin");
    exec.call.arguments = whole_arguments("/usr/bin/node\0/bin/npx\0"sv);
    exec.is_script = true;
    sink.write(exec);
    EXPECT_THAT(next.told, ElementsAre("7 ran /bin/npx +1"));
}

TEST_F(FoldingSinkTest, JoinsNoExecOfAnotherProgramOrThread) {
    sink.write(step("ls", "/usr/local/bin"));
    sink.write(ran("cat", "/bin"));
    auto script = ran("npx", "/bin");
    script.is_script = true;
    sink.write(step("ls", "/usr/local/bin"));
    sink.write(script);
    sink.write(step("ls", "/usr/local/bin"));
    auto other = ran("ls", "/bin");
    other.call.pid = other.call.tid = 8;
    sink.write(other);
    EXPECT_THAT(next.told, ElementsAre("7 /usr/local/bin/ls ENOENT", "7 ran /bin/cat", "7 /usr/local/bin/ls ENOENT",
                                       "7 ran /bin/npx", "8 ran /bin/ls"));
    sink.end_events();
    EXPECT_EQ(next.told.size(), 6U);
}

// Its threads are gone when the exec is told.
TEST_F(FoldingSinkTest, EndsTheSearchesOfAllThreadsAtAnExec) {
    auto attempt = step("ls", "/bin");
    attempt.call.tid = 70;
    sink.write(attempt);
    sink.write(step("cat", "/usr/bin"));
    sink.write(ran("cat", "/bin"));
    EXPECT_THAT(next.told, ElementsAre("70 /bin/ls ENOENT", "7 ran /bin/cat +1"));
}

TEST(FoldingSinkOfLines, TellsASearchApartFromTheExec) {
    Recorder next;
    FoldingSink sink(next, {.folds = true, .joins_exec = false});
    sink.write(step("ls", "/usr/local/bin"));
    sink.write(step("ls", "/usr/bin"));
    sink.write(ran("ls", "/bin"));
    EXPECT_THAT(next.told, ElementsAre("7 /usr/bin/ls ENOENT +1", "7 ran /bin/ls"));
}

TEST(FoldingSinkOfJson, PassesAllOn) {
    Recorder next;
    FoldingSink sink(next, {.folds = false, .joins_exec = false});
    sink.write(step("ls", "/usr/local/bin"));
    sink.write(step("ls", "/usr/bin"));
    EXPECT_THAT(next.told, ElementsAre("7 /usr/local/bin/ls ENOENT", "7 /usr/bin/ls ENOENT"));
}

TEST_F(FoldingSinkTest, FoldsNoOtherErrorAndNoOtherName) {
    sink.write(step("ls", "/a"));
    auto refused = step("ls", "/b");
    refused.error = EACCES;
    sink.write(refused);
    sink.write(step("ls", "/c"));
    sink.write(step("cat", "/c"));
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT", "7 /b/ls EACCES", "7 /c/ls ENOENT"));
}

TEST_F(FoldingSinkTest, HoldsNothingThatIsNoStep) {
    auto fatal = step("ls", "/a");
    fatal.is_fatal = true;
    sink.write(fatal);
    auto absolute = step("/a/ls", "");
    absolute.call.filename = Bytes{"/a/ls"};
    sink.write(absolute);
    auto cut = step("ls", "/a");
    cut.call.filename->is_cut = true;
    sink.write(cut);
    auto unreadable = step("ls", "/a");
    unreadable.call.arguments.reset();
    sink.write(unreadable);
    auto nameless = step("ls", "/a");
    nameless.call.filename.reset();
    sink.write(nameless);
    auto empty = step("", "/a");
    sink.write(empty);
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT fatal", "7 /a/ls ENOENT", "7 /a/ls ENOENT", "7 /a/ls ENOENT",
                                       "7 ? ENOENT", "7 /a/ ENOENT"));
}

TEST_F(FoldingSinkTest, HoldsNothingOfManyArguments) {
    const auto arguments = "ls\0"s + std::string((64 << 10) - 3, 'x');
    auto attempt = step("ls", "/a");
    attempt.call.arguments = whole_arguments(arguments);
    sink.write(attempt);
    EXPECT_THAT(next.told, IsEmpty());
    const auto more = arguments + 'x';
    attempt.call.arguments = whole_arguments(more);
    sink.write(attempt);
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT", "7 /a/ls ENOENT"));
}

TEST_F(FoldingSinkTest, FoldsThreadsApart) {
    for (const auto* directory : {"/a", "/b", "/c"}) {
        for (const std::uint32_t pid : {7U, 8U}) {
            auto attempt = step("ls", directory);
            attempt.call.tid = attempt.call.pid = pid;
            sink.write(attempt);
        }
    }
    sink.end_events();
    EXPECT_THAT(next.told, ElementsAre("7 /c/ls ENOENT +2", "8 /c/ls ENOENT +2"));
}

TEST_F(FoldingSinkTest, BeginsAnewAtTheFirstDirectory) {
    for (int i = 0; i < 2; i++)
        for (const auto* directory : {"/a", "/b", "/c"}) sink.write(step("ls", directory));
    sink.end_events();
    EXPECT_THAT(next.told, ElementsAre("7 /c/ls ENOENT +2", "7 /c/ls ENOENT +2"));
}

TEST_F(FoldingSinkTest, GoesOnWherePathNamesADirectoryTwiceInARow) {
    for (const auto* directory : {"/a", "/a", "/b"}) sink.write(step("ls", directory));
    sink.end_events();
    EXPECT_THAT(next.told, ElementsAre("7 /b/ls ENOENT +2"));
}

TEST_F(FoldingSinkTest, BeginsAnewInAnotherProgramOfThatPid) {
    sink.write(step("ls", "/a"));
    auto attempt = step("ls", "/b");
    attempt.call.exec_id.self_exec_id++;
    sink.write(attempt);
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT"));
}

TEST_F(FoldingSinkTest, IsReleasedByWhatTheProcessDoesNext) {
    const ExitEvent exit{.pid = 7};
    const ForkEvent fork{.pid = 7, .child_pid = 8};
    sink.write(step("ls", "/a"));
    sink.write(ExitEvent{.pid = 9});
    sink.write(ForkEvent{.pid = 9});
    sink.write(exit);
    sink.write(step("ls", "/b"));
    sink.write(fork);
    EXPECT_THAT(next.told, ElementsAre("9 exit", "9 fork", "7 /a/ls ENOENT", "7 exit", "7 /b/ls ENOENT", "7 fork"));
}

TEST_F(FoldingSinkTest, IsReleasedByALoss) {
    auto later = step("ls", "/a");
    later.call.tid = later.call.pid = 8;
    later.call.since_boot = 2s;
    auto earlier = step("ls", "/a");
    earlier.call.since_boot = 1s;
    sink.write(later);
    sink.write(earlier);
    sink.write(loss(3s, 5));
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT", "8 /a/ls ENOENT", "lost"));
}

TEST_F(FoldingSinkTest, IsReleasedWhenNothingCameForAMoment) {
    auto attempt = step("ls", "/a");
    attempt.call.since_boot = since_boot_now() - 60ms;
    sink.write(attempt);
    attempt.call.tid = attempt.call.pid = 8;
    attempt.call.since_boot = since_boot_now() + 10s;
    sink.write(attempt);
    sink.flush();
    EXPECT_THAT(next.told, ElementsAre("7 /a/ls ENOENT"));
    EXPECT_EQ(next.flushed, 1);
    sink.end_events();
    EXPECT_EQ(next.told.size(), 2U);
    EXPECT_TRUE(next.has_ended);
}

TEST_F(FoldingSinkTest, HoldsSixtyFourAtOnce) {
    for (std::uint32_t pid = 100; pid < 165; pid++) {
        EXPECT_THAT(next.told, IsEmpty());
        auto attempt = step("ls", "/a");
        attempt.call.tid = attempt.call.pid = pid;
        attempt.call.since_boot = std::chrono::seconds(1000 - pid);
        sink.write(attempt);
    }
    EXPECT_THAT(next.told, ElementsAre("163 /a/ls ENOENT"));
    sink.end_events();
    EXPECT_EQ(next.told.size(), 65U);
    EXPECT_EQ(next.told.at(1), "164 /a/ls ENOENT");
    EXPECT_EQ(next.told.back(), "100 /a/ls ENOENT");
}

}  // namespace
}  // namespace exectap
