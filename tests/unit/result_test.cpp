// SPDX-License-Identifier: MIT OR Apache-2.0
// Result: a value or an error, never both.
#include "exectap/result.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace exectap {
namespace {

TEST(Result, HoldsAValue) {
    const Result<std::string> result("text");

    ASSERT_TRUE(result);
    EXPECT_TRUE(result.has_value());
    EXPECT_EQ(*result, "text");
}

TEST(Result, HoldsAnError) {
    const Result<std::string> result(Error{"can't", ErrorKind::failure, 28});

    ASSERT_FALSE(result);
    EXPECT_FALSE(result.has_value());
    EXPECT_EQ(result.error().message, "can't");
    EXPECT_EQ(result.error().kind, ErrorKind::failure);
    EXPECT_EQ(result.error().code, 28);
}

TEST(Result, GivesAwayAValueThatOnlyMoves) {
    Result<std::unique_ptr<int>> result(std::make_unique<int>(7));

    const auto value = std::move(*result);

    EXPECT_EQ(*value, 7);
}

TEST(Result, LetsAMemberOfItsValueBeReached) {
    Result<std::string> result("text");
    const auto& unchanging = result;

    result->append("s");

    EXPECT_EQ(unchanging->size(), 5U);
}

TEST(ResultOfVoid, SucceedsUnlessGivenAnError) {
    EXPECT_TRUE(Result<void>().has_value());

    const Result<void> failed(Error{"can't"});
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().message, "can't");
}

TEST(UsageError, HasNoErrno) {
    const auto error = usage_error("no");

    EXPECT_EQ(error.message, "no");
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_EQ(error.code, 0);
}

}  // namespace
}  // namespace exectap
