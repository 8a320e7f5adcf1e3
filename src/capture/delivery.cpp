// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/delivery.h"

#include <numeric>
#include <variant>

namespace exectap {
namespace {

using std::chrono::nanoseconds;

struct Head {
    wire_type type;
    std::uint64_t* seq;
    nanoseconds since_boot;
};

struct TypeOf {
    wire_type operator()(const ExecEvent& /*exec*/) const { return WIRE_EXEC; }
    wire_type operator()(const AttemptEvent& /*attempt*/) const { return WIRE_ATTEMPT; }
    wire_type operator()(const ExitEvent& /*exit*/) const { return WIRE_EXIT; }
    wire_type operator()(const ForkEvent& /*fork*/) const { return WIRE_FORK; }
};

struct HeadOf {
    Head operator()(ExecEvent& exec) const { return {WIRE_EXEC, &exec.call.seq, exec.call.since_boot}; }
    Head operator()(AttemptEvent& attempt) const { return {WIRE_ATTEMPT, &attempt.call.seq, attempt.call.since_boot}; }
    Head operator()(ExitEvent& exit) const { return {WIRE_EXIT, &exit.seq, exit.since_boot}; }
    Head operator()(ForkEvent& fork) const { return {WIRE_FORK, &fork.seq, fork.since_boot}; }
};

}  // namespace

std::array<bool, WIRE_TYPES> types_of(const EventKinds& kinds) {
    std::array<bool, WIRE_TYPES> types{};
    types.at(WIRE_EXEC) = kinds.execs;
    types.at(WIRE_ATTEMPT) = kinds.attempts;
    types.at(WIRE_EXIT) = kinds.exits;
    types.at(WIRE_FORK) = kinds.forks;
    return types;
}

Delivery::Delivery(const SessionConfig& config, nanoseconds begin)
    : is_asked_for_(types_of(config.events)), observe_(config.observe), filter_(config.filter) {
    slots_.fill(Slot{0, begin});
}

void Delivery::tell_lost(std::uint64_t total, std::size_t slot, nanoseconds until, const Session::Handler& handler) {
    auto& [told, last_record] = slots_.at(slot);
    if (total <= told) return;
    const auto count = total - told;
    handler(LostEvent{next_seq_, last_record, until, count, LossReason::ring});
    next_seq_ += count;
    told = total;
}

void Delivery::deliver(DecodedRecord& decoded, const Session::Handler& handler) {
    const auto head = std::visit(HeadOf{}, decoded.event);
    if (observe_) std::visit([&](const auto& event) { observe_(event); }, decoded.event);
    // What nobody asked for is small and may find room where other records have none: it ends no gap.
    const bool is_asked_for = is_asked_for_.at(head.type) && !decoded.is_filtered;
    if (!is_asked_for) return;
    tell_lost(decoded.lost_before, decoded.cpu_slot, head.since_boot, handler);
    slots_.at(decoded.cpu_slot).last_record = head.since_boot;
    const bool is_wanted = !filter_ || std::visit([&](const auto& event) { return filter_(event); }, decoded.event);
    if (!is_wanted) {
        filtered_.at(head.type)++;
        return;
    }
    *head.seq = next_seq_++;
    delivered_.at(head.type)++;
    std::visit([&](const auto& event) { handler(event); }, decoded.event);
}

void Delivery::forget(const DecodedRecord& decoded) {
    const auto type = std::visit(TypeOf{}, decoded.event);
    if (!is_asked_for_.at(type)) return;
    forgotten_.at(type).events++;
    if (decoded.is_filtered) forgotten_.at(type).filtered++;
}

std::uint64_t Delivery::forgotten() const {
    return std::accumulate(forgotten_.begin(), forgotten_.end(), std::uint64_t{0},
                           [](auto sum, const auto& forgotten) { return sum + forgotten.events - forgotten.filtered; });
}

std::uint64_t Delivery::delivered() const {
    return std::accumulate(delivered_.begin(), delivered_.end(), std::uint64_t{0});
}

std::uint64_t Delivery::filtered() const {
    return std::accumulate(filtered_.begin(), filtered_.end(), std::uint64_t{0});
}

}  // namespace exectap
