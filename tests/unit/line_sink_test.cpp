// SPDX-License-Identifier: MIT OR Apache-2.0
// LineSink: when lines go out, and when an error is told.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>

#include "sink/line.h"
#include "sink/output.h"
#include "unit/events.h"
#include "unit/files.h"

namespace exectap {
namespace {

Event ls_event() { return ExecEvent{ls_call()}; }

// Until the buffer has gone out by itself. Returns how many events that took.
std::uint64_t write_until_flushed(LineSink& sink, Output& output) {
    std::uint64_t events = 0;
    do {
        sink.write(ls_event());
        events++;
    } while (!output.buffer().empty() && events < 100'000);
    return events;
}

TEST(LineSink, DeliversOnFlush) {
    const TempDir directory;
    auto output = Output::open(directory / "events");
    ASSERT_TRUE(output);
    LineSink sink(*output, {});

    sink.write(ls_event());
    sink.write(loss({}, 3));
    EXPECT_EQ(read_file(directory / "events"), "");

    EXPECT_TRUE(sink.flush());
    EXPECT_EQ(read_file(directory / "events"), line_of(ls_event()) + "[0.000000] lost=3 reason=ring\n");
    EXPECT_EQ(sink.events_not_written(), 0U);
}

TEST(LineSink, ShowsTimesByItsClock) {
    const TempDir directory;
    auto output = Output::open(directory / "events");
    ASSERT_TRUE(output);
    const Clock clock{.style = TimeStyle::start, .start_since_boot = std::chrono::seconds(5), .wall_minus_boot = {}};
    LineSink sink(*output, clock);

    sink.write(loss(std::chrono::seconds(7), 3));
    ASSERT_TRUE(sink.flush());

    EXPECT_EQ(read_file(directory / "events"), "[2.000000] lost=3 reason=ring\n");
}

TEST(LineSink, FlushesAFullBufferByItself) {
    const TempDir directory;
    auto output = Output::open(directory / "events");
    ASSERT_TRUE(output);
    LineSink sink(*output, {});

    const auto events = write_until_flushed(sink, *output);

    const auto line_bytes = line_of(ls_event()).size();
    const auto written = read_file(directory / "events").size();
    EXPECT_EQ(written, events * line_bytes);
    EXPECT_GE(written, std::size_t{64} << 10);
    EXPECT_LT(written, (std::size_t{64} << 10) + line_bytes);
}

TEST(LineSink, TellsAnErrorMetWhileWritingAtTheNextFlush) {
    auto output = Output::open("/dev/full");
    ASSERT_TRUE(output);
    LineSink sink(*output, {});

    const auto events = write_until_flushed(sink, *output);
    sink.write(ls_event());
    const auto flushed = sink.flush();

    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, ENOSPC);
    EXPECT_EQ(sink.events_not_written(), events + 1);
    EXPECT_TRUE(sink.flush());
}

TEST(LineSink, KeepsTheFirstErrorWhileMoreBuffersFill) {
    auto output = Output::open("/dev/full");
    ASSERT_TRUE(output);
    LineSink sink(*output, {});

    auto events = write_until_flushed(sink, *output);
    events += write_until_flushed(sink, *output);

    const auto flushed = sink.flush();
    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, ENOSPC);
    EXPECT_EQ(sink.events_not_written(), events);
}

TEST(LineSink, SaysByTheCodeThatTheReaderHasGone) {
    const IgnoredSignal ignored(SIGPIPE);
    auto pipe = make_pipe();
    pipe.reader.reset();
    auto output = Output::borrow(pipe.writer.get(), "stdout");
    LineSink sink(output, {});

    sink.write(ls_event());
    sink.write(ls_event());
    const auto flushed = sink.flush();

    ASSERT_FALSE(flushed);
    EXPECT_EQ(flushed.error().code, EPIPE);
    EXPECT_EQ(sink.events_not_written(), 2U);
}

}  // namespace
}  // namespace exectap
