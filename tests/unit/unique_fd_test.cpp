// SPDX-License-Identifier: MIT OR Apache-2.0
// UniqueFd: one owner, and one close.
#include "exectap/unique_fd.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <utility>

#include "unit/files.h"

namespace exectap {
namespace {

UniqueFd open_null() { return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC)); }

TEST(UniqueFd, OwnsNothingAtFirst) {
    const UniqueFd fd;

    EXPECT_FALSE(fd);
    EXPECT_EQ(fd.get(), -1);
}

TEST(UniqueFd, ClosesWhenItGoes) {
    int number = -1;
    {
        const auto fd = open_null();
        ASSERT_TRUE(fd);
        number = fd.get();
        EXPECT_TRUE(is_open(number));
    }

    EXPECT_FALSE(is_open(number));
}

TEST(UniqueFd, LeavesNothingBehindWhenMovedFrom) {
    auto from = open_null();
    const int number = from.get();

    const UniqueFd to(std::move(from));

    EXPECT_EQ(from.get(), -1);  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): the question
    EXPECT_EQ(to.get(), number);
    EXPECT_TRUE(is_open(number));
}

TEST(UniqueFd, ClosesWhatItHadOnceAnotherIsMovedIntoIt) {
    auto fd = open_null();
    const int old_number = fd.get();
    int new_number = -1;
    {
        auto other = open_null();
        new_number = other.get();
        fd = std::move(other);
    }

    EXPECT_FALSE(is_open(old_number));
    EXPECT_TRUE(is_open(new_number));
    EXPECT_EQ(fd.get(), new_number);
}

TEST(UniqueFd, ReleasesWithoutClosing) {
    auto fd = open_null();
    const int number = fd.release();

    EXPECT_FALSE(fd);
    EXPECT_TRUE(is_open(number));
    ::close(number);
}

TEST(UniqueFd, ClosesOnReset) {
    auto fd = open_null();
    const int number = fd.get();

    fd.reset();

    EXPECT_FALSE(fd);
    EXPECT_FALSE(is_open(number));
}

}  // namespace
}  // namespace exectap
