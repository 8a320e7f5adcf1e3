// SPDX-License-Identifier: MIT OR Apache-2.0
// Output: what reaches the file, and what is known of what does not.
#include "sink/output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>

#include "unit/files.h"

namespace exectap {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// Where it can be opened: anything else ends the test.
Output open_output(const std::string& path) {
    auto output = Output::open(path);
    if (!output) throw std::runtime_error(output.error().message);
    return std::move(*output);
}

void expect_disk_full(const Result<void>& result) {
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ENOSPC);
    EXPECT_EQ(result.error().kind, ErrorKind::failure);
    EXPECT_EQ(result.error().message, "can't write the events to '/dev/full': No space left on device");
}

TEST(Output, WritesNothingBeforeItIsFlushed) {
    const TempDir directory;
    auto output = open_output(directory / "events");

    output.buffer() += "one\ntwo\n";
    EXPECT_EQ(read_file(directory / "events"), "");

    EXPECT_TRUE(output.flush());
    EXPECT_EQ(read_file(directory / "events"), "one\ntwo\n");
    EXPECT_EQ(output.buffer(), "");
    EXPECT_EQ(output.lines_not_written(), 0U);
}

TEST(Output, WritesOneFlushAfterAnother) {
    const TempDir directory;
    auto output = open_output(directory / "events");

    output.buffer() += "one\n";
    ASSERT_TRUE(output.flush());
    ASSERT_TRUE(output.flush());
    output.buffer() += "two\n";
    ASSERT_TRUE(output.flush());

    EXPECT_EQ(read_file(directory / "events"), "one\ntwo\n");
}

TEST(Output, IsFullFrom64KibOn) {
    auto output = Output::borrow(-1, "nothing");

    output.buffer().assign((64 << 10) - 1, 'x');
    EXPECT_FALSE(output.is_full());
    output.buffer() += '\n';
    EXPECT_TRUE(output.is_full());
}

TEST(Output, BorrowsADescriptorWithoutClosingIt) {
    const auto pipe = make_pipe();
    {
        auto output = Output::borrow(pipe.writer.get(), "stdout");
        output.buffer() += "one\n";
        EXPECT_TRUE(output.close());
        EXPECT_TRUE(is_open(pipe.writer.get()));
    }

    EXPECT_TRUE(is_open(pipe.writer.get()));
    std::string text(4, '\0');
    EXPECT_EQ(::read(pipe.reader.get(), text.data(), text.size()), 4);
    EXPECT_EQ(text, "one\n");
}

TEST(Output, WaitsForRoomInANonBlockingPipe) {
    auto pipe = make_pipe(O_NONBLOCK);
    const std::string filling(4096, '\n');
    std::size_t filled = 0;
    while (::write(pipe.writer.get(), filling.data(), filling.size()) > 0) filled += filling.size();
    auto output = Output::borrow(pipe.writer.get(), "stdout");
    output.buffer().assign(1 << 20, '\n');

    // The other end of the pipe is a thread that waits too.
    ::fcntl(pipe.reader.get(), F_SETFL, 0);
    std::string received;
    std::thread reader([&] { received = read_to_end(pipe.reader); });
    const auto flushed = output.flush();
    pipe.writer.reset();
    reader.join();

    EXPECT_TRUE(flushed);
    EXPECT_EQ(received.size(), filled + (1 << 20));
    EXPECT_EQ(output.lines_not_written(), 0U);
}

TEST(Output, ReportsAFullDiskOnceAndCountsEveryLine) {
    auto output = open_output("/dev/full");

    output.buffer() += "one\ntwo\n";
    expect_disk_full(output.flush());
    EXPECT_EQ(output.lines_not_written(), 2U);
    EXPECT_EQ(output.buffer(), "");

    output.buffer() += "three\n";
    EXPECT_TRUE(output.flush());
    EXPECT_EQ(output.lines_not_written(), 3U);
    EXPECT_EQ(output.buffer(), "");
    EXPECT_TRUE(output.close());
    EXPECT_EQ(output.lines_not_written(), 3U);
}

TEST(Output, CountsALineThatWasWrittenInPart) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\ntwo\nthree\n";

    const auto flushed = [&] {
        const FileSizeLimit limit(6);
        return output.flush();
    }();

    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, EFBIG);
    EXPECT_EQ(read_file(directory / "events"), "one\ntw");
    EXPECT_EQ(output.lines_not_written(), 2U);
}

TEST(Output, CountsALineThatMissesOnlyItsEnd) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\n";

    const auto flushed = [&] {
        const FileSizeLimit limit(3);
        return output.flush();
    }();

    EXPECT_FALSE(flushed);
    EXPECT_EQ(output.lines_not_written(), 1U);
}

TEST(Output, SaysByItsCodeThatTheReaderHasGone) {
    const IgnoredSignal ignored(SIGPIPE);
    auto pipe = make_pipe();
    pipe.reader.reset();
    auto output = Output::borrow(pipe.writer.get(), "stdout");

    output.buffer() += "one\n";
    const auto flushed = output.flush();

    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, EPIPE);
    EXPECT_EQ(flushed.error().message, "can't write the events to stdout: Broken pipe");
    EXPECT_EQ(output.lines_not_written(), 1U);
}

TEST(OutputOpen, SaysWhichFileCannotBeOpened) {
    const TempDir directory;
    const auto path = directory / "missing/events";

    const auto output = Output::open(path);

    ASSERT_FALSE(output);
    EXPECT_EQ(output.error().code, ENOENT);
    EXPECT_EQ(output.error().kind, ErrorKind::failure);
    EXPECT_THAT(output.error().message,
                AllOf(HasSubstr('\'' + path + '\''), HasSubstr("No such file or directory"), Not(HasSubstr("\n"))));
}

TEST(OutputOpen, TruncatesWhatIsThere) {
    const TempDir directory;
    write_file(directory / "events", "of yesterday\n");

    const auto output = open_output(directory / "events");

    EXPECT_EQ(read_file(directory / "events"), "");
}

TEST(OutputReopen, StartsANewFileWhereTheOldOneWasRenamed) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\n";
    std::filesystem::rename(directory / "events", directory / "events.1");

    ASSERT_TRUE(output.reopen());
    output.buffer() += "two\n";
    ASSERT_TRUE(output.flush());

    EXPECT_EQ(read_file(directory / "events.1"), "one\n");
    EXPECT_EQ(read_file(directory / "events"), "two\n");
}

TEST(OutputReopen, AppendsToWhatIsThere) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\n";
    ASSERT_TRUE(output.reopen());

    output.buffer() += "two\n";
    ASSERT_TRUE(output.flush());
    // Also to what somebody else has written since.
    std::ofstream(directory / "events", std::ios::app) << "theirs\n";
    output.buffer() += "three\n";
    ASSERT_TRUE(output.flush());

    EXPECT_EQ(read_file(directory / "events"), "one\ntwo\ntheirs\nthree\n");
}

TEST(OutputReopen, WritesAgainAfterAnErrorAndKeepsTheCount) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\n";
    const auto reopened = [&] {
        const FileSizeLimit limit(0);
        return output.reopen();
    }();
    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, EFBIG);

    output.buffer() += "two\n";
    EXPECT_TRUE(output.flush());

    EXPECT_EQ(read_file(directory / "events"), "two\n");
    EXPECT_EQ(output.lines_not_written(), 1U);
}

TEST(OutputReopen, SaysWhichFileCannotBeOpened) {
    const TempDir directory;
    std::filesystem::create_directory(directory / "logs");
    auto output = open_output(directory / "logs/events");
    std::filesystem::remove_all(directory / "logs");

    const auto reopened = output.reopen();

    ASSERT_FALSE(reopened);
    EXPECT_EQ(reopened.error().code, ENOENT);
    EXPECT_THAT(reopened.error().message, HasSubstr('\'' + (directory / "logs/events") + '\''));
}

TEST(OutputReopen, IsNothingForABorrowedDescriptor) {
    const auto pipe = make_pipe();
    auto output = Output::borrow(pipe.writer.get(), "stdout");
    output.buffer() += "one\n";

    EXPECT_TRUE(output.reopen());

    EXPECT_TRUE(output.flush());
    EXPECT_EQ(output.lines_not_written(), 0U);
}

TEST(OutputClose, WritesWhatIsLeft) {
    const TempDir directory;
    auto output = open_output(directory / "events");
    output.buffer() += "one\n";

    EXPECT_TRUE(output.close());

    EXPECT_EQ(read_file(directory / "events"), "one\n");
}

TEST(OutputClose, ReportsWhatCouldNotBeWritten) {
    auto output = open_output("/dev/full");
    output.buffer() += "one\n";

    expect_disk_full(output.close());
    EXPECT_EQ(output.lines_not_written(), 1U);
}

}  // namespace
}  // namespace exectap
