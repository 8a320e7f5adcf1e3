// SPDX-License-Identifier: MIT OR Apache-2.0
// What does not fit into the ring is told in its place, and counted to the last one.
#include <algorithm>
#include <cstdio>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

class Loss : public KernelTest {};

// Each of these takes 128 KiB of the ring's 16 MiB.
constexpr int kExecs = 300;
constexpr const char* kManyLargeExecs =
    "big=$(printf '%060000d' 0); i=0; while [ $i -lt 300 ]; do /bin/true $big; i=$((i+1)); done";

bool is_loss(const std::string& line) { return line.find("] lost=") != std::string::npos; }

struct LossVerdict {
    int seen = 0;
    int delivered = 0;
    int lost = 0;
};

LossVerdict parse(const std::string& line) {
    LossVerdict verdict;
    EXPECT_EQ(std::sscanf(line.c_str(), "exectap: %d execs seen, %d delivered, %d lost (ring full): incomplete",
                          &verdict.seen, &verdict.delivered, &verdict.lost),
              3)
        << line;
    return verdict;
}

TEST_F(Loss, IsToldInItsPlaceAndCountedToTheLastOne) {
    Shell shell;
    Watching trace({"--no-failed", shell.pid_text()});
    trace.send_signal(SIGSTOP);
    shell.run(kManyLargeExecs);
    trace.send_signal(SIGCONT);
    // Comes after the gap: the ring has room again once this is told.
    trace.out().wait_until([](const auto& lines) { return lines.size() > 50; }, "the first events");
    shell.run("/bin/true after the gap");
    const auto outcome = trace.stop();

    EXPECT_EQ(outcome.status, exited(3));
    const auto gaps = std::count_if(outcome.out.begin(), outcome.out.end(), is_loss);
    EXPECT_GE(gaps, 1);
    const auto verdict = parse(outcome.last_words());
    EXPECT_GT(verdict.lost, 0);
    EXPECT_EQ(verdict.seen, kExecs + 1);
    EXPECT_EQ(verdict.delivered + verdict.lost, verdict.seen);
    EXPECT_THAT(outcome.out, SizeIs(static_cast<std::size_t>(verdict.delivered + gaps)));

    int told = 0;
    for (const auto& line : outcome.out) {
        if (is_loss(line)) told += std::atoi(line.substr(line.find("lost=") + 5).c_str());
    }
    EXPECT_EQ(told, verdict.lost);
}

TEST_F(Loss, NeverBecomesTheStatusOfACommandUnlessStrictIsAskedFor) {
    const TempDir folder;
    for (const bool is_strict : {false, true}) {
        std::vector<std::string> arguments = {"--no-failed", "--quiet", "-o", folder.path("events"), "--", "/bin/sh"};
        if (is_strict) arguments.insert(arguments.begin(), "--strict");
        Exectap trace(arguments);
        Shell::run_in(trace, "true");
        trace.send_signal(SIGSTOP);
        Shell::run_in(trace, kManyLargeExecs);
        trace.send_signal(SIGCONT);
        trace.write("exit 7\n");
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(is_strict ? 3 : 7));
        // --quiet drops no such verdict.
        EXPECT_THAT(outcome.last_words(), HasSubstr("lost (ring full): incomplete"));
    }
}

}  // namespace
}  // namespace exectap::test
