// SPDX-License-Identifier: MIT OR Apache-2.0
// Ancestry: over forks that never exec, dead parents, lost and late events.
#include "unit/process_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using namespace std::literals;

using State = Program::State;

// A shell that ran before, and what it started: `make`, which runs `cc`.
class ProcessTableTest : public testing::Test {
protected:
    void SetUp() override {
        table.add(seeded(id_of(1), "sshd"));
        table.add(seeded(id_of(2), "bash", id_of(1)));
        start(id_of(2), 3, "make");
        start(id_of(3, 1), 4, "cc");
    }

    void start(const ExecId& parent, std::uint32_t pid, std::string_view new_comm) {
        table.apply(fork_of(parent, id_of(pid)));
        table.apply(exec_of(id_of(pid, 1), new_comm, parent));
    }

    ProcessTable table;
};

TEST_F(ProcessTableTest, NamesTheAncestorsOfAnExecNearestFirst) {
    const auto line = line_of(table, id_of(4, 1));

    EXPECT_THAT(line.names, ElementsAre("make", "bash", "sshd"));
    EXPECT_TRUE(line.is_whole);
}

TEST_F(ProcessTableTest, KnowsForksThatNeverExec) {
    table.apply(fork_of(id_of(2), id_of(10)));
    table.apply(fork_of(id_of(10), id_of(11)));
    start(id_of(11), 12, "ls");

    EXPECT_THAT(line_of(table, id_of(12, 1)).names, ElementsAre("bash", "bash", "bash", "sshd"));
    EXPECT_EQ(program(table, id_of(11))->name, "bash");
    EXPECT_EQ(program(table, id_of(11))->state, State::running);
    EXPECT_EQ(program(table, id_of(11))->replaced_exec_id, std::nullopt);
}

TEST_F(ProcessTableTest, KeepsTheLineOverDeadParents) {
    table.apply(exit_of(id_of(3, 1)));
    table.apply(exit_of(id_of(2)));
    table.apply(exec_of(id_of(4, 2), "as", id_of(3, 1)));

    const auto line = line_of(table, id_of(4, 2));
    EXPECT_THAT(line.names, ElementsAre("make", "bash", "sshd"));
    EXPECT_TRUE(line.is_whole);
}

// What a process ran before is no ancestor of what it runs now.
TEST_F(ProcessTableTest, LeavesOutWhatTheSameProcessRanBefore) {
    table.apply(exec_of(id_of(4, 2), "as", id_of(3, 1)));

    EXPECT_THAT(line_of(table, id_of(4, 2)).names, ElementsAre("make", "bash", "sshd"));
    EXPECT_EQ(program(table, id_of(4, 2))->replaced_exec_id, id_of(4, 1));
}

TEST_F(ProcessTableTest, AChildPointsAtWhatItsParentRanWhenItForked) {
    table.apply(exec_of(id_of(3, 2), "ninja", id_of(2)));
    start(id_of(3, 2), 5, "ld");

    EXPECT_THAT(line_of(table, id_of(4, 1)).names, ElementsAre("make", "bash", "sshd"));
    EXPECT_THAT(line_of(table, id_of(5, 1)).names, ElementsAre("ninja", "bash", "sshd"));
}

TEST_F(ProcessTableTest, AnExecThatDoesNotSayItsParentKeepsItsPredecessors) {
    table.apply(exec_of(id_of(4, 2), "as"));
    table.apply(exec_of(id_of(1, 1), "sshd2"));

    EXPECT_THAT(line_of(table, id_of(4, 2)).names, ElementsAre("make", "bash", "sshd"));
    EXPECT_TRUE(line_of(table, id_of(4, 2)).is_whole);
    EXPECT_THAT(line_of(table, id_of(1, 1)).names, IsEmpty());
    EXPECT_TRUE(line_of(table, id_of(1, 1)).is_whole);
}

TEST_F(ProcessTableTest, VisitsNoMoreThanWereAskedFor) {
    EXPECT_THAT(line_of(table, id_of(4, 1), 2).names, ElementsAre("make", "bash"));
    EXPECT_FALSE(line_of(table, id_of(4, 1), 2).is_whole);
    EXPECT_TRUE(line_of(table, id_of(4, 1), 3).is_whole);
    EXPECT_THAT(line_of(table, id_of(4, 1), 0).names, IsEmpty());
    EXPECT_FALSE(line_of(table, id_of(4, 1), 0).is_whole);
    EXPECT_TRUE(line_of(table, id_of(1), 0).is_whole);
}

TEST_F(ProcessTableTest, SaysThatTheLineOfAStrangerBreaksOff) {
    EXPECT_THAT(line_of(table, id_of(99)).names, IsEmpty());
    EXPECT_FALSE(line_of(table, id_of(99)).is_whole);
}

TEST_F(ProcessTableTest, LossesAndExitsOfStrangersChangeNothing) {
    table.apply(LostEvent{.count = 3});
    table.apply(exit_of(id_of(99)));

    EXPECT_THAT(pids(table), ElementsAre(1, 2, 3, 3, 4, 4));
}

TEST_F(ProcessTableTest, TellsHowAProgramEnded) {
    table.apply(exit_of(id_of(4, 1), 3));
    table.apply(exit_of(id_of(3, 1), 0, 9));

    EXPECT_EQ(program(table, id_of(4))->state, State::replaced);
    EXPECT_EQ(program(table, id_of(4, 1))->state, State::ended);
    EXPECT_EQ(program(table, id_of(4, 1))->exit_code, 3);
    EXPECT_EQ(program(table, id_of(4, 1))->signal, 0);
    EXPECT_EQ(program(table, id_of(3, 1))->signal, 9);
    EXPECT_EQ(program(table, id_of(2))->state, State::running);
}

TEST_F(ProcessTableTest, AProgramEndsOnce) {
    table.apply(exit_of(id_of(4, 1), 3));
    table.apply(exit_of(id_of(4, 1), 4));
    table.apply(exit_of(id_of(3), 5));
    table.apply(exec_of(id_of(4, 2), "late"));

    EXPECT_EQ(program(table, id_of(4, 1))->state, State::ended);
    EXPECT_EQ(program(table, id_of(4, 1))->exit_code, 3);
    EXPECT_EQ(program(table, id_of(3))->state, State::replaced);
    EXPECT_EQ(program(table, id_of(3))->exit_code, 0);
}

// Tracing began between the exec and its event.
TEST_F(ProcessTableTest, AnExecOfASeededProgramTellsItsNameAndTime) {
    table.add(seeded(id_of(70, 1), "renamed"));
    table.apply(exec_of(id_of(70, 1), "nginx"));

    EXPECT_EQ(program(table, id_of(70, 1))->name, "nginx");
    EXPECT_EQ(program(table, id_of(70, 1))->since_boot, 705ns);
}

TEST_F(ProcessTableTest, TellsWhenAndHowItLearnedOfAProgram) {
    EXPECT_EQ(program(table, id_of(2))->since_boot, 20ns);  // its process's start
    EXPECT_EQ(program(table, id_of(3))->since_boot, 30ns);  // its fork
    EXPECT_EQ(program(table, id_of(3, 1))->since_boot, 35ns);
    EXPECT_TRUE(program(table, id_of(2))->ran_before);
    EXPECT_FALSE(program(table, id_of(3))->ran_before);
    EXPECT_TRUE(program(table, id_of(3))->is_watched);
    EXPECT_EQ(program(table, id_of(3, 1))->parent_exec_id, id_of(2));
    EXPECT_EQ(program(table, id_of(1))->parent_exec_id, std::nullopt);
    auto ancestor = seeded(id_of(50), "systemd");
    ancestor.is_watched = false;
    table.add(ancestor);
    EXPECT_FALSE(program(table, id_of(50))->is_watched);
}

TEST_F(ProcessTableTest, AnAttemptIsNoNewProgramButMayTellOfOne) {
    table.apply(attempt_of(id_of(4, 1), "renamed", id_of(2)));
    table.apply(attempt_of(id_of(20), "worker", id_of(2)));

    EXPECT_EQ(program(table, id_of(4, 1))->name, "cc");
    EXPECT_EQ(program(table, id_of(4, 1))->parent_exec_id, id_of(3, 1));
    EXPECT_EQ(program(table, id_of(20))->name, "worker");
    EXPECT_THAT(line_of(table, id_of(20)).names, ElementsAre("bash", "sshd"));
    EXPECT_THAT(table.snapshot().programs, SizeIs(7));
}

TEST_F(ProcessTableTest, AForkThatComesAfterTheChildsExecOnlyAddsWhatWasThereBefore) {
    table.apply(exec_of(id_of(30, 1), "true", id_of(2)));
    table.apply(exit_of(id_of(30, 1), 1));
    table.apply(fork_of(id_of(2), id_of(30)));

    EXPECT_EQ(program(table, id_of(30, 1))->name, "true");
    EXPECT_EQ(program(table, id_of(30, 1))->state, State::ended);
    EXPECT_EQ(program(table, id_of(30))->name, "bash");
    EXPECT_EQ(program(table, id_of(30))->state, State::replaced);
    EXPECT_THAT(line_of(table, id_of(30)).names, ElementsAre("bash", "sshd"));
}

TEST_F(ProcessTableTest, AForkDoesNotOverwriteWhatIsKnown) {
    table.apply(fork_of(id_of(1), id_of(4, 1)));

    EXPECT_EQ(program(table, id_of(4, 1))->name, "cc");
    EXPECT_THAT(line_of(table, id_of(4, 1)).names, ElementsAre("make", "bash", "sshd"));
}

TEST_F(ProcessTableTest, ALineGoesOnWhenItsMiddleBecomesKnownLate) {
    table.apply(exec_of(id_of(41, 1), "grandchild", id_of(40, 1)));
    EXPECT_THAT(line_of(table, id_of(41, 1)).names, IsEmpty());
    EXPECT_FALSE(line_of(table, id_of(41, 1)).is_whole);
    EXPECT_EQ(program(table, id_of(40, 1)), std::nullopt);
    EXPECT_EQ(program(table, id_of(41, 1))->parent_exec_id, id_of(40, 1));

    table.apply(exec_of(id_of(40, 1), "child", id_of(2)));

    EXPECT_THAT(line_of(table, id_of(41, 1)).names, ElementsAre("child", "bash", "sshd"));
    EXPECT_TRUE(line_of(table, id_of(41, 1)).is_whole);
}

TEST_F(ProcessTableTest, ASnapshotIsInOrderAndItsOwn) {
    // The parent became known after its child, and is younger by the clock.
    table.apply(exec_of(id_of(41, 1), "grandchild", id_of(60, 1)));
    table.apply(exec_of(id_of(60, 1), "child", id_of(2)));
    const auto tree = table.snapshot();
    table = ProcessTable();

    std::vector<std::string> names;
    for (const auto& it : tree.programs) names.push_back(it.name.value_or("?"));
    EXPECT_THAT(names, ElementsAre("sshd", "bash", "bash", "make", "make", "cc", "child", "grandchild"));
}

TEST(ProcessTable, NamesAProgramAsTheKernelDoesAfterItsExec) {
    for (const std::string_view name : {"ls", "", "fifteen-letters", "3", "(sd-executor)", "a/b", "\x1b[2J\xff"}) {
        ProcessTable table;
        table.apply(exec_of(id_of(1, 1), name));
        EXPECT_EQ(program(table, id_of(1, 1))->name, name);
    }
}

// Its filename is of no use: it is not there, cut, or one of /proc.
TEST(ProcessTable, NamesAProgramWhoseFilenameIsNotKnown) {
    ProcessTable table;
    auto unread = exec_of(id_of(1, 1), "unread");
    unread.call.filename.reset();
    table.apply(unread);
    auto cut = exec_of(id_of(2, 1), "cut");
    cut.call.filename = Bytes{"/very/long", true};
    table.apply(cut);

    EXPECT_EQ(program(table, id_of(1, 1))->name, "unread");
    EXPECT_EQ(program(table, id_of(2, 1))->name, "cut");
}

TEST(ProcessTable, AShorterNameLeavesNothingOfTheLonger) {
    ProcessTable table;
    table.add(seeded(id_of(1, 1), "fifteen-letters"));
    table.apply(exec_of(id_of(1, 1), "ls"));

    EXPECT_EQ(program(table, id_of(1, 1))->name, "ls");
}

TEST(ProcessTable, CutsNamesThatAreTooLong) {
    ProcessTable table;
    table.add(seeded(id_of(1), std::string(100, 'x')));
    table.add(seeded(id_of(2), ""));
    table.apply(exec_of(id_of(3), "sixteen-letters_"));

    EXPECT_EQ(program(table, id_of(3))->name, "sixteen-letters");
    EXPECT_EQ(program(table, id_of(1))->name, std::string(15, 'x'));
    EXPECT_EQ(program(table, id_of(2))->name, "");
}

// Nothing is made up: the line breaks off where nobody told a name.
TEST(ProcessTable, ANameThatNobodyToldIsAbsent) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    auto nameless = attempt_of(id_of(2, 1), "", id_of(1));
    nameless.call.comm.reset();
    table.apply(nameless);
    table.apply(fork_of(id_of(2, 1), id_of(4)));
    table.apply(fork_of(id_of(4), id_of(5)));
    table.apply(exec_of(id_of(5, 1), "ls", id_of(4)));

    EXPECT_EQ(program(table, id_of(2, 1))->name, std::nullopt);
    EXPECT_EQ(program(table, id_of(4))->name, std::nullopt);
    EXPECT_THAT(line_of(table, id_of(4)).names, IsEmpty());
    EXPECT_FALSE(line_of(table, id_of(5, 1)).is_whole);

    // The caller's name in a later event is that program's.
    table.apply(attempt_of(id_of(2, 1), "late"));
    EXPECT_THAT(line_of(table, id_of(4)).names, ElementsAre("late", "init"));
    table.apply(exec_of(id_of(4, 1), "x", id_of(2, 1)));
    EXPECT_EQ(program(table, id_of(4))->name, "caller");
    EXPECT_THAT(line_of(table, id_of(5, 1)).names, ElementsAre("caller", "late", "init"));
}

TEST(ProcessTable, AnExecOfWhichNothingElseIsKnownIsAProgramAllTheSame) {
    ProcessTable table;
    table.apply(exec_of(id_of(1, 1), "a"));

    EXPECT_EQ(program(table, id_of(1, 1))->name, "a");
    EXPECT_EQ(program(table, id_of(1, 1))->replaced_exec_id, id_of(1));
    EXPECT_FALSE(line_of(table, id_of(1, 1)).is_whole);
}

TEST(ProcessTable, DoesNotGuessTheParentOfASeededProcess) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    table.add(seeded(id_of(2), "adopted"));  // its ppid is 1

    EXPECT_THAT(line_of(table, id_of(2)).names, IsEmpty());
    EXPECT_TRUE(line_of(table, id_of(2)).is_whole);
}

TEST(ProcessTable, SeedsDoNotOverwriteWhatEventsTold) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    table.apply(exec_of(id_of(2, 1), "a", id_of(1)));
    table.add(seeded(id_of(2, 1), "b"));

    EXPECT_EQ(program(table, id_of(2, 1))->name, "a");
    EXPECT_THAT(line_of(table, id_of(2, 1)).names, ElementsAre("init"));
    EXPECT_TRUE(program(table, id_of(2, 1))->ran_before);
}

TEST(ProcessTable, TellsApartProcessesThatShareAPid) {
    ProcessTable table;
    auto first = id_of(1);
    auto second = first;
    second.start_time += 1ns;
    table.add(seeded(first, "first"));
    table.add(seeded(second, "second"));

    EXPECT_EQ(program(table, first)->name, "first");
    EXPECT_EQ(program(table, second)->name, "second");
}

TEST(ProcessTable, FollowsTenThousandNestedPrograms) {
    ProcessTable table;
    constexpr std::uint32_t kDeep = 10'000;
    table.add(seeded(id_of(1), "first"));
    for (std::uint32_t pid = 2; pid <= kDeep; pid++) table.apply(exec_of(id_of(pid), "nested", id_of(pid - 1)));

    const auto line = line_of(table, id_of(kDeep), kDeep);
    EXPECT_THAT(line.names, SizeIs(kDeep - 1));
    EXPECT_EQ(line.names.back(), "first");
    EXPECT_TRUE(line.is_whole);
    EXPECT_THAT(line_of(table, id_of(kDeep)).names, SizeIs(64));
    EXPECT_FALSE(line_of(table, id_of(kDeep)).is_whole);
    const auto all = pids(table);
    EXPECT_THAT(all, SizeIs(kDeep));
    EXPECT_TRUE(std::is_sorted(all.begin(), all.end()));
}

}  // namespace
}  // namespace exectap
