// SPDX-License-Identifier: MIT OR Apache-2.0
// However attempts are folded, each is counted: told, not queued, or not written.
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <vector>

#include "sink/folding_sink.h"
#include "sink/line.h"
#include "sink/text_sink.h"
#include "unit/allocations.h"
#include "unit/files.h"
#include "unit/folded.h"
#include "unit/outputs.h"

namespace exectap {
namespace {

using namespace std::literals;

// Counts what it gets, and forgets it.
class Counter final : public Sink {
public:
    void begin(const TraceStart& /*start*/) override {}
    void write(const ProcessInfo& /*process*/) override {}
    void write(const TargetChange& /*change*/) override {}
    void write(const Event& event) override {
        counts.at(event.index())++;
        if (const auto* exec = std::get_if<ExecEvent>(&event)) counts[1] += exec->call.folded_attempts;
        if (const auto* attempt = std::get_if<AttemptEvent>(&event)) counts[1] += attempt->call.folded_attempts;
        told++;
    }
    void end(const TraceEnd& /*end*/) override {}
    void flush() override {}
    SinkLosses losses() const override { return {}; }

    std::array<std::uint64_t, 5> counts{};
    std::uint64_t told = 0;
};

Event random_event(std::mt19937& random) {
    const std::vector<const char*> names = {"ls", "cat", "as"};
    const std::vector<const char*> directories = {"/a", "/b", "/c", "/d"};
    auto attempt = step(names.at(random() % 3), directories.at(random() % 4));
    auto exec = ran(names.at(random() % 3), directories.at(random() % 4));
    const auto pid = static_cast<std::uint32_t>(100 + random() % 80);
    attempt.call.tid = attempt.call.pid = pid;
    exec.call.tid = exec.call.pid = pid;
    exec.is_script = random() % 3 == 0;
    attempt.call.since_boot = std::chrono::nanoseconds(random());
    if (random() % 10 == 0) attempt.error = EACCES;
    switch (random() % 20) {
        case 0:
        case 1: return exec;
        case 2: return ExitEvent{.pid = pid};
        case 3: return ForkEvent{.pid = pid};
        case 4: return loss({}, 1);
        default: return attempt;
    }
}

TEST(FoldingSinkCounts, TellAllThatCameIn) {
    for (unsigned seed = 1; seed <= 100; seed++) {
        std::mt19937 random(seed);
        Counter counter;
        FoldingSink sink(counter, {.folds = true, .joins_exec = seed % 2 == 0});
        std::array<std::uint64_t, 5> came_in{};
        for (int i = 0; i < 1000; i++) {
            const auto event = random_event(random);
            came_in.at(event.index())++;
            sink.write(event);
            if (i % 97 == 0) sink.flush();
        }
        sink.end_events();
        EXPECT_EQ(counter.counts, came_in) << "seed " << seed;
        EXPECT_LT(counter.told, 1000U) << "nothing was folded";
    }
}

TEST(FoldingSinkCounts, TakeNoMemoryOnceItIsThere) {
    Counter counter;
    FoldingSink sink(counter, {.folds = true, .joins_exec = true});
    std::vector<Event> events;
    for (std::uint32_t pid = 100; pid < 200; pid++) {
        for (const auto* directory : {"/usr/local/bin", "/usr/bin", "/bin"}) {
            auto attempt = step("a-long-name-that-is-in-no-directory", directory);
            attempt.call.tid = attempt.call.pid = pid;
            events.emplace_back(attempt);
        }
    }
    for (const auto& event : events) sink.write(event);
    const auto before = allocations();
    for (const auto& event : events) sink.write(event);
    sink.end_events();
    EXPECT_EQ(allocations() - before, 0U);
    EXPECT_EQ(counter.counts[1], 600U);
}

std::unique_ptr<LineQueue> queue_of(std::size_t bytes) {
    auto queue = LineQueue::create(bytes);
    if (!queue) throw std::runtime_error(queue.error().message);
    return std::move(*queue);
}

TEST(LineQueueFolded, CountsAllThatALineTellsOf) {
    const auto queue = queue_of(64 << 10);
    EXPECT_TRUE(queue->push("one\n", {Tells::attempt, 4}));
    EXPECT_TRUE(queue->push("two\n", {Tells::exec, 2}));
    EXPECT_TRUE(queue->push("three\n", Tells::exit));
    EXPECT_EQ(queue->clear(), (EventCounts{1, 5 + 2, 1, 0}));
}

TEST(LineQueueFolded, CountsThemUntilTheLineWasTakenWhole) {
    const auto queue = queue_of(64 << 10);
    for (const std::size_t taken : {0U, 1U, 3U}) {
        EXPECT_TRUE(queue->push("one\n", {Tells::exec, 4}));
        EXPECT_TRUE(queue->push("two\n", {Tells::attempt, 1}));
        queue->publish();
        queue->pop(taken);
        EXPECT_EQ(queue->clear(), (EventCounts{1, 4 + 2})) << taken;
    }
    EXPECT_TRUE(queue->push("one\n", {Tells::exec, 4}));
    EXPECT_TRUE(queue->push("two\n", {Tells::attempt, 1}));
    queue->publish();
    queue->pop(4);
    EXPECT_EQ(queue->clear(), (EventCounts{0, 2}));
    EXPECT_TRUE(queue->push("one\n", {Tells::exec, 4}));
    queue->publish();
    queue->pop(4);
    EXPECT_EQ(queue->clear(), EventCounts{});
}

TEST(LineQueueFolded, HasRoomForSoManyOnly) {
    constexpr std::uint32_t kMost = (64 << 10) / 32;
    const auto queue = queue_of(64 << 10);
    EXPECT_FALSE(queue->push("one\n", {Tells::attempt, kMost}));
    EXPECT_TRUE(queue->push("one\n", {Tells::attempt, kMost - 1}));
    EXPECT_FALSE(queue->push("two\n", Tells::exec));
    EXPECT_EQ(queue->clear(), (EventCounts{0, kMost}));
    EXPECT_TRUE(queue->push("two\n", Tells::exec));
}

// Else who fills it would wait for room that there seems to be.
TEST(LineQueueFolded, IsNotHalfEmptyWhereItCanRememberNoMore) {
    constexpr std::uint32_t kMost = (64 << 10) / 32;
    const auto queue = queue_of(64 << 10);
    EXPECT_TRUE(queue->push("one\n", {Tells::attempt, kMost / 2 - 1}));
    EXPECT_TRUE(queue->is_half_empty());
    EXPECT_TRUE(queue->push("two\n", Tells::exec));
    EXPECT_FALSE(queue->is_half_empty());
    queue->publish();
    queue->pop(4);
    EXPECT_TRUE(queue->is_half_empty());
}

EventCounts not_written_of(OutputFile file, std::size_t lines) {
    auto output = output_to(std::move(file));
    output.start();
    TextSink sink(output, std::make_unique<LineFormat>(Clock{}));
    auto attempt = step("ls", "/bin");
    attempt.call.folded_attempts = 4;
    auto exec = ran("ls", "/bin");
    exec.call.folded_attempts = 2;
    for (std::size_t i = 0; i < lines; i++) sink.write(attempt);
    sink.write(exec);
    sink.flush();
    while (!output.failure() && !output.is_written()) continue;
    sink.write(attempt);
    sink.write(exec);
    return sink.losses().not_written;
}

TEST(OutputFolded, CountsWhatWasNotWrittenBeforeAndAfterAnError) {
    auto file = OutputFile::open("/dev/full");
    ASSERT_TRUE(file);
    EXPECT_EQ(not_written_of(std::move(*file), 3), (EventCounts{2, 4 * 5 + 2 * 2}));
}

TEST(OutputFolded, CountsALineThatWasWrittenInPart) {
    const TempDir directory;
    auto file = OutputFile::open(directory / "events");
    ASSERT_TRUE(file);
    auto attempt = step("ls", "/bin");
    attempt.call.folded_attempts = 4;
    const FileSizeLimit limit(line_of(attempt).size() + 1);
    EXPECT_EQ(not_written_of(std::move(*file), 3), (EventCounts{2, 3 * 5 + 2 * 2}));
}

TEST(TextSinkFolded, CountsWhatFoundNoRoom) {
    auto output = output_to(OutputFile::borrow(-1, "nowhere"));
    TextSink sink(output, std::make_unique<LineFormat>(Clock{}));
    std::uint64_t written = 0;
    auto attempt = step("ls", "/bin");
    attempt.call.folded_attempts = 9;
    auto exec = ran("ls", "/bin");
    exec.call.folded_attempts = 2;
    for (std::uint64_t seq = 1; seq <= 2000; seq++) {
        attempt.call.seq = seq;
        sink.write(attempt);
        if (sink.losses().not_queued == EventCounts{}) written = seq;
    }
    EXPECT_LT(written, 2000U);
    EXPECT_EQ(sink.losses().not_queued, (EventCounts{0, (2000 - written) * 10}));
    sink.write(exec);
    EXPECT_EQ(sink.losses().not_queued, (EventCounts{1, (2000 - written) * 10 + 2}));
}

}  // namespace
}  // namespace exectap
