// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases 22 and 23: a storm beside one exec that matters, and a storm that breeds.
#include <fmt/format.h>

#include <algorithm>
#include <csignal>

#include "kernel/hard_case.h"
#include "kernel/programs/shared_counter.h"
#include "support/gaps.h"
#include "support/pids_cgroup.h"
#include "support/proc.h"
#include "support/shell.h"
#include "support/small_ring.h"
#include "support/storm.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

TEST_F(HardCase, 22OneExecInAnotherTreeIsSeenBesideAStorm) {
    Storm storm;
    Shell shell;
    WatchingInBoth trace({"--events", "exec", storm.pid_text(), shell.pid_text()});
    MoreToldThanNow after_start(trace);
    storm.start();
    after_start.wait_for(100);
    shell.run("/bin/true in a haystack");
    MoreToldThanNow after_it(trace);
    after_it.wait_for(100);
    const auto execs = storm.stop();
    shell.close_input();
    const auto told = trace.finish();
    const auto needles = with_argument(told.events(), "haystack");
    ASSERT_THAT(needles, SizeIs(1));
    EXPECT_EQ(needles[0].ppid, shell.pid());
    const auto json = told.json.of("exec", needles[0].pid);
    ASSERT_THAT(json, Not(IsEmpty()));
    EXPECT_EQ(std::count_if(json.begin(), json.end(),
                            [&](const auto& exec) {
                                return exec.at("ppid") == shell.pid() &&
                                       exec.at("argv") == JsonEvent({"/bin/true", "in", "a", "haystack"});
                            }),
              1);
    EXPECT_EQ(told.line.verdict().execs, execs + 1);
}

TEST_F(HardCase, 22OneExecInAnotherTreeIsCountedWhenAStormHasFilledTheRing) {
    Storm storm(small_ring::kLargeArgument);
    Shell shell;
    shell.run(small_ring::make_big());
    WatchingInBoth trace(small_ring::options_with({storm.pid_text(), shell.pid_text()}));
    send_signal(trace, SIGSTOP);
    storm.start();
    storm.wait_for(small_ring::kFilling);
    // As large as those that have found no room.
    shell.run("/bin/true in a haystack $big");
    send_signal(trace, SIGCONT);
    const auto execs = storm.stop();
    shell.close_input();
    for (const auto& run : finish_with_gaps(trace)) {
        expect_exact(run, execs + 1);
        EXPECT_GT(run.account.lost, 0U);
        EXPECT_THAT(run.argvs, Each(Not(testing::Contains("haystack"))));
    }
}

// In KiB, from /proc/PID/status.
int memory_of(const Exectap& trace, std::string_view what) { return std::stoi(status_of(trace.pid(), what)); }

TEST_F(HardCase, 23AForkBombLeavesTheMemoryFlatAndTheVerdictRight) {
    SKIP_UNLESS(PidsCgroup::parent().has_value(), "no cgroup hierarchy here has the pids controller");
    constexpr int kMostProcesses = 64;
    constexpr std::size_t kExecs = 3'000;
    // The table of processes takes some 90 bytes for each fork and each exec; what stays of them otherwise would be
    // more.
    constexpr int kMostGrowth = 2 << 10;
    const TempDir folder;
    const SharedCounter counter(folder.path("counter"));
    const PidsCgroup cgroup(fmt::format("exectap-test-{}", ::getpid()), kMostProcesses);
    Process bomb({test_program("fork_bomb"), cgroup.entrance(), folder.path("counter")});
    EXPECT_EQ(bomb.out().next_line(), "ready");
    WatchingInBoth trace({"--events", "exec", bomb.pid_text()});
    const int line_before = memory_of(trace.line(), "VmRSS");
    const int json_before = memory_of(trace.json(), "VmRSS");
    MoreToldThanNow after_start(trace);
    bomb.write("go\n");
    after_start.wait_for(kExecs);
    EXPECT_GT(cgroup.refused_forks(), 0U);
    EXPECT_LT(memory_of(trace.line(), "VmHWM"), line_before + kMostGrowth);
    EXPECT_LT(memory_of(trace.json(), "VmHWM"), json_before + kMostGrowth);
    bomb.close_input();
    EXPECT_EQ(bomb.out().next_line(), "over");
    for (const auto& run : finish_with_gaps(trace)) expect_exact(run, counter.value());
}

}  // namespace
}  // namespace exectap::test
