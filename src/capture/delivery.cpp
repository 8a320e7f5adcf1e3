// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/delivery.h"

#include <numeric>
#include <type_traits>
#include <variant>

namespace exectap {
namespace {

using std::chrono::nanoseconds;

// Of no LostEvent. The alternatives of Event are in the order of the types.
wire_type type_of(const Event& event) { return static_cast<wire_type>(event.index()); }
static_assert(std::is_same_v<std::variant_alternative_t<WIRE_EXEC, Event>, ExecEvent>);
static_assert(std::is_same_v<std::variant_alternative_t<WIRE_ATTEMPT, Event>, AttemptEvent>);
static_assert(std::is_same_v<std::variant_alternative_t<WIRE_EXIT, Event>, ExitEvent>);
static_assert(std::is_same_v<std::variant_alternative_t<WIRE_FORK, Event>, ForkEvent>);

void number(Event& event, std::uint64_t seq) {
    struct Visitor {
        std::uint64_t& operator()(ExecEvent& exec) const { return exec.call.seq; }
        std::uint64_t& operator()(AttemptEvent& attempt) const { return attempt.call.seq; }
        std::uint64_t& operator()(ExitEvent& exit) const { return exit.seq; }
        std::uint64_t& operator()(ForkEvent& fork) const { return fork.seq; }
        std::uint64_t& operator()(LostEvent& lost) const { return lost.seq; }
    };
    std::visit(Visitor{}, event) = seq;
}

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
    auto& event = decoded.event;
    const auto type = type_of(event);
    const auto since_boot = time_of(event);
    if (observe_) observe_(event);
    // What nobody asked for is small and may find room where other records have none: it ends no gap.
    const bool is_asked_for = is_asked_for_.at(type) && !decoded.is_filtered;
    if (!is_asked_for) return;
    tell_lost(decoded.lost_before, decoded.cpu_slot, since_boot, handler);
    slots_.at(decoded.cpu_slot).last_record = since_boot;
    if (filter_ && !filter_(event)) {
        filtered_.at(type)++;
        return;
    }
    number(event, next_seq_++);
    delivered_.at(type)++;
    handler(event);
}

void Delivery::forget(const DecodedRecord& decoded) {
    const auto type = type_of(decoded.event);
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
