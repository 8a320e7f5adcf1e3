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

TEST(Skips, OfAttemptsAreTheCallsThatNobodyTook) {
    const Misses misses{.told = 626, .check = 0};
    EXPECT_EQ(unmended_attempts(misses, {.checked = 4000, .taken = 3670}), 330U);
    EXPECT_EQ(unmended_attempts(misses, {.checked = 4000, .taken = 4000}), 0U);
}

TEST(Skips, OfACheckOfAttemptsAreAddedToWhatItSaw) {
    EXPECT_EQ(unmended_attempts({.told = 105, .check = 43}, {.checked = 3957, .taken = 4000}), 0U);
    EXPECT_EQ(unmended_attempts({.told = 105, .check = 43}, {.checked = 3957, .taken = 3990}), 10U);
    // Of calls that are nobody's, for all that is known.
    EXPECT_EQ(unmended_attempts({.told = 5, .check = 43}, {.checked = 4000, .taken = 4000}), 5U);
}

TEST(Skips, OfAttemptsCountWhereNothingMendsThem) {
    EXPECT_EQ(unmended_attempts({.told = 7, .check = std::nullopt}, {}), 7U);
    EXPECT_EQ(unmended_attempts({.told = std::nullopt, .check = std::nullopt}, {}), 0U);
}

TEST(Skips, MakeARunIncomplete) {
    SessionSummary summary;
    EXPECT_TRUE(summary.is_complete());
    summary.skipped = 1;
    EXPECT_FALSE(summary.is_complete());
}

}  // namespace
}  // namespace exectap
