// SPDX-License-Identifier: MIT OR Apache-2.0
// The last word of a run, and the first.
#include <gtest/gtest.h>

#include "cli/banner.h"

namespace exectap::cli {
namespace {

SessionSummary summary_of(std::uint64_t execs, std::uint64_t attempts) {
    SessionSummary summary;
    summary.attempt_mechanism = AttemptMechanism::tracepoint;
    summary.execs = {.seen = execs, .delivered = execs};
    summary.attempts = {.seen = attempts, .delivered = attempts};
    return summary;
}

TEST(Verdict, IsCompleteWhenAllThatWasSeenWasDelivered) {
    EXPECT_EQ(verdict(summary_of(4211, 12)), "4211 execs, 12 attempts seen, all delivered: complete");
    EXPECT_EQ(verdict(summary_of(1, 1)), "1 exec, 1 attempt seen, all delivered: complete");
    EXPECT_TRUE(summary_of(4211, 12).is_complete());
}

TEST(Verdict, SaysNothingOfAttemptsThatWereNotWatched) {
    auto summary = summary_of(3, 0);
    summary.attempt_mechanism = AttemptMechanism::off;
    EXPECT_EQ(verdict(summary), "3 execs seen, all delivered: complete");
}

TEST(Verdict, SaysWhereAttemptsAreNotExact) {
    auto summary = summary_of(3, 2);
    summary.attempt_mechanism = AttemptMechanism::kretprobe;
    EXPECT_EQ(verdict(summary),
              "3 execs, 2 attempts seen, all delivered: complete; attempts are not exact (kretprobe)");
}

TEST(Verdict, CountsWhoIsStillAlive) {
    auto summary = summary_of(1, 0);
    summary.still_alive = 1;
    EXPECT_EQ(verdict(summary), "1 exec, 0 attempts seen, all delivered: complete; 1 watched process still alive");
    summary.still_alive = 2;
    EXPECT_EQ(verdict(summary), "1 exec, 0 attempts seen, all delivered: complete; 2 watched processes still alive");
    EXPECT_TRUE(summary.is_complete());
}

TEST(Verdict, NamesWhatIsMissing) {
    auto summary = summary_of(100, 10);
    summary.execs.delivered = 93;
    summary.execs.lost = 7;
    summary.subtract({.not_queued = {}, .not_written = {3}});
    EXPECT_EQ(verdict(summary),
              "100 execs, 10 attempts seen, 100 delivered, 7 lost (ring full), 3 not written: incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, SaysNothingOfExitsAndForksWhenItIsComplete) {
    auto summary = summary_of(4211, 12);
    summary.exits = {.seen = 90, .delivered = 90};
    summary.forks = {.seen = 80, .delivered = 80};
    EXPECT_EQ(verdict(summary), "4211 execs, 12 attempts seen, all delivered: complete");
    EXPECT_TRUE(summary.is_complete());
}

TEST(Verdict, NamesExitsAndForksBesideWhatIsMissing) {
    auto summary = summary_of(100, 10);
    summary.exits = {.seen = 90, .delivered = 83, .lost = 7};
    EXPECT_EQ(verdict(summary), "100 execs, 10 attempts, 90 exits seen, 193 delivered, 7 lost (ring full): incomplete");
    EXPECT_FALSE(summary.is_complete());
    summary.forks = {.seen = 20, .delivered = 18, .lost = 2};
    EXPECT_EQ(verdict(summary),
              "100 execs, 10 attempts, 90 exits, 20 forks seen, 211 delivered, 9 lost (ring full): incomplete");
    summary.exits = {};
    EXPECT_EQ(verdict(summary), "100 execs, 10 attempts, 20 forks seen, 128 delivered, 2 lost (ring full): incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, NamesThemInTheSingular) {
    auto summary = summary_of(0, 0);
    summary.attempt_mechanism = AttemptMechanism::off;
    summary.exits = {.seen = 1, .lost = 1};
    summary.forks = {.seen = 1, .lost = 1};
    EXPECT_EQ(verdict(summary), "0 execs, 1 exit, 1 fork seen, 0 delivered, 2 lost (ring full): incomplete");
}

TEST(Verdict, SumsWhatIsUnaccountedForOverAllKinds) {
    auto summary = summary_of(5, 4);
    summary.exits = {.seen = 3, .delivered = 2};
    summary.forks = {.seen = 2, .delivered = 1};
    EXPECT_EQ(verdict(summary),
              "5 execs, 4 attempts, 3 exits, 2 forks seen, 12 delivered, 2 unaccounted for (an internal error): "
              "incomplete");
    summary.bad_records = 2;
    EXPECT_EQ(verdict(summary),
              "5 execs, 4 attempts, 3 exits, 2 forks seen, 12 delivered, 2 not understood (an internal error): "
              "incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, TellsWhatALongQueueAndABadOutputCost) {
    auto summary = summary_of(100, 10);
    summary.exits = {.seen = 50, .delivered = 50};
    summary.subtract({.not_queued = {20, 1, 2, 0}, .not_written = {3, 0, 4, 0}});
    EXPECT_EQ(summary.execs.delivered, 77U);
    EXPECT_EQ(summary.attempts.delivered, 9U);
    EXPECT_EQ(summary.exits.delivered, 44U);
    EXPECT_EQ(verdict(summary),
              "100 execs, 10 attempts, 50 exits seen, 130 delivered, 23 lost (buffer full), 7 not written: "
              "incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, TellsWhatTheKernelSkipped) {
    auto summary = summary_of(5, 0);
    summary.skipped = 3;
    EXPECT_EQ(verdict(summary), "5 execs, 0 attempts seen, 5 delivered, 3 skipped (by the kernel): incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, SaysWhatIsUnaccountedFor) {
    auto summary = summary_of(5, 0);
    summary.execs.delivered = 4;
    EXPECT_EQ(verdict(summary),
              "5 execs, 0 attempts seen, 4 delivered, 1 unaccounted for (an internal error): incomplete");
    EXPECT_FALSE(summary.is_complete());
    summary.bad_records = 1;
    EXPECT_EQ(verdict(summary),
              "5 execs, 0 attempts seen, 4 delivered, 1 not understood (an internal error): incomplete");
    EXPECT_FALSE(summary.is_complete());
}

TEST(Verdict, IsIncompleteWhenSomebodyCouldNotBeWatched) {
    auto summary = summary_of(5, 0);
    summary.marks_lost = 1;
    EXPECT_EQ(verdict(summary),
              "5 execs, 0 attempts seen, 5 delivered, 1 thread could not be marked, what it ran is unknown: "
              "incomplete");
    EXPECT_FALSE(summary.is_complete());
    summary.marks_lost = 0;
    summary.lineage_lost = 2;
    EXPECT_EQ(verdict(summary),
              "5 execs, 0 attempts seen, 5 delivered, 2 processes could not be followed while the trace started: "
              "incomplete");
    EXPECT_FALSE(summary.is_complete());
}

Options watching(std::vector<pid_t> pids) {
    Options options;
    options.pids = std::move(pids);
    return options;
}

std::vector<TerminalTarget> terminals(const std::vector<std::string>& paths) {
    std::vector<TerminalTarget> targets;
    targets.reserve(paths.size());
    for (const auto& path : paths) targets.push_back({path, 0});
    return targets;
}

TEST(Banner, SaysWhatTheOriginalSays) {
    auto options = watching({1234, 9012});
    EXPECT_EQ(banner(options, {}),
              "Watching execve syscalls for PIDs: [1234, 9012] (children included) (Ctrl-C to exit)");
    options.watch_children = false;
    EXPECT_EQ(banner(options, {}),
              "Watching execve syscalls for PIDs: [1234, 9012] (children ignored) (Ctrl-C to exit)");
    auto on_terminals = watching({});
    on_terminals.terminals = {"pts/9", "tty1"};
    EXPECT_EQ(
        banner(on_terminals, terminals({"/dev/pts/9", "/dev/tty1"})),
        "Watching execve syscalls for PIDs: [] (TTY filters: [\"/dev/pts/9\", \"/dev/tty1\"]) (children included) "
        "(Ctrl-C to exit)");
}

TEST(Banner, TellsOfACommandOnlyBesideOtherTargets) {
    auto options = watching({});
    options.command = {"make", "-j2"};
    EXPECT_EQ(banner(options, {}), std::nullopt);
    options.pids = {7};
    EXPECT_EQ(banner(options, {}),
              "Watching execve syscalls for PIDs: [7] and \"make\" (children included) (until \"make\" ends)");
    options.all = true;
    EXPECT_EQ(banner(options, {}), "Watching execve syscalls for all processes (until \"make\" ends)");
}

}  // namespace
}  // namespace exectap::cli
