// SPDX-License-Identifier: MIT OR Apache-2.0
// The file that events go to: opened, borrowed, opened again.
#include "sink/output_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
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
OutputFile opened(const std::string& path) {
    auto file = OutputFile::open(path);
    if (!file) throw std::runtime_error(file.error().message);
    return std::move(*file);
}

TEST(OutputFile, WritesAllOfIt) {
    const TempDir directory;
    const auto file = opened(directory / "events");
    const auto written = file.write("one\ntwo\n");
    EXPECT_EQ(written.bytes, 8U);
    EXPECT_FALSE(written.error);
    EXPECT_EQ(read_file(directory / "events"), "one\ntwo\n");
}

TEST(OutputFile, SaysHowMuchWasWrittenBeforeAnError) {
    const TempDir directory;
    const auto file = opened(directory / "events");
    const auto written = [&] {
        const FileSizeLimit limit(6);
        return file.write("one\ntwo\nthree\n");
    }();
    EXPECT_EQ(written.bytes, 6U);
    ASSERT_TRUE(written.error);
    EXPECT_EQ(written.error->code, EFBIG);
    EXPECT_EQ(written.error->kind, ErrorKind::failure);
    EXPECT_EQ(read_file(directory / "events"), "one\ntw");
}

TEST(OutputFile, IsTruncatedUnlessItIsOpenedToAppend) {
    const TempDir directory;
    opened(directory / "events").write("one\n");
    opened(directory / "events").write("two\n");
    EXPECT_EQ(read_file(directory / "events"), "two\n");
    const auto appended = OutputFile::open_to_append(directory / "events");
    ASSERT_TRUE(appended);
    appended->write("three\n");
    EXPECT_EQ(read_file(directory / "events"), "two\nthree\n");
}

TEST(OutputFile, NamesItselfInErrors) {
    const auto written = opened("/dev/full").write("one\n");
    ASSERT_TRUE(written.error);
    EXPECT_EQ(written.error->message, "can't write the events to '/dev/full': No space left on device");
}

TEST(OutputFile, SaysByTheCodeThatTheReaderHasGone) {
    const IgnoredSignal ignored(SIGPIPE);
    auto pipe = make_pipe();
    pipe.reader.reset();
    const auto written = OutputFile::borrow(pipe.writer.get(), "standard output").write("one\n");
    EXPECT_EQ(written.bytes, 0U);
    ASSERT_TRUE(written.error);
    EXPECT_EQ(written.error->code, EPIPE);
    EXPECT_EQ(written.error->message, "can't write the events to standard output: Broken pipe");
}

TEST(OutputFile, WaitsForRoomInANonBlockingPipe) {
    auto pipe = make_pipe(O_NONBLOCK);
    const std::string filling(4096, '\n');
    std::size_t filled = 0;
    while (::write(pipe.writer.get(), filling.data(), filling.size()) > 0) filled += filling.size();
    const auto file = OutputFile::borrow(pipe.writer.get(), "stdout");

    // The other end of the pipe is a thread that waits too.
    ::fcntl(pipe.reader.get(), F_SETFL, 0);
    std::string received;
    std::thread reader([&] { received = read_to_end(pipe.reader); });
    const auto written = file.write(std::string(1 << 20, '\n'));
    pipe.writer.reset();
    reader.join();

    EXPECT_FALSE(written.error);
    EXPECT_EQ(received.size(), filled + (1 << 20));
}

TEST(OutputFile, BorrowsADescriptorWithoutClosingIt) {
    const auto pipe = make_pipe();
    {
        auto file = OutputFile::borrow(pipe.writer.get(), "stdout");
        EXPECT_FALSE(file.open_again().has_value());
        EXPECT_TRUE(file.close());
    }
    EXPECT_TRUE(is_open(pipe.writer.get()));
}

TEST(OutputFileOpen, SaysWhichFileCannotBeOpened) {
    const TempDir directory;
    const auto path = directory / "missing/events";
    const auto file = OutputFile::open(path);
    ASSERT_FALSE(file);
    EXPECT_EQ(file.error().code, ENOENT);
    EXPECT_EQ(file.error().kind, ErrorKind::failure);
    EXPECT_THAT(file.error().message,
                AllOf(HasSubstr('\'' + path + '\''), HasSubstr("No such file or directory"), Not(HasSubstr("\n"))));
}

TEST(OutputFileOpen, TruncatesWhatIsThere) {
    const TempDir directory;
    write_file(directory / "events", "of yesterday\n");
    const auto file = opened(directory / "events");
    EXPECT_EQ(read_file(directory / "events"), "");
}

TEST(OutputFileAgain, AppendsToWhatIsThere) {
    const TempDir directory;
    const auto file = opened(directory / "events");
    file.write("one\n");
    const auto again = file.open_again();
    ASSERT_TRUE(again && *again);
    (*again)->write("two\n");
    // Also to what somebody else has written since.
    std::ofstream(directory / "events", std::ios::app) << "theirs\n";
    (*again)->write("three\n");
    EXPECT_EQ(read_file(directory / "events"), "one\ntwo\ntheirs\nthree\n");
    EXPECT_TRUE((*again)->is_same_as(file));
}

TEST(OutputFileAgain, IsANewOneWhereTheOldOneWasRenamed) {
    const TempDir directory;
    const auto file = opened(directory / "events");
    std::filesystem::rename(directory / "events", directory / "events.1");
    const auto again = file.open_again();
    ASSERT_TRUE(again && *again);
    EXPECT_FALSE((*again)->is_same_as(file));
    (*again)->write("two\n");
    EXPECT_EQ(read_file(directory / "events"), "two\n");
}

}  // namespace
}  // namespace exectap
