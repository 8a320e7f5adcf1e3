// SPDX-License-Identifier: MIT OR Apache-2.0
// TextSink: when lines go out, and what is told of those that found no room.
#include "sink/text_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sink/line.h"
#include "unit/events.h"
#include "unit/files.h"
#include "unit/outputs.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::SizeIs;

ExecEvent exec(std::uint64_t seq, std::string_view argument) {
    auto call = ls_call();
    call.seq = seq;
    call.since_boot = std::chrono::seconds(seq);
    call.arguments = whole_arguments(argument);
    return {call};
}

// Shows of an event what a test looks at, and counts how often it was asked.
class ShortFormat final : public Format {
public:
    explicit ShortFormat(int& asked) : asked_(asked) {}

    using Format::append;
    void append(std::string& out, const Event& event) override {
        asked_++;
        if (std::holds_alternative<ForkEvent>(event)) return;
        const auto* lost = std::get_if<LostEvent>(&event);
        out += "seq " + std::to_string(seq_of(event));
        if (lost != nullptr)
            out += " lost " + std::to_string(lost->count) + (lost->reason == LossReason::queue ? " queue " : " ring ") +
                   std::to_string(lost->from / 1s) + "-" + std::to_string(lost->to / 1s);
        // Long, so that few fit.
        if (lost == nullptr) out += " " + std::string(9'000, 'x');
        out += '\n';
    }

private:
    int& asked_;
};

// A sink before a pipe that nobody reads yet.
struct Stopped {
    Pipe pipe = make_pipe();
    int asked = 0;
    bool is_started = false;
    Output output = output_to(OutputFile::borrow(pipe.writer.get(), "stdout"));
    TextSink sink{output, std::make_unique<ShortFormat>(asked)};

    // Reads to the end, while the rest is written; without the filling.
    std::vector<std::string> finish() {
        std::string text;
        std::thread reader([&] { text = read_to_end(pipe.reader); });
        if (!std::exchange(is_started, true)) output.start();
        // Twice: there is room for what is told of a gap only then.
        for (int i = 0; i < 2; i++) {
            sink.flush();
            while (!output.is_written()) std::this_thread::yield();
        }
        EXPECT_TRUE(output.close());
        pipe.writer.reset();
        reader.join();
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) lines.push_back(line.substr(0, line.find(" x")));
        return lines;
    }
};

TEST(TextSink, DeliversOnFlush) {
    const TempDir directory;
    auto output = output_to(OutputFile::open(directory / "events"));
    TextSink sink(output, std::make_unique<LineFormat>(Clock{}));
    output.start();
    const Event ls = ExecEvent{ls_call()};
    sink.write(ls);
    sink.write(loss({}, 3));
    sink.flush();
    EXPECT_TRUE(output.close());
    EXPECT_EQ(read_file(directory / "events"), line_of(ls) + "[0.000000] lost=3 reason=ring\n");
    EXPECT_EQ(sink.losses().not_queued, EventCounts{});
    EXPECT_EQ(sink.losses().not_written, EventCounts{});
}

TEST(TextSink, TellsInItsPlaceWhatFoundNoRoom) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 10; seq++) stopped.sink.write(exec(seq, "a"));
    EXPECT_EQ(stopped.sink.losses().not_queued, (EventCounts{3}));
    EXPECT_THAT(stopped.finish(),
                ElementsAre("seq 1", "seq 2", "seq 3", "seq 4", "seq 5", "seq 6", "seq 7", "seq 8 lost 3 queue 8-10"));
    EXPECT_EQ(stopped.sink.losses().not_queued, (EventCounts{3}));
    EXPECT_EQ(stopped.sink.losses().not_written, EventCounts{});
}

TEST(TextSink, CountsWhatFoundNoRoomByItsKind) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 8; seq++) stopped.sink.write(exec(seq, "a"));
    stopped.sink.write(AttemptEvent{exec(9, "a").call, 2});
    stopped.sink.write(whole_exit());
    stopped.sink.write(whole_exit());
    EXPECT_EQ(stopped.sink.losses().not_queued, (EventCounts{1, 1, 2, 0}));
}

TEST(TextSink, FormatsNothingThatFindsNoRoomAnyway) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 8; seq++) stopped.sink.write(exec(seq, "a"));
    const auto asked = stopped.asked;
    for (std::uint64_t seq = 9; seq <= 20; seq++) stopped.sink.write(exec(seq, "a"));
    EXPECT_EQ(stopped.asked, asked);
}

TEST(TextSink, KeepsWhatWasLostBeforeItApart) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 8; seq++) stopped.sink.write(exec(seq, "a"));
    stopped.sink.write(LostEvent{.seq = 9, .from = 8s, .to = 20s, .count = 100, .reason = LossReason::ring});
    stopped.sink.write(exec(109, "a"));
    const auto lines = stopped.finish();
    ASSERT_THAT(lines, SizeIs(9));
    // The numbers go on without a gap and without an overlap.
    EXPECT_EQ(lines[7], "seq 8 lost 2 queue 8-109");
    EXPECT_EQ(lines[8], "seq 10 lost 100 ring 8-109");
    EXPECT_EQ(stopped.sink.losses().not_queued, (EventCounts{2}));
}

TEST(TextSink, GoesOnBehindAGapOnceThereIsRoom) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 9; seq++) stopped.sink.write(exec(seq, "a"));
    std::string first(std::size_t{9'000} * 7, '\0');
    std::thread reader([&] { ::read(stopped.pipe.reader.get(), first.data(), first.size()); });
    stopped.output.start();
    stopped.is_started = true;
    stopped.output.flush();
    while (!stopped.output.is_written()) std::this_thread::yield();
    stopped.sink.write(exec(10, "a"));
    reader.join();
    const auto lines = stopped.finish();
    ASSERT_GE(lines.size(), 2U);
    EXPECT_EQ(lines[lines.size() - 2], "seq 8 lost 2 queue 8-9");
    EXPECT_EQ(lines.back(), "seq 10");
}

TEST(TextSink, LosesNothingThatItsFormatDoesNotShow) {
    Stopped stopped;
    for (std::uint64_t seq = 1; seq <= 7; seq++) stopped.sink.write(exec(seq, "a"));
    for (int i = 0; i < 10; i++) stopped.sink.write(whole_fork());
    EXPECT_EQ(stopped.sink.losses().not_queued, EventCounts{});
}

TEST(TextSink, CountsWhatCouldNotBeWritten) {
    auto output = output_to(OutputFile::open("/dev/full"));
    TextSink sink(output, std::make_unique<LineFormat>(Clock{}));
    output.start();
    sink.write(ExecEvent{ls_call()});
    // What only tells of a loss is no event of its own.
    sink.write(loss({}, 3));
    sink.write(whole_exit());
    EXPECT_FALSE(output.close());
    EXPECT_EQ(sink.losses().not_written, (EventCounts{1, 0, 1, 0}));
}

}  // namespace
}  // namespace exectap
