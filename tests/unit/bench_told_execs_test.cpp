// SPDX-License-Identifier: MIT OR Apache-2.0
// What a tracer's output tells of a storm.
#include <gtest/gtest.h>

#include "bench/harness/told_execs.h"

namespace exectap::bench {
namespace {

TEST(ToldExecs, CountsAnExecOnceHoweverOftenItIsTold) {
    ToldExecs told(0, {101, 102});
    told.take(R"([1.5] pid=101 argv=["/tiny","run-00000000","-o","out-00000000"])");
    told.take("tiny 101 7 0 /tiny run-00000000 -o out-00000000");
    EXPECT_EQ(told.told(), 1U);
    EXPECT_EQ(told.with_arguments(), 1U);
}

TEST(ToldExecs, KnowsByItsPidWhatIsToldWithoutArguments) {
    ToldExecs told(0, {101, 102});
    told.take("3766.183 ( 0.054 ms): tiny/102 execve(filename: 0x1384e440)  = 0");
    EXPECT_EQ(told.told(), 1U);
    EXPECT_EQ(told.with_arguments(), 0U);
    EXPECT_EQ(told.earliest(), 1U);
}

TEST(ToldExecs, LacksArgumentsWhereTheLastIsMissing) {
    ToldExecs told(0, {101});
    told.take("/tiny run-00000000 -o");
    EXPECT_EQ(told.told(), 1U);
    EXPECT_EQ(told.with_arguments(), 0U);
}

TEST(ToldExecs, LeavesOutNumbersOfOthers) {
    ToldExecs told(50, {101});
    told.take("101 /tiny run-00000049 -o out-00000049");
    told.take("101 /tiny run-00000051 -o out-00000051");
    EXPECT_EQ(told.told(), 0U);
    EXPECT_EQ(told.earliest(), std::nullopt);
    told.take("101 /tiny run-00000050 -o out-00000050");
    EXPECT_EQ(told.earliest(), 50U);
}

}  // namespace
}  // namespace exectap::bench
