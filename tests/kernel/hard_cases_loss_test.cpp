// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases 20 and 21: a reader that can't keep up, and what it then says. Nothing is lost without being counted to
// the last one, in its place.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <csignal>

#include "kernel/hard_case.h"
#include "support/gaps.h"
#include "support/shell.h"
#include "support/small_ring.h"
#include "support/storm.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::HasSubstr;
using testing::SizeIs;

// The time is the case itself: for so long the readers stand still. Nothing can be waited for instead. So this waits
// for what nobody will write.
void stand_still(std::chrono::milliseconds time) {
    const auto silence = Pipe::create();
    pollfd never{silence.read_end.get(), POLLIN, 0};
    ASSERT_EQ(::poll(&never, 1, static_cast<int>(time.count())), 0);
}

// Both readers are stopped in the middle of the storm, as long as `wait` takes.
template <typename Wait>
std::vector<RunWithGaps> runs_of_readers_stopped_in(Storm& storm, const std::vector<std::string>& arguments,
                                                    Wait wait) {
    WatchingInBoth trace(arguments);
    MoreToldThanNow after_start(trace);
    storm.start();
    after_start.wait_for(100);
    send_signal(trace, SIGSTOP);
    wait();
    MoreToldThanNow after_the_stop(trace);
    send_signal(trace, SIGCONT);
    after_the_stop.wait_for(100);
    const auto execs = storm.stop();
    auto runs = finish_with_gaps(trace);
    for (const auto& run : runs) expect_exact(run, execs);
    return runs;
}

std::vector<RunWithGaps> runs_of_readers_stopped_for(std::chrono::seconds time) {
    Storm storm;
    return runs_of_readers_stopped_in(storm, {"--events", "exec", storm.pid_text()}, [&] {
        const auto before = storm.so_far();
        stand_still(time);
        storm.wait_for(before + 1);
    });
}

TEST_F(HardCase, 20AReaderStoppedForASecondInAStormLosesNothing) {
    for (const auto& run : runs_of_readers_stopped_for(std::chrono::seconds(1))) EXPECT_EQ(run.account.lost, 0U);
}

// The default ring may hold out, or not: either way what is said is exact.
TEST_F(HardCase, 20AReaderStoppedForFiveSecondsCountsWhatItLoses) {
    runs_of_readers_stopped_for(std::chrono::seconds(5));
}

TEST_F(HardCase, 20AReaderStoppedForTenSecondsCountsWhatItLoses) {
    runs_of_readers_stopped_for(std::chrono::seconds(10));
}

// Here it can't hold out.
TEST_F(HardCase, 20AReaderThatAStormOverrunsCountsWhatItLoses) {
    Storm storm(small_ring::kLargeArgument);
    const auto overrun = [&storm] { storm.wait_for(storm.so_far() + small_ring::kFilling); };
    const auto runs = runs_of_readers_stopped_in(storm, small_ring::options_with({storm.pid_text()}), overrun);
    for (const auto& run : runs) EXPECT_GT(run.account.lost, 0U);
}

// Then records come in the order of the execs, and a gap has one place: each CPU has its own count of what it lost.
void pin_to_one_cpu(pid_t pid) {
    cpu_set_t allowed;
    checked(::sched_getaffinity(0, sizeof(allowed), &allowed), "sched_getaffinity");
    std::size_t cpu = 0;
    while (!CPU_ISSET(cpu, &allowed)) cpu++;
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    checked(::sched_setaffinity(pid, sizeof(only), &only), "sched_setaffinity");
}

// Runs /bin/true with each number from `first` to `last`, and $big.
std::string many_large_execs(int first, int last) {
    return fmt::format("i={}; while [ $i -le {} ]; do /bin/true $i $big; i=$((i+1)); done", first, last);
}

// Numbers go up by one from 1, and a gap stands for as many of them as it says.
void expect_gaps_in_their_places(const RunWithGaps& run, std::uint64_t last) {
    std::uint64_t next = 1;
    auto gap = run.gaps.begin();
    for (std::size_t i = 0; i < run.argvs.size(); i++) {
        for (; gap != run.gaps.end() && gap->place == i; ++gap) next += gap->count;
        ASSERT_EQ(run.argvs[i].at(1), std::to_string(next)) << "after " << i << " events";
        next++;
    }
    for (; gap != run.gaps.end(); ++gap) next += gap->count;
    EXPECT_EQ(next, last + 1);
}

// They happened after what stands before them, and before what stands after them.
void expect_gaps_in_their_times(const JsonOutcome& outcome) {
    std::int64_t now = 0;
    for (const auto& event : outcome.events()) {
        const bool is_gap = event.at("type") == "lost";
        const auto begin = event.at(is_gap ? "from_ns" : "since_start_ns").get<std::int64_t>();
        const auto end = event.at(is_gap ? "to_ns" : "since_start_ns").get<std::int64_t>();
        EXPECT_LE(now, begin) << event;
        EXPECT_LE(begin, end) << event;
        now = end;
    }
}

TEST_F(HardCase, 21WhatIsLostIsToldInItsPlaceAndCountedToTheLastOne) {
    Shell shell;
    pin_to_one_cpu(shell.pid());
    shell.run(small_ring::make_big());
    WatchingInBoth trace(small_ring::options_with({shell.pid_text()}));
    int last = 0;
    const auto fill_the_ring = [&](bool is_at_end) {
        MoreToldThanNow after_the_stop(trace);
        send_signal(trace, SIGSTOP);
        shell.run(many_large_execs(last + 1, last + small_ring::kFilling));
        last += small_ring::kFilling;
        if (is_at_end) shell.close_input();
        send_signal(trace, SIGCONT);
        if (is_at_end) return;
        // The ring has room again once half of what it held is told.
        after_the_stop.wait_for(small_ring::kFilling / 4);
        shell.run(fmt::format("/bin/true {} after the gap", ++last));
        after_the_stop.wait_for(small_ring::kFilling / 4 + 1);
    };
    fill_the_ring(false);
    fill_the_ring(false);
    // After this one comes nothing that could carry the count: then the end tells it.
    fill_the_ring(true);

    const auto line = trace.line().finish();
    const auto json = json_outcome_with_gaps(trace.json().Watching::finish());
    EXPECT_EQ(json.start().at("limits").at("ring_bytes"), small_ring::kRingBytes);
    EXPECT_THAT(line.last_words(), HasSubstr("lost (ring full): incomplete"));
    for (const auto& run : {with_gaps(line), with_gaps(json)}) {
        expect_exact(run, static_cast<std::uint64_t>(last));
        EXPECT_EQ(run.status, exited(3));
        // One each, although JSON also gets records that nobody asked for, which have room where larger ones have none.
        EXPECT_THAT(run.gaps, SizeIs(3));
        EXPECT_THAT(run.gaps, Each(testing::Field(&Gap::reason, "ring")));
        expect_gaps_in_their_places(run, static_cast<std::uint64_t>(last));
    }
    expect_gaps_in_their_times(json);
}

TEST_F(HardCase, 21ALossBecomesTheStatusOfACommandOnlyWhenStrictIsAskedFor) {
    for (const bool is_strict : {false, true}) {
        const TempDir folder;
        auto arguments = small_ring::options_with({"--quiet", "-o", folder.path("events")});
        if (is_strict) arguments.insert(arguments.end(), {"--strict", "--json"});
        arguments.insert(arguments.end(), {"--", "/bin/sh"});
        Exectap trace(arguments);
        Shell::run_in(trace, small_ring::make_big());
        trace.send_signal(SIGSTOP);
        Shell::run_in(trace, many_large_execs(1, small_ring::kFilling));
        trace.send_signal(SIGCONT);
        trace.write("exit 7\n");
        auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(is_strict ? 3 : 7));
        // --quiet drops no such verdict.
        EXPECT_THAT(outcome.last_words(), HasSubstr("lost (ring full): incomplete"));
        const auto account = account_of(outcome);
        EXPECT_EQ(account.delivered + account.lost, static_cast<std::uint64_t>(small_ring::kFilling + 1));
        outcome.out = lines_of(read_file(folder.path("events")));
        const auto run = is_strict ? with_gaps(json_outcome_with_gaps(outcome)) : with_gaps(outcome);
        EXPECT_EQ(run.argvs.size(), account.delivered);
    }
}

}  // namespace
}  // namespace exectap::test
