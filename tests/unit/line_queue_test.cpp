// SPDX-License-Identifier: MIT OR Apache-2.0
// What waits to be written: bounded, in order, and counted.
#include "sink/line_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

namespace exectap {
namespace {

constexpr std::size_t kBytes = 64 << 10;

std::unique_ptr<LineQueue> queue_of(std::size_t bytes) {
    auto queue = LineQueue::create(bytes);
    if (!queue) throw std::runtime_error(queue.error().message);
    return std::move(*queue);
}

std::string line(char letter, std::size_t bytes) { return std::string(bytes - 1, letter) + '\n'; }

// Takes all that is there, in as many parts as it comes.
std::string take_all(LineQueue& queue) {
    std::string text;
    for (auto part = queue.front(); !part.empty(); part = queue.front()) {
        text += part;
        queue.pop(part.size());
    }
    return text;
}

TEST(LineQueue, HandsOverWhatWasPublishedOnly) {
    const auto queue = queue_of(kBytes);
    EXPECT_TRUE(queue->push("one\n", Tells::exec));
    EXPECT_EQ(queue->front(), "");
    queue->publish();
    EXPECT_TRUE(queue->push("two\n", Tells::exec));
    EXPECT_EQ(take_all(*queue), "one\n");
    EXPECT_FALSE(queue->is_empty());
    queue->publish();
    EXPECT_EQ(take_all(*queue), "two\n");
    EXPECT_TRUE(queue->is_empty());
}

TEST(LineQueue, TakesNothingOfALineThatDoesNotFit) {
    const auto queue = queue_of(kBytes);
    EXPECT_TRUE(queue->push(line('a', kBytes - 100), Tells::exec));
    EXPECT_FALSE(queue->push(line('b', 101), Tells::exec));
    EXPECT_TRUE(queue->push(line('c', 100), Tells::exec));
    EXPECT_FALSE(queue->push("d\n", Tells::exec));
    queue->publish();
    EXPECT_EQ(take_all(*queue), line('a', kBytes - 100) + line('c', 100));
}

TEST(LineQueue, HasRoomAgainForWhatWasTaken) {
    const auto queue = queue_of(kBytes);
    std::string pushed;
    std::string taken;
    // Goes round its memory many times, in steps that don't divide it.
    const auto push = [&](char letter) {
        ASSERT_TRUE(queue->push(line(letter, 9'999), Tells::exec));
        pushed += line(letter, 9'999);
        queue->publish();
    };
    push('0');
    push('1');
    for (char letter = 'a'; letter <= 'z'; letter++) {
        push(letter);
        // Something always stays, so that it never begins anew.
        for (std::size_t left = 9'999; left > 0;) {
            const auto part = queue->front().substr(0, std::min<std::size_t>(left, 4'000));
            taken += part;
            queue->pop(part.size());
            left -= part.size();
        }
    }
    EXPECT_EQ(taken + take_all(*queue), pushed);
}

TEST(LineQueue, IsHalfEmptyAtHalfItsSize) {
    const auto queue = queue_of(kBytes);
    EXPECT_TRUE(queue->push(line('a', kBytes / 2), Tells::exec));
    EXPECT_TRUE(queue->is_half_empty());
    EXPECT_TRUE(queue->push(line('a', 33), Tells::exec));
    EXPECT_FALSE(queue->is_half_empty());
}

TEST(LineQueue, CountsWhatIsThrownAwayByItsKind) {
    const auto queue = queue_of(kBytes);
    EXPECT_TRUE(queue->push("start\n", Tells::aside));
    EXPECT_TRUE(queue->push("one\n", Tells::exec));
    EXPECT_TRUE(queue->push("two\n", Tells::exec));
    EXPECT_TRUE(queue->push("three\n", Tells::attempt));
    EXPECT_TRUE(queue->push("four\n", Tells::exit));
    EXPECT_TRUE(queue->push("five\n", Tells::fork));
    EXPECT_TRUE(queue->push("lost\n", Tells::aside));
    queue->publish();
    // The first event, and all but the last byte of the second.
    queue->pop(6 + 4 + 3);
    EXPECT_EQ(queue->clear(), (EventCounts{1, 1, 1, 1}));
    EXPECT_TRUE(queue->is_empty());
    EXPECT_EQ(queue->clear(), EventCounts{});

    EXPECT_TRUE(queue->push("six\n", Tells::exec));
    queue->publish();
    EXPECT_EQ(take_all(*queue), "six\n");
}

TEST(LineQueue, CountsWhatWasNotPublishedToo) {
    const auto queue = queue_of(kBytes);
    EXPECT_TRUE(queue->push("one\n", Tells::exec));
    queue->publish();
    EXPECT_TRUE(queue->push("two\n", Tells::exec));
    EXPECT_EQ(queue->clear(), (EventCounts{2}));
    EXPECT_EQ(queue->front(), "");
}

TEST(LineQueue, IsFullOfVeryShortLinesToo) {
    const auto queue = queue_of(kBytes);
    std::size_t lines = 0;
    while (queue->push("\n", Tells::exec)) lines++;
    EXPECT_GT(lines, 1000U);
    queue->publish();
    EXPECT_EQ(take_all(*queue).size(), lines);
    EXPECT_TRUE(queue->push("\n", Tells::exec));
}

// Pages of all memory of this process that are there now.
std::size_t resident_pages() {
    std::ifstream file("/proc/self/statm");
    std::size_t size = 0;
    std::size_t resident = 0;
    file >> size >> resident;
    return resident;
}

TEST(LineQueue, TakesMemoryWhenItIsNeededAndGivesItBack) {
    constexpr std::size_t kLarge = 256 << 20;
    constexpr std::size_t kPage = 4096;
    const auto before = resident_pages();
    const auto queue = queue_of(kLarge);
    const auto text = line('x', 1 << 20);
    for (int i = 0; i < 10'000; i++) {
        ASSERT_TRUE(queue->push(std::string_view(text).substr(0, 1000), Tells::exec));
        queue->publish();
        queue->pop(1000);
    }
    EXPECT_LT(resident_pages() - before, (16 << 20) / kPage);
    for (int i = 0; i < 128; i++) ASSERT_TRUE(queue->push(text, Tells::exec));
    EXPECT_GT(resident_pages() - before, (100 << 20) / kPage);
    queue->publish();
    // Without a copy: only the queue's own memory is to change.
    while (!queue->is_empty()) queue->pop(queue->front().size());
    ASSERT_TRUE(queue->push("one\n", Tells::exec));
    EXPECT_LT(resident_pages() - before, (16 << 20) / kPage);
}

TEST(LineQueue, IsFilledByOneThreadAndEmptiedByAnother) {
    const auto queue = queue_of(kBytes);
    constexpr int kLines = 20'000;
    std::string received;
    std::thread reader([&] {
        for (int lines = 0; lines < kLines;) {
            const auto part = queue->front();
            if (part.empty()) std::this_thread::yield();
            received += part;
            lines += static_cast<int>(std::count(part.begin(), part.end(), '\n'));
            queue->pop(part.size());
        }
    });
    std::string expected;
    for (int i = 0; i < kLines; i++) {
        const auto text = std::to_string(i) + '\n';
        while (!queue->push(text, Tells::exec)) std::this_thread::yield();
        expected += text;
        queue->publish();
    }
    reader.join();
    EXPECT_TRUE(received == expected);
}

TEST(LineQueueCreate, SaysThatThereIsNoMemory) {
    const auto queue = LineQueue::create(std::size_t{1} << 60);
    ASSERT_FALSE(queue);
    EXPECT_EQ(queue.error().code, ENOMEM);
    EXPECT_NE(queue.error().message.find("--buffer"), std::string::npos);
}

}  // namespace
}  // namespace exectap
