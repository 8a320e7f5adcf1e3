// SPDX-License-Identifier: MIT OR Apache-2.0
// TextSink: targets that come and go while nobody reads what is written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "sink/text_sink.h"
#include "unit/events.h"
#include "unit/files.h"
#include "unit/outputs.h"

namespace exectap {
namespace {

using testing::ElementsAre;

TargetChange change_of(std::string name) {
    TargetChange change;
    change.target = std::move(name);
    return change;
}

// "unit:a", "seq 3", "lost 2", "end"; an event or a change is as long as `line_bytes`.
class ShortFormat final : public Format {
public:
    explicit ShortFormat(std::size_t line_bytes) : line_bytes_(line_bytes) {}

    using Format::append;
    void append(std::string& out, const TargetChange& change) override { append_long(out, change.target); }
    void append(std::string& out, const Event& event) override {
        if (const auto* lost = std::get_if<LostEvent>(&event)) {
            out += "lost " + std::to_string(lost->count) + '\n';
            return;
        }
        append_long(out, "seq " + std::to_string(seq_of(event)));
    }
    void end(std::string& out, const TraceEnd& /*end*/) override { out += "end\n"; }

private:
    void append_long(std::string& out, std::string_view text) const {
        out += text;
        out += ' ' + std::string(line_bytes_ - text.size() - 2, 'x') + '\n';
    }

    std::size_t line_bytes_;
};

// A sink before a pipe that nobody reads yet: 64 KiB wait at most, and nothing is written before start().
struct Stopped {
    explicit Stopped(std::size_t line_bytes) : sink(output, std::make_unique<ShortFormat>(line_bytes)) {}

    void write_event(std::uint64_t seq) {
        auto call = ls_call();
        call.seq = seq;
        sink.write(ExecEvent{call});
    }

    // function() is run while all is read and written.
    template <typename Function>
    std::vector<std::string> read_during(Function function) {
        std::string text;
        std::thread reader([&] { text = read_to_end(pipe.reader); });
        output.start();
        function();
        EXPECT_TRUE(output.close());
        pipe.writer.reset();
        reader.join();
        std::vector<std::string> lines;
        std::istringstream stream(text);
        for (std::string line; std::getline(stream, line);) lines.push_back(line.substr(0, line.find(" x")));
        return lines;
    }

    void flush_twice() {
        for (int i = 0; i < 2; i++) {
            sink.flush();
            while (!output.is_written()) std::this_thread::yield();
        }
    }

    Pipe pipe = make_pipe();
    Output output = output_to(OutputFile::borrow(pipe.writer.get(), "stdout"));
    TextSink sink;
};

TEST(TextSink, EndsThoughMoreChangesOfTargetsWaitThanTheQueueHolds) {
    constexpr std::size_t kChanges = 20;
    Stopped stopped(9'000);
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < kChanges; i++) {
        expected.push_back("unit:" + std::to_string(i));
        stopped.sink.write(change_of(expected.back()));
    }
    expected.emplace_back("end");
    EXPECT_EQ(stopped.read_during([&] { stopped.sink.end({}); }), expected);
}

TEST(TextSink, TellsOfChangesAsRoomIsMadeThoughAllOfThemFindNone) {
    Stopped stopped(9'000);
    std::vector<std::string> expected;
    for (std::size_t i = 0; i < 16; i++) {
        expected.push_back("unit:" + std::to_string(i));
        stopped.sink.write(change_of(expected.back()));
    }
    EXPECT_EQ(stopped.read_during([&] {
        for (int i = 0; i < 3; i++) stopped.flush_twice();
    }),
              expected);
}

TEST(TextSink, TellsOfAChangeAtOnceWhileThereIsRoom) {
    Stopped stopped(100);
    stopped.write_event(1);
    stopped.sink.write(change_of("unit:a"));
    stopped.write_event(2);
    EXPECT_THAT(stopped.read_during([&] { stopped.flush_twice(); }), ElementsAre("seq 1", "unit:a", "seq 2"));
}

TEST(TextSink, KeepsChangesThatFindNoRoomAndTellsThemLaterInTheirOrder) {
    Stopped stopped(9'000);
    for (std::uint64_t seq = 1; seq <= 7; seq++) stopped.write_event(seq);
    for (const char* name : {"unit:a", "unit:b", "unit:c"}) stopped.sink.write(change_of(name));
    stopped.write_event(8);
    EXPECT_THAT(stopped.read_during([&] { stopped.flush_twice(); }),
                ElementsAre("seq 1", "seq 2", "seq 3", "seq 4", "seq 5", "seq 6", "seq 7", "unit:a", "unit:b", "unit:c",
                            "lost 1"));
    // A change is no event: it is in no count of what was lost.
    EXPECT_EQ(stopped.sink.losses().not_queued, (EventCounts{1}));
}

TEST(TextSink, TellsOfChangesThatFoundNoRoomBeforeTheNextEvent) {
    Stopped stopped(9'000);
    for (std::uint64_t seq = 1; seq <= 7; seq++) stopped.write_event(seq);
    stopped.sink.write(change_of("unit:a"));
    const auto lines = stopped.read_during([&] {
        stopped.output.flush();
        while (!stopped.output.is_written()) std::this_thread::yield();
        stopped.write_event(8);
        stopped.flush_twice();
    });
    ASSERT_EQ(lines.size(), 9U);
    EXPECT_EQ(lines[7], "unit:a");
    EXPECT_EQ(lines[8], "seq 8");
}

TEST(TextSink, KeepsABoundedNumberOfChangesTheFirstOnes) {
    constexpr std::size_t kLineBytes = 9'000;
    constexpr std::size_t kMostKept = (1 << 20) / kLineBytes + 1;
    Stopped stopped(kLineBytes);
    for (std::size_t i = 0; i < 1'000; i++) stopped.sink.write(change_of("unit:" + std::to_string(i)));
    auto lines = stopped.read_during([&] { stopped.sink.end({}); });
    ASSERT_GE(lines.size(), kMostKept);
    EXPECT_LE(lines.size(), kMostKept + (64 << 10) / kLineBytes + 2);
    EXPECT_EQ(lines.back(), "end");
    lines.pop_back();
    for (std::size_t i = 0; i < lines.size(); i++) EXPECT_EQ(lines[i], "unit:" + std::to_string(i));
}

}  // namespace
}  // namespace exectap
