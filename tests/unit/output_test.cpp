// SPDX-License-Identifier: MIT OR Apache-2.0
// Output: whoever puts lines there never waits, what reaches the file, and what is known of what does not.
#include "sink/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>

#include "unit/files.h"
#include "unit/outputs.h"

namespace exectap {
namespace {

using testing::HasSubstr;

Output started(Result<OutputFile> file, std::size_t buffer_bytes = 64 << 10) {
    auto output = output_to(std::move(file), buffer_bytes);
    output.start();
    return output;
}

Output started_at(const std::string& path) { return started(OutputFile::open(path)); }

void wait_for_event(const Output& output) {
    constexpr int kPatience = 20'000;  // milliseconds
    pollfd event{output.event_fd(), POLLIN, 0};
    ASSERT_EQ(::poll(&event, 1, kPatience), 1) << "the output tells nothing";
}

// The error that is met, if there is one.
std::optional<Error> write_all(Output& output) {
    output.flush();
    while (!output.is_written()) {
        wait_for_event(output);
        if (auto failure = output.failure()) return failure;
    }
    return output.failure();
}

void expect_code(const std::optional<Error>& failure, int code) {
    ASSERT_TRUE(failure);
    EXPECT_EQ(failure->code, code);
}

EventCounts execs(std::uint64_t count) { return {count}; }

TEST(Output, WritesNothingBeforeItIsFlushed) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    EXPECT_FALSE(output.is_written());
    EXPECT_EQ(read_file(directory / "events"), "");
    EXPECT_FALSE(write_all(output));
    EXPECT_EQ(read_file(directory / "events"), "one\n");
    EXPECT_EQ(output.not_written(), EventCounts{});
}

TEST(Output, WritesOneFlushAfterAnother) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    std::string expected;
    for (int i = 0; i < 1000; i++) {
        const auto line = "line " + std::to_string(i) + "\n";
        while (!output.put(line, Tells::exec)) EXPECT_FALSE(write_all(output));
        output.flush();
        expected += line;
    }
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events"), expected);
}

TEST(Output, NeverWaitsForItsReader) {
    auto pipe = make_pipe();
    auto output = started(OutputFile::borrow(pipe.writer.get(), "stdout"));
    const std::string line(999, 'x');
    int taken = 0;
    // The pipe takes 64 KiB, and so does the queue.
    while (output.put(line + '\n', Tells::exec)) {
        output.flush();
        taken++;
        ASSERT_LT(taken, 1000);
    }
    EXPECT_GE(taken, 65);
    EXPECT_FALSE(output.has_room_again());

    std::string received;
    std::thread reader([&] { received = read_to_end(pipe.reader); });
    EXPECT_FALSE(write_all(output));
    EXPECT_TRUE(output.has_room_again());
    EXPECT_TRUE(output.put("last\n", Tells::exec));
    EXPECT_TRUE(output.close());
    pipe.writer.reset();
    reader.join();
    EXPECT_EQ(received.size(), static_cast<std::size_t>(taken) * 1000 + 5);
    EXPECT_TRUE(received.ends_with("\nlast\n"));
}

TEST(Output, WaitsForRoomForWhatNothingCanStandFor) {
    auto pipe = make_pipe();
    auto output = started(OutputFile::borrow(pipe.writer.get(), "stdout"));
    std::string received;
    std::thread reader([&] { received = read_to_end(pipe.reader); });
    for (int i = 0; i < 1000; i++) output.put_aside(std::string(999, 'x') + '\n');
    EXPECT_TRUE(output.close());
    pipe.writer.reset();
    reader.join();
    EXPECT_EQ(received.size(), 1'000'000U);
}

TEST(Output, DoesNotWaitForRoomAfterAnError) {
    auto output = started_at("/dev/full");
    for (int i = 0; i < 1000; i++) output.put_aside(std::string(999, 'x') + '\n');
    expect_code(write_all(output), ENOSPC);
    EXPECT_EQ(output.not_written(), EventCounts{});
}

TEST(Output, ReportsAFullDiskOnceAndCountsEveryEvent) {
    auto output = started_at("/dev/full");
    output.put_aside("start\n");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    EXPECT_TRUE(output.put("two\n", Tells::exit));
    const auto failure = write_all(output);
    expect_code(failure, ENOSPC);
    EXPECT_EQ(failure->message, "can't write the events to '/dev/full': No space left on device");
    EXPECT_EQ(output.not_written(), (EventCounts{1, 0, 1, 0}));

    EXPECT_TRUE(output.put("three\n", Tells::exec));
    EXPECT_FALSE(write_all(output));
    EXPECT_EQ(output.not_written(), (EventCounts{2, 0, 1, 0}));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(output.not_written(), (EventCounts{2, 0, 1, 0}));
}

TEST(Output, TellsOfAnErrorByItself) {
    auto output = started_at("/dev/full");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    output.flush();
    wait_for_event(output);
    expect_code(output.failure(), ENOSPC);
    pollfd event{output.event_fd(), POLLIN, 0};
    EXPECT_EQ(::poll(&event, 1, 0), 0);
}

TEST(Output, CountsALineThatWasWrittenInPart) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    for (const auto* line : {"one\n", "two\n", "three\n"}) EXPECT_TRUE(output.put(line, Tells::exec));
    const FileSizeLimit limit(6);
    expect_code(write_all(output), EFBIG);
    EXPECT_EQ(read_file(directory / "events"), "one\ntw");
    EXPECT_EQ(output.not_written(), execs(2));
}

// Whoever asks may ask while the other thread has only just met the error.
TEST(Output, CountsTheSameWheneverItIsAsked) {
    const TempDir directory;
    const FileSizeLimit limit(6);
    for (int i = 0; i < 2000; i++) {
        auto output = started_at(directory / "events");
        for (const auto* line : {"one\n", "two\n", "three\n"}) EXPECT_TRUE(output.put(line, Tells::exec));
        output.flush();
        while (!output.failure()) continue;
        ASSERT_EQ(output.not_written(), execs(2)) << i;
        ASSERT_TRUE(output.is_written()) << i;
    }
}

TEST(Output, CountsALineThatMissesOnlyItsEnd) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    const FileSizeLimit limit(3);
    expect_code(write_all(output), EFBIG);
    EXPECT_EQ(output.not_written(), execs(1));
}

TEST(Output, SaysByItsCodeThatTheReaderHasGone) {
    const IgnoredSignal ignored(SIGPIPE);
    auto pipe = make_pipe();
    pipe.reader.reset();
    auto output = started(OutputFile::borrow(pipe.writer.get(), "stdout"));
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    expect_code(write_all(output), EPIPE);
    EXPECT_EQ(output.not_written(), execs(1));
}

// It holds the only writing end of the pipe: what is read comes to its end when the other thread has ended.
TEST(Output, CanBeLeftAloneInTheMiddleOfAWrite) {
    const std::string text = std::string(1 << 19, 'x') + '\n';
    auto pipe = make_pipe();
    {
        auto output = started(OutputFile::open("/dev/fd/" + std::to_string(pipe.writer.get())), 1 << 20);
        pipe.writer.reset();
        EXPECT_TRUE(output.put(text, Tells::exec));
        output.flush();
        char first = 0;
        ASSERT_EQ(::read(pipe.reader.get(), &first, 1), 1);
    }
    EXPECT_LT(read_to_end(pipe.reader).size(), text.size() - 1);
}

TEST(OutputReopen, StartsANewFileWhereTheOldOneWasRenamed) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    std::filesystem::rename(directory / "events", directory / "events.1");
    ASSERT_TRUE(output.reopen());
    EXPECT_TRUE(output.put("two\n", Tells::exec));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events.1"), "one\n");
    EXPECT_EQ(read_file(directory / "events"), "two\n");
}

TEST(OutputReopen, WritesAgainAfterAnErrorAndKeepsTheCount) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    {
        const FileSizeLimit limit(0);
        output.flush();
        wait_for_event(output);
        ASSERT_TRUE(output.reopen());
    }
    expect_code(output.failure(), EFBIG);
    EXPECT_TRUE(output.put("two\n", Tells::exec));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events"), "two\n");
    EXPECT_EQ(output.not_written(), execs(1));
}

TEST(OutputReopen, BeginsANewLineWhereTheOldOneBrokeOff) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    {
        const FileSizeLimit limit(2);
        expect_code(write_all(output), EFBIG);
    }
    ASSERT_TRUE(output.reopen());
    EXPECT_TRUE(output.put("two\n", Tells::exec));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events"), "on\ntwo\n");
}

TEST(OutputReopen, SaysWhichFileCannotBeOpenedAndWritesToTheOldOne) {
    const TempDir directory;
    std::filesystem::create_directory(directory / "logs");
    auto output = started_at(directory / "logs/events");
    std::filesystem::rename(directory / "logs", directory / "old");
    const auto reopened = output.reopen();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, ENOENT);
    EXPECT_THAT(reopened.error().message, HasSubstr('\'' + (directory / "logs/events") + '\''));
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "old/events"), "one\n");
}

TEST(OutputReopen, IsNothingForABorrowedDescriptor) {
    const auto pipe = make_pipe();
    auto output = started(OutputFile::borrow(pipe.writer.get(), "stdout"));
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    EXPECT_TRUE(output.reopen());
    EXPECT_TRUE(output.close());
    EXPECT_EQ(output.not_written(), EventCounts{});
}

TEST(OutputClose, WritesWhatIsLeft) {
    const TempDir directory;
    auto output = started_at(directory / "events");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events"), "one\n");
}

TEST(OutputClose, ReportsWhatCouldNotBeWritten) {
    auto output = started_at("/dev/full");
    EXPECT_TRUE(output.put("one\n", Tells::exec));
    const auto closed = output.close();
    ASSERT_FALSE(closed);
    EXPECT_EQ(closed.error().code, ENOSPC);
    EXPECT_EQ(output.not_written(), execs(1));
}

}  // namespace
}  // namespace exectap
