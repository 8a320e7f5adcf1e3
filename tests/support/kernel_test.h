// SPDX-License-Identifier: MIT OR Apache-2.0
// What every test on the real kernel needs, and the one way to leave a test out.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

// Ends the test as skipped and says why; as failed where CI is set: there nothing may be left out.
#define SKIP_UNLESS(condition, reason)                        \
    do {                                                      \
        if (condition) break;                                 \
        if (std::getenv("CI") != nullptr) FAIL() << (reason); \
        GTEST_SKIP() << (reason);                             \
    } while (false)

namespace exectap::test {

// Why no exectap can run here; empty when it can.
std::string why_no_tracing();

class KernelTest : public testing::Test {
protected:
    void SetUp() override {
        const auto reason = why_no_tracing();
        SKIP_UNLESS(reason.empty(), reason);
    }
};

}  // namespace exectap::test
