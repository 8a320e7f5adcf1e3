// SPDX-License-Identifier: MIT OR Apache-2.0
// What a tree knows of programs that ran before, that ended, and that nobody told it of.
#include <gtest/gtest.h>

#include <cerrno>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/scene.h"

namespace exectap {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST(TreeMemory, CountsWhatRunsThoughItWasShownAfterItsEnd) {
    Scene scene;
    scene.ran_before(20, "sh");
    scene.fork(20, 21);
    scene.exit(20);
    scene.spawn(21, 22, "a");
    scene.exit(22);
    scene.spawn(21, 23, "b");
    EXPECT_EQ(scene.text(),
              "      sh  [20]  (ran before)\n"
              "0.000 ├─ a\n"
              "0.000    └─ exited 0\n"
              "0.000 ├─ b\n");
}

TEST(TreeMemory, KnowsNoProgramOfItsOwnBeforeCommand) {
    Scene scene;
    scene.command(10);
    scene.fail(10, "./configure", {.filename = "./configure", .error = EACCES, .comm = "exectap"});
    scene.exit(10, 126);
    EXPECT_EQ(scene.text(), "0.000 ./configure  ✗ EACCES\n");
}

TEST(TreeMemory, SaysWhoItWasOfWhomNothingIsKnown) {
    Scene scene({.tells_forks = true});
    scene.fail(10, "x", {.filename = "x", .comm = "kworker/0:1"});
    scene.fork(10, 11);
    EXPECT_EQ(scene.text(),
              "0.000 x  (by kworker/0:1 [10])  ✗ ENOENT\n"
              "0.000 forked [11]  (by [10])\n");
    scene.ran_before(20, "kworker/0:1");
    scene.spawn(20, 21, "modprobe");
    EXPECT_EQ(scene.text(),
              "      kworker/0:1  [20]  (ran before)\n"
              "0.000 ├─ forked [21]\n"
              "0.000 ├─ modprobe\n");
}

// Observed processes choose how deep they fork: the tracer's stack and its time for a line are not theirs.
TEST(TreeMemory, LooksAtSoManyAncestorsOnly) {
    constexpr std::uint32_t kDeep = 20'000;
    Scene scene;
    scene.ran_before(1, "sh");
    for (std::uint32_t i = 2; i <= kDeep; i++) scene.ran_before(i, "sh", i - 1);
    scene.spawn(kDeep, kDeep + 1, "deep");
    const auto lines = lines_of(scene.text());
    EXPECT_EQ(lines.size(), 513U);
    EXPECT_EQ(lines.front(), "      sh  [" + std::to_string(kDeep - 511) + "]  (ran before)");
    EXPECT_TRUE(lines.back().ends_with("⋯512 ├─ deep")) << lines.back();
    for (std::uint32_t i = kDeep + 2; i < 2 * kDeep; i++) scene.spawn(i - 1, i, "sh");
    EXPECT_EQ(lines_of(scene.text()).size(), kDeep - 2);
}

TEST(TreeMemory, ForgetsWhatEndedLongAgo) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh");
    scene.spawn(10, 11, "old");
    scene.fork(11, 12);
    scene.exit(11);
    for (std::uint32_t i = 0; i < 1024; i++) {
        // What descends from it hangs below it as long as it is known.
        if (i == 1023) scene.fail(12, "x", {.filename = "x"});
        scene.spawn(10, 100 + i, "short");
        scene.exit(100 + i);
    }
    auto lines = lines_of(scene.text());
    EXPECT_EQ(lines.at(lines.size() - 3), "0.000 │  ├─ x  (by old)  ✗ ENOENT");
    scene.fail(12, "x", {.filename = "x"});
    EXPECT_EQ(scene.text(), "0.000 ├─ x  ✗ ENOENT\n");
}

TEST(TreeMemory, GoesOnBelowWhatWasForgotten) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh");
    scene.spawn(10, 11, "old");
    scene.spawn(11, 12, "child");
    scene.exit(11);
    for (std::uint32_t i = 0; i < 1100; i++) {
        scene.spawn(10, 100 + i, "short");
        scene.exit(100 + i);
    }
    scene.text();
    scene.spawn(12, 13, "grandchild");
    scene.exec(12, "other");
    scene.exit(12);
    EXPECT_EQ(scene.text(),
              "0.000       ├─ grandchild  [13]  (by child)\n"
              "0.000 → other  [12]  (was child)\n"
              "0.000 └─ exited 0\n");
}

TEST(TreeMemory, TakesProgramsOfWhichNoEndIsTold) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "sh");
    for (std::uint32_t i = 0; i < 70'000; i++) scene.spawn(10, 100 + i, "never-ends");
    scene.text();
    scene.spawn(10, 99'999'999, "x");
    scene.fail(10, "y", {.filename = "y"});
    EXPECT_EQ(scene.text(),
              "0.000 x  [99999999]\n"
              "0.000 y  (by caller [10])  ✗ ENOENT\n");
}

}  // namespace
}  // namespace exectap
