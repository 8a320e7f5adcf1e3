// SPDX-License-Identifier: MIT OR Apache-2.0
// Records come in a few sizes: what lies on either side of a boundary, and just across, is whole.
#include "support/json_outcome.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::SizeIs;

class RecordSizes : public KernelTest {};

// Across the first two boundaries, in steps of a byte.
constexpr std::size_t kMostBytes = 2200;

void expect_whole_at_every_size(const std::string& path, const std::string& type) {
    Process program({test_program("sweep"), path, std::to_string(kMostBytes)});
    const auto outcome = watch_json(program, {"--events", "exec,attempt"});
    const auto calls = outcome.of(type);
    ASSERT_THAT(calls, SizeIs(kMostBytes + 1));
    for (std::size_t i = 0; i < calls.size(); i++) {
        EXPECT_EQ(list_of(calls[i], "argv").at(1).size(), i);
        EXPECT_EQ(calls[i].at("filename"), path);
        for (const auto* key : {"exe", "cwd", "cgroup"}) EXPECT_EQ(calls[i].value(key, "-"), calls[0].value(key, "-"));
        EXPECT_EQ(calls[i].at("flags"), calls[0].at("flags"));
        EXPECT_FALSE(calls[i].contains("unreadable"));
    }
}

TEST_F(RecordSizes, OfExecsAreAllWhole) { expect_whole_at_every_size("/bin/true", "exec"); }

TEST_F(RecordSizes, OfAttemptsAreAllWhole) { expect_whole_at_every_size("/nowhere/true", "attempt"); }

}  // namespace
}  // namespace exectap::test
