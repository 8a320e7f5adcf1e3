// SPDX-License-Identifier: MIT OR Apache-2.0
// The table under streams that are endless, or lie: it is bounded in memory, and forgets in order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "unit/process_table.h"

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::literals;

long peak_memory_kb() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss;
}

TEST(ProcessTable, AMillionShortLivedProgramsStayWithinItsBounds) {
    ProcessTable table({.most_programs = 1000});
    table.add(seeded(id_of(1), "init"));
    table.add(seeded(id_of(2), "make", id_of(1)));
    constexpr std::uint32_t kPrograms = 1'000'000;
    const auto memory_before = peak_memory_kb();
    for (std::uint32_t pid = 10; pid < 10 + kPrograms; pid++) {
        table.apply(fork_of(id_of(2), id_of(pid)));
        table.apply(exec_of(id_of(pid, 1), "cc", id_of(2)));
        if (pid % 1000 == 0) {
            ASSERT_THAT(line_of(table, id_of(pid, 1)).names, ElementsAre("make", "init"));
            ASSERT_TRUE(line_of(table, id_of(pid, 1)).is_whole);
        }
        table.apply(exit_of(id_of(pid, 1)));
    }

    EXPECT_THAT(table.snapshot().programs, SizeIs(1000));
    EXPECT_EQ(table.forgotten(), 2 * kPrograms + 2 - 1000);
    // All of them would take 160 MB.
    EXPECT_LT(peak_memory_kb() - memory_before, 50'000);
}

TEST(ProcessTable, ForgetsWhatIsOverFirstAndOldestFirst) {
    ProcessTable table({.most_programs = 5});
    for (const auto pid : {1U, 2U, 3U, 4U, 5U}) table.add(seeded(id_of(pid), "x"));
    table.apply(exit_of(id_of(4)));
    table.apply(exit_of(id_of(2)));

    table.add(seeded(id_of(6), "x"));
    EXPECT_THAT(pids(table), ElementsAre(1, 2, 3, 5, 6));
    table.add(seeded(id_of(7), "x"));
    EXPECT_THAT(pids(table), ElementsAre(1, 3, 5, 6, 7));
    table.add(seeded(id_of(8), "x"));
    EXPECT_THAT(pids(table), ElementsAre(3, 5, 6, 7, 8));
    EXPECT_EQ(table.forgotten(), 3);
}

TEST(ProcessTable, ForgetsAReplacedProgramBeforeOneThatRuns) {
    ProcessTable table({.most_programs = 3});
    table.add(seeded(id_of(1), "x"));
    table.add(seeded(id_of(2), "x"));
    table.apply(exec_of(id_of(2, 1), "y"));
    table.add(seeded(id_of(3), "x"));

    EXPECT_EQ(program(table, id_of(2)), std::nullopt);
    EXPECT_THAT(pids(table), ElementsAre(1, 2, 3));
}

TEST(ProcessTable, NeverForgetsOneThatHasChildren) {
    ProcessTable table({.most_programs = 4});
    table.add(seeded(id_of(1), "init"));
    table.add(seeded(id_of(2), "parent", id_of(1)));
    table.add(seeded(id_of(3), "child", id_of(2)));
    table.apply(exit_of(id_of(1)));
    table.apply(exit_of(id_of(2)));

    // A leaf of the living goes, for all that the dead above it were there first.
    table.add(seeded(id_of(4), "x"));
    table.add(seeded(id_of(5), "x"));
    EXPECT_THAT(pids(table), ElementsAre(1, 2, 4, 5));

    // Now these are leaves one after the other.
    table.add(seeded(id_of(6), "x"));
    EXPECT_THAT(pids(table), ElementsAre(1, 4, 5, 6));
    table.add(seeded(id_of(7), "x"));
    EXPECT_THAT(pids(table), ElementsAre(4, 5, 6, 7));
}

TEST(ProcessTable, ALineLosesItsYoungEndOnlyWhenThereIsNothingElse) {
    ProcessTable table({.most_programs = 3});
    table.add(seeded(id_of(1), "a"));
    table.add(seeded(id_of(2), "b", id_of(1)));
    table.add(seeded(id_of(3), "c", id_of(2)));
    table.add(seeded(id_of(4), "d", id_of(3)));

    EXPECT_THAT(pids(table), ElementsAre(1, 2, 3));
    EXPECT_FALSE(line_of(table, id_of(4)).is_whole);
}

TEST(ProcessTable, ParentsOfWhichNothingIsKnownGoWithTheirLastChild) {
    ProcessTable table({.most_programs = 10});
    for (std::uint32_t pid = 100; pid < 1100; pid++) {
        table.apply(exec_of(id_of(pid, 1), "x", id_of(pid + 10'000)));
        ASSERT_LE(table.snapshot().programs.size(), 10);
    }
    // Each takes the room of two.
    EXPECT_THAT(table.snapshot().programs, SizeIs(5));
    EXPECT_EQ(table.forgotten(), 995);
}

TEST(ProcessTable, WorksWithoutRoom) {
    for (const std::size_t most : {0U, 1U}) {
        ProcessTable table({.most_programs = most});
        table.add(seeded(id_of(1), "a"));
        table.apply(fork_of(id_of(1), id_of(2)));
        table.apply(exec_of(id_of(2, 1), "x", id_of(1)));
        table.apply(attempt_of(id_of(3), "y", id_of(9)));
        table.apply(exit_of(id_of(2, 1)));
        EXPECT_LE(table.snapshot().programs.size(), most);
    }
}

TEST(ProcessTable, AProgramIsNotItsOwnParent) {
    ProcessTable table;
    table.add(seeded(id_of(1), "a", id_of(1)));
    table.apply(exec_of(id_of(2), "b", id_of(2)));
    table.apply(fork_of(id_of(3), id_of(3)));
    table.apply(attempt_of(id_of(4), "d", id_of(4)));

    for (const auto pid : {1U, 2U, 3U, 4U}) {
        EXPECT_THAT(line_of(table, id_of(pid)).names, IsEmpty());
        EXPECT_FALSE(line_of(table, id_of(pid)).is_whole);
        EXPECT_EQ(program(table, id_of(pid))->parent_exec_id, std::nullopt);
    }
}

TEST(ProcessTable, ACycleBreaksOff) {
    for (const std::uint32_t length : {2U, 3U, 100U, 20'000U}) {
        ProcessTable table;
        for (std::uint32_t pid = 1; pid <= length; pid++)
            table.apply(exec_of(id_of(pid), "x", id_of(pid == length ? 1 : pid + 1)));

        EXPECT_THAT(pids(table), SizeIs(length));
        for (const auto pid : {1U, 2U, length}) EXPECT_FALSE(line_of(table, id_of(pid), 1'000'000).is_whole) << length;
        EXPECT_LT(line_of(table, id_of(1), 1'000'000).names.size(), length);
    }
}

TEST(ProcessTable, ACycleOfForksAndAttemptsBreaksOff) {
    ProcessTable table({.most_programs = 4});
    for (int round = 0; round < 100; round++) {
        table.apply(fork_of(id_of(1), id_of(2)));
        table.apply(fork_of(id_of(2), id_of(3)));
        table.apply(fork_of(id_of(3), id_of(1)));
        table.apply(attempt_of(id_of(1), "x", id_of(3)));
        table.add(seeded(id_of(1), "x", id_of(2)));
    }

    EXPECT_THAT(table.snapshot().programs, SizeIs(3));
    EXPECT_THAT(line_of(table, id_of(3), 100).names, SizeIs(testing::Le(3)));
}

// Whatever comes, bounds hold and walks end.
TEST(ProcessTable, SurvivesStreamsOfNonsense) {
    std::uint64_t random = 1;
    const auto next = [&](std::uint64_t below) {
        random = random * 6364136223846793005U + 1442695040888963407U;
        return (random >> 33U) % below;
    };
    const auto any_id = [&] { return id_of(static_cast<std::uint32_t>(next(40)), next(3)); };
    ProcessTable table({.most_programs = 30});
    for (int event = 0; event < 100'000; event++) {
        const auto parent = next(3) == 0 ? std::nullopt : std::optional(any_id());
        switch (next(5)) {
            case 0: table.add(seeded(any_id(), "s", parent)); break;
            case 1: table.apply(exec_of(any_id(), "e", parent)); break;
            case 2: table.apply(attempt_of(any_id(), "a", parent)); break;
            case 3: table.apply(exit_of(any_id(), 1)); break;
            default: table.apply(fork_of(any_id(), any_id())); break;
        }
        ASSERT_LE(line_of(table, any_id(), 1000).names.size(), 30);
        if (event % 100 != 0) continue;
        const auto tree = table.snapshot();
        ASSERT_LE(tree.programs.size(), 30);
        // Parents before their children: no parent that is there comes later.
        for (auto it = tree.programs.begin(); it != tree.programs.end(); ++it)
            ASSERT_TRUE(std::none_of(it, tree.programs.end(),
                                     [&](const auto& later) { return later.exec_id == it->parent_exec_id; }));
    }
}

}  // namespace
}  // namespace exectap
