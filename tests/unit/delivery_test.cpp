// SPDX-License-Identifier: MIT OR Apache-2.0
// Delivery: what is handed over, filtered, lost and forgotten.
#include "capture/delivery.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "unit/events.h"

namespace exectap {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

DecodedRecord record_of(ExecEvent exec) { return {.event = exec}; }
DecodedRecord exec_record() { return record_of({ls_call()}); }
DecodedRecord attempt_record() { return {.event = AttemptEvent{ls_call(), 2}}; }
DecodedRecord exit_record() { return {.event = whole_exit()}; }

// What was handed over: "1" for an event of that number, "2 lost 3".
struct Handed {
    explicit Handed(const SessionConfig& config) : delivery(config, 0ns) {}

    void deliver(DecodedRecord record) { delivery.deliver(record, handler); }

    Delivery delivery;
    std::vector<std::string> told;
    Session::Handler handler = [this](const Event& event) {
        const auto* lost = std::get_if<LostEvent>(&event);
        told.push_back(std::to_string(seq_of(event)) + (lost != nullptr ? " lost " + std::to_string(lost->count) : ""));
    };
};

TEST(Delivery, NumbersAndCountsWhatItHandsOver) {
    Handed handed({});
    handed.deliver(exec_record());
    handed.deliver(attempt_record());
    handed.deliver(exec_record());
    EXPECT_THAT(handed.told, ElementsAre("1", "2", "3"));
    EXPECT_EQ(handed.delivery.delivered(WIRE_EXEC), 2U);
    EXPECT_EQ(handed.delivery.delivered(WIRE_ATTEMPT), 1U);
    EXPECT_EQ(handed.delivery.delivered(), 3U);
    EXPECT_EQ(handed.delivery.forgotten(), 0U);
}

TEST(Delivery, ForgetsWithoutAWordAndByType) {
    std::vector<std::size_t> observed;
    SessionConfig config;
    config.observe = [&](const Event& event) { observed.push_back(event.index()); };
    config.filter = [](const Event&) -> bool { throw std::logic_error("nobody is to be asked"); };
    Handed handed(config);
    handed.delivery.forget(exec_record());
    handed.delivery.forget(exec_record());
    handed.delivery.forget(attempt_record());
    EXPECT_THAT(handed.told, IsEmpty());
    EXPECT_THAT(observed, IsEmpty());
    EXPECT_EQ(handed.delivery.forgotten(WIRE_EXEC).events, 2U);
    EXPECT_EQ(handed.delivery.forgotten(WIRE_ATTEMPT).events, 1U);
    EXPECT_EQ(handed.delivery.forgotten(WIRE_EXIT).events, 0U);
    EXPECT_EQ(handed.delivery.forgotten(), 3U);
    EXPECT_EQ(handed.delivery.delivered(), 0U);
    EXPECT_EQ(handed.delivery.filtered(), 0U);
}

TEST(Delivery, GivesWhatItForgetsNoNumber) {
    Handed handed({});
    handed.deliver(exec_record());
    handed.delivery.forget(exec_record());
    handed.deliver(exec_record());
    EXPECT_THAT(handed.told, ElementsAre("1", "2"));
}

TEST(Delivery, ForgetsNothingThatWasNotCounted) {
    Handed handed({});
    handed.delivery.forget(exit_record());
    EXPECT_EQ(handed.delivery.forgotten(WIRE_EXIT).events, 0U);
    EXPECT_EQ(handed.delivery.forgotten(), 0U);
}

// The kernel has counted it as filtered, and must be believed about that no more than about the rest.
TEST(Delivery, ForgetsApartWhatTheKernelFiltered) {
    Handed handed({});
    auto filtered = exec_record();
    filtered.is_filtered = true;
    handed.delivery.forget(filtered);
    handed.delivery.forget(exec_record());
    EXPECT_EQ(handed.delivery.forgotten(WIRE_EXEC).events, 2U);
    EXPECT_EQ(handed.delivery.forgotten(WIRE_EXEC).filtered, 1U);
    // Those that the sum of what was delivered, filtered and lost does not have already.
    EXPECT_EQ(handed.delivery.forgotten(), 1U);
}

TEST(Delivery, TellsALossBeforeAForgottenEventWithTheNextOne) {
    Handed handed({});
    handed.deliver(exec_record());
    auto forgotten = exec_record();
    forgotten.lost_before = 3;
    handed.delivery.forget(forgotten);
    auto next = exec_record();
    next.lost_before = 3;
    handed.deliver(next);
    EXPECT_THAT(handed.told, ElementsAre("1", "2 lost 3", "5"));
}

TEST(Delivery, CountsWhatTheFilterLeavesOut) {
    SessionConfig config;
    config.filter = [](const Event& event) { return std::holds_alternative<AttemptEvent>(event); };
    Handed handed(config);
    handed.deliver(exec_record());
    handed.deliver(attempt_record());
    EXPECT_THAT(handed.told, ElementsAre("1"));
    EXPECT_EQ(handed.delivery.filtered(WIRE_EXEC), 1U);
    EXPECT_EQ(handed.delivery.filtered(), 1U);
}

}  // namespace
}  // namespace exectap
