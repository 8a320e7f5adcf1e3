// SPDX-License-Identifier: MIT OR Apache-2.0
// Records of exits and forks.
#include <gtest/gtest.h>

#include "unit/decoded.h"

namespace exectap {
namespace {

using namespace std::chrono_literals;

// function(wire_exit&)
template <typename Function>
ExitEvent exit_with(Function change) {
    auto wire = exit_wire();
    change(wire);
    return Decoded(record_of(wire)).as<ExitEvent>();
}

ExitEvent exit_with_status(unsigned status, unsigned flags = 0) {
    return exit_with([&](wire_exit& wire) {
        wire.status = status;
        wire.flags = flags;
    });
}

TEST(DecodeExit, ReadsEveryField) {
    const Decoded decoded(record_of(exit_wire()));

    ASSERT_TRUE(decoded);
    const auto& exit = decoded.as<ExitEvent>();
    EXPECT_EQ(exit.seq, 0U);
    EXPECT_EQ(exit.since_boot, 123'456'789ns);
    EXPECT_EQ(exit.pid, 1234U);
    EXPECT_EQ(exit.exec_id, (ExecId{81'000ns, 1234, 8}));
    EXPECT_EQ(exit.exit_code, 3);
    EXPECT_EQ(exit.signal, 0);
    EXPECT_FALSE(exit.core_dumped);
    EXPECT_EQ(exit.duration, 23'456'789ns);
    EXPECT_EQ(exit.user_time, 8ms);
    EXPECT_EQ(exit.system_time, 4ms);
    EXPECT_EQ(exit.max_rss_kb, 2048U);
    EXPECT_EQ(decoded.whole().lost_before, 7U);
    EXPECT_EQ(decoded.whole().cpu_slot, 3U);
}

TEST(DecodeExit, HasACodeWhereThereWasNoSignal) {
    for (const unsigned code : {0U, 1U, 127U, 128U, 137U, 255U}) {
        const auto exit = exit_with_status(code << 8);
        EXPECT_EQ(exit.exit_code, static_cast<int>(code));
        EXPECT_EQ(exit.signal, 0);
    }
}

TEST(DecodeExit, HasASignalAndNoCode) {
    for (const unsigned signal : {1U, 9U, 11U, 35U, 64U}) {
        const auto exit = exit_with_status(signal);
        EXPECT_EQ(exit.signal, static_cast<int>(signal));
        EXPECT_EQ(exit.exit_code, 0);
        EXPECT_EQ(exit_with_status(signal | 3U << 8).exit_code, 0);
    }
}

TEST(DecodeExit, SaysByItsFlagThatACoreWasDumped) {
    EXPECT_TRUE(exit_with_status(11, WIRE_CORE_DUMPED).core_dumped);
    EXPECT_EQ(exit_with_status(11, WIRE_CORE_DUMPED).signal, 11);
    EXPECT_FALSE(exit_with_status(11).core_dumped);
    // waitpid's bit is no part of the signal.
    EXPECT_EQ(exit_with_status(0x80 | 11, WIRE_CORE_DUMPED).signal, 11);
}

TEST(DecodeExit, LastedAsLongAsItsProgramRan) {
    const auto duration_since = [](std::uint64_t since) {
        return exit_with([&](wire_exit& wire) { wire.program_since = since; }).duration;
    };
    EXPECT_EQ(duration_since(1), 123'456'788ns);
    EXPECT_EQ(duration_since(123'456'788), 1ns);
    EXPECT_EQ(duration_since(123'456'789), 0ns);
    // Before the trace; and later than the end, which nothing can be.
    EXPECT_EQ(duration_since(0), std::nullopt);
    EXPECT_EQ(duration_since(123'456'790), std::nullopt);
    EXPECT_EQ(duration_since(~std::uint64_t{0}), std::nullopt);
}

TEST(DecodeExit, HasNoFiguresThatAreNotKnown) {
    const auto exit = exit_with([](wire_exit& wire) { wire.user_ns = 0; });
    EXPECT_EQ(exit.user_time, std::nullopt);
    EXPECT_EQ(exit.system_time, 4ms);
    EXPECT_EQ(exit_with([](wire_exit& wire) { wire.system_ns = 0; }).system_time, std::nullopt);
    EXPECT_EQ(exit_with([](wire_exit& wire) { wire.system_ns = 0; }).user_time, 8ms);
    EXPECT_EQ(exit_with([](wire_exit& wire) { wire.max_rss_kb = 0; }).max_rss_kb, std::nullopt);
}

TEST(DecodeFork, ReadsEveryField) {
    const Decoded decoded(record_of(fork_wire()));

    ASSERT_TRUE(decoded);
    const auto& fork = decoded.as<ForkEvent>();
    EXPECT_EQ(fork.seq, 0U);
    EXPECT_EQ(fork.since_boot, 123'456'789ns);
    EXPECT_EQ(fork.pid, 1234U);
    EXPECT_EQ(fork.child_pid, 1240U);
    EXPECT_EQ(fork.exec_id, (ExecId{81'000ns, 1234, 8}));
    EXPECT_EQ(fork.child_exec_id, (ExecId{82'000ns, 1240, 9}));
    EXPECT_EQ(decoded.whole().lost_before, 7U);
    EXPECT_EQ(decoded.whole().cpu_slot, 3U);
}

}  // namespace
}  // namespace exectap
