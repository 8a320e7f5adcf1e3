// SPDX-License-Identifier: MIT OR Apache-2.0
// Trees as they are read, to the byte.
#include "sink/tree.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/scene.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::HasSubstr;

ExitEvent end_of(const ExecId& id, std::chrono::nanoseconds now, int code, std::chrono::nanoseconds duration) {
    return {.since_boot = now, .pid = id.pid, .exec_id = id, .exit_code = code, .duration = duration};
}

TEST(Tree, IsThatOfTheDesign) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "git commit -m fix");
    scene.at(4ms);
    scene.fork(10, 11);
    scene.exec(11, "/bin/sh .git/hooks/pre-commit", {.filename = ".git/hooks/pre-commit", .script = "/bin/sh"});
    scene.at(11ms);
    scene.fork(11, 12);
    scene.fail(12, "npx lint-staged", {.filename = "/bin/npx", .folded = 4});
    scene.exit(12, 127);
    scene.at(311ms);
    scene.tell(end_of(scene.id_of(11), 311ms, 1, 307ms));
    EXPECT_EQ(scene.text(),
              "0.000 git commit -m fix\n"
              "0.004 ├─ .git/hooks/pre-commit  (/bin/sh)\n"
              "0.011 │  ├─ npx lint-staged  ✗ ENOENT ×5\n"
              "0.311 │  └─ exited 1 after 307 ms\n");
}

TEST(Tree, JoinsASearchAlongPathWithTheExecThatEndsIt) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "make");
    scene.spawn(10, 11, "cc -c a.c", {.folded = 4});
    scene.fail(10, "ls", {.filename = "/no/ls"});
    scene.fail(10, "/no/ls", {.filename = "/no/ls", .error = EACCES});
    scene.fail(10, "big", {.error = ENOMEM, .is_fatal = true});
    EXPECT_EQ(scene.text(),
              "0.000 make\n"
              "0.000 ├─ cc -c a.c  (PATH ×5)\n"
              "0.000 ├─ ls  (/no/ls)  ✗ ENOENT\n"
              "0.000 ├─ /no/ls  ✗ EACCES\n"
              "0.000 ├─ big  (/usr/bin/big)  ✗ ENOMEM, killed by it\n");
}

TEST(Tree, ShowsProgramsThatReplaceEachOtherInOneColumn) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh -c x");
    scene.spawn(10, 11, "env x");
    scene.exec(11, "x");
    scene.exit(11, 3);
    scene.exec(10, "last");
    scene.exit(10);
    EXPECT_EQ(scene.text(),
              "0.000 sh -c x\n"
              "0.000 ├─ env x\n"
              "0.000 ├→ x\n"
              "0.000 │  └─ exited 3\n"
              "0.000 → last\n"
              "0.000 └─ exited 0\n");
}

TEST(Tree, HasARootForEachPid) {
    Scene scene;
    scene.ran_before(20, "bash");
    scene.ran_before(30, "nginx");
    EXPECT_EQ(scene.text(), "");
    scene.spawn(20, 21, "ls");
    scene.spawn(30, 31, "sh");
    EXPECT_EQ(scene.text(),
              "      bash  [20]  (ran before)\n"
              "0.000 ├─ ls\n"
              "      nginx  [30]  (ran before)\n"
              "0.000 ├─ sh  [31]\n");
    scene.exit(21);
    EXPECT_EQ(scene.text(), "0.000 │  └─ ls exited 0\n");
}

TEST(Tree, ShowsWhatRanBeforeWithAllThatItDescendsFrom) {
    Scene scene;
    scene.ran_before(20, "sshd");
    scene.ran_before(21, "bash", 20);
    scene.ran_before(22, "idle", 20);
    scene.ran_before(23, "make", 21);
    scene.exit(22);
    scene.fail(23, "cc");
    EXPECT_EQ(scene.text(),
              "      sshd  [20]  (ran before)\n"
              "      ├─ bash  [21]  (ran before)\n"
              "      │  ├─ make  [23]  (ran before)\n"
              "0.000 │  │  ├─ cc  (/usr/bin/cc)  ✗ ENOENT\n");
}

TEST(Tree, ShowsOnlyWhatItBecameOfAProcessThatRanBefore) {
    Scene scene;
    scene.ran_before(20, "bash");
    scene.exec(20, "vi");
    EXPECT_EQ(scene.text(), "0.000 vi  [20]\n");
    scene.ran_before(30, "sh");
    scene.spawn(30, 31, "a");
    scene.exec(30, "b");
    EXPECT_EQ(scene.text(),
              "      sh  [30]  (ran before)\n"
              "0.000 ├─ a  [31]\n"
              "0.000 → b  [30]\n");
}

TEST(Tree, PassesOverForksThatRunNoProgramOfTheirOwn) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh");
    scene.fork(10, 11);
    scene.fork(11, 12);
    scene.spawn(12, 13, "ls");
    scene.exit(12);
    scene.exit(11);
    EXPECT_EQ(scene.text(),
              "0.000 sh\n"
              "0.000 ├─ ls\n");
}

TEST(Tree, ShowsPidsAndNamesOfWhatRunsInParallel) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "make -j2");
    scene.spawn(10, 12, "cc a.c");
    scene.spawn(10, 14, "cc b.c");
    scene.spawn(12, 13, "cc1 a.c");
    scene.spawn(14, 15, "cc1 b.c");
    scene.exit(13);
    scene.exit(15);
    scene.fail(14, "as");
    EXPECT_EQ(scene.text(),
              "0.000 make -j2\n"
              "0.000 ├─ cc a.c\n"
              "0.000 ├─ cc b.c  [14]\n"
              "0.000 │  ├─ cc1 a.c  [13]  (by cc)\n"
              "0.000 │  ├─ cc1 b.c  [15]\n"
              "0.000 │  │  └─ cc1 [13] exited 0\n"
              "0.000 │  │  └─ cc1 [15] exited 0\n"
              "0.000 │  ├─ as  (/usr/bin/as)  ✗ ENOENT\n");
    scene.spawn(12, 16, "ld");
    scene.exec(14, "strip");
    EXPECT_EQ(scene.text(),
              "0.000 │  ├─ ld  [16]  (by cc)\n"
              "0.000 ├→ strip  [14]\n");
    scene.spawn(10, 17, "ar");
    scene.exec(14, "wc");
    EXPECT_EQ(scene.text(),
              "0.000 ├─ ar  [17]\n"
              "0.000 ├→ wc  [14]  (was strip [14])\n");
}

TEST(Tree, NamesWhoseALineIsInAColumnWhereAnotherOneEnded) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "make");
    scene.spawn(10, 12, "cc");
    scene.spawn(10, 14, "as");
    scene.exit(12);
    scene.fail(14, "x", {.filename = "x"});
    scene.exit(14);
    EXPECT_EQ(scene.text(),
              "0.000 make\n"
              "0.000 ├─ cc\n"
              "0.000 ├─ as  [14]\n"
              "0.000 │  └─ cc exited 0\n"
              "0.000 │  ├─ x  (by as [14])  ✗ ENOENT\n"
              "0.000 │  └─ as [14] exited 0\n");
}

TEST(Tree, HasNoRailBelowWhatHasEnded) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh");
    scene.spawn(10, 11, "a");
    scene.spawn(11, 12, "b");
    scene.spawn(12, 13, "c");
    scene.exit(11);
    scene.spawn(12, 14, "d");
    scene.exit(10);
    scene.spawn(12, 15, "e");
    EXPECT_EQ(scene.text(),
              "0.000 sh\n"
              "0.000 ├─ a\n"
              "0.000 │  ├─ b\n"
              "0.000 │  │  ├─ c\n"
              "0.000 │  └─ exited 0\n"
              "0.000 │     ├─ d  [14]\n"
              "0.000 └─ exited 0\n"
              "0.000       ├─ e  [15]\n");
}

TEST(Tree, TellsOfLostEventsAndForks) {
    Scene scene({.tells_forks = true});
    scene.command(10);
    scene.exec(10, "sh");
    scene.fork(10, 11);
    scene.exec(11, "a");
    scene.fork(10, 12);
    scene.spawn(10, 13, "b");
    scene.fork(11, 14);
    EXPECT_EQ(scene.text(),
              "0.000 sh\n"
              "0.000 ├─ forked [11]\n"
              "0.000 ├─ a\n"
              "0.000 ├─ forked [12]\n"
              "0.000 ├─ forked [13]\n"
              "0.000 ├─ b  [13]\n"
              "0.000 │  ├─ forked [14]  (by a)\n");
    scene.tell(LostEvent{.to = 1500ms, .count = 1, .reason = LossReason::queue});
    scene.tell(LostEvent{.to = 12s, .count = 312, .reason = LossReason::ring});
    scene.tell(LostEvent{.count = 2, .reason = LossReason::output});
    scene.tell(LostEvent{.count = 3, .reason = LossReason::skipped});
    EXPECT_EQ(scene.text(),
              "1.500 !! 1 event lost here: the buffer was full\n"
              "12.00 !! 312 events lost here: the ring was full\n"
              "0.000 !! 2 events lost here: the output failed\n"
              "0.000 !! 3 events lost here: the kernel skipped them\n");
}

TEST(Tree, TellsTimesAsAskedFor) {
    Scene start({.time = TimeStyle::start});
    start.ran_before(20, "bash");
    start.at(101s + 250ms);
    start.spawn(20, 21, "ls");
    EXPECT_EQ(start.text(), "      bash  [20]  (ran before)\n1.250 ├─ ls\n");
    Scene wall({.time = TimeStyle::wall});
    wall.ran_before(20, "bash");
    wall.at(101s + 250ms);
    wall.spawn(20, 21, "ls");
    EXPECT_EQ(wall.text(), "             bash  [20]  (ran before)\n13:48:21.250 ├─ ls\n");
}

TEST(Tree, SaysWhatCouldNotBeReadOrWasCut) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "make", {.are_arguments_unreadable = true});
    scene.exec(10, "cc -c", {.are_arguments_cut = true});
    scene.exec_bytes(10, "", {.filename = "/usr/bin/ld", .are_arguments_cut = true});
    scene.exec_bytes(10, "", {.filename = "/usr/bin/as"});
    scene.fail_bytes(10, "", {.filename = "/usr/bin/nm", .are_arguments_cut = true});
    scene.fail_bytes(10, "", {.filename = "/usr/bin/ar"});
    EXPECT_EQ(scene.text(),
              "0.000 /usr/bin/make (arguments unreadable)\n"
              "0.000 → cc -c …\n"
              "0.000 → /usr/bin/ld …\n"
              "0.000 → /usr/bin/as\n"
              "0.000 ├─ /usr/bin/nm …  ✗ ENOENT\n"
              "0.000 ├─ /usr/bin/ar  ✗ ENOENT\n");
}

}  // namespace
}  // namespace exectap
