// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/skips.h"

#include <gtest/gtest.h>

namespace exectap {
namespace {

TEST(Skips, CountWhereNothingMendsThem) { EXPECT_EQ(unmended({.told = 3, .check = std::nullopt}, 0), 3U); }

TEST(Skips, AreNoneWhereNothingWasSkipped) {
    EXPECT_EQ(unmended({.told = std::nullopt, .check = std::nullopt}, 0), 0U);
    EXPECT_EQ(unmended({.told = 0, .check = 5}, 0), 0U);
}

TEST(Skips, ThatACheckSawAreTheOnesThatNobodyTold) { EXPECT_EQ(unmended({.told = 10, .check = 0}, 1), 1U); }

TEST(Skips, OfTheCheckMayHaveHiddenAsManyOfTheOthers) {
    EXPECT_EQ(unmended({.told = 10, .check = 2}, 1), 3U);
    EXPECT_EQ(unmended({.told = 1, .check = 20}, 0), 1U);
}

TEST(Skips, MakeARunIncomplete) {
    SessionSummary summary;
    EXPECT_TRUE(summary.is_complete());
    summary.skipped = 1;
    EXPECT_FALSE(summary.is_complete());
}

}  // namespace
}  // namespace exectap
