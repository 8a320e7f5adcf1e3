// SPDX-License-Identifier: MIT OR Apache-2.0
// Many execs at once arrive whole, and the verdict says so.
#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::SizeIs;

class Storm : public KernelTest {};

// Runs the storm, whose workers together make `execs` execs, and compares its own count with exectap's.
void expect_all_of(const std::string& how, std::size_t workers, std::size_t execs) {
    Process storm({test_program("storm"), std::to_string(workers), std::to_string(execs / workers), how});
    EXPECT_EQ(storm.out().next_line(), "ready");
    Watching trace({storm.pid_text()});
    storm.write("go\n");
    EXPECT_EQ(storm.out().next_line(), "execs " + std::to_string(execs));
    const auto outcome = trace.finish();
    const auto events = outcome.events();
    EXPECT_THAT(events, SizeIs(execs));
    EXPECT_THAT(argvs_of(events), Each(ElementsAre("storm", "end")));
    const auto verdict = outcome.verdict();
    EXPECT_EQ(verdict.execs, execs);
    EXPECT_EQ(verdict.attempts, 0U);
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(Storm, OfTwoWorkersArrivesWhole) { expect_all_of("fork", 2, 20'000); }

TEST_F(Storm, ByVforkArrivesWhole) { expect_all_of("vfork", 2, 2'000); }

TEST_F(Storm, ByPosixSpawnArrivesWhole) { expect_all_of("spawn", 2, 2'000); }

TEST_F(Storm, OfSixteenWorkersArrivesWhole) { expect_all_of("fork", 16, 8'000); }

}  // namespace
}  // namespace exectap::test
