// SPDX-License-Identifier: MIT OR Apache-2.0
// Hands decoded records over in order: filters and numbers them, tells gaps in their places, and counts.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "decode/decode.h"
#include "exectap/session.h"
#include "wire.h"

namespace exectap {

class Delivery {
public:
    // `begin`: nothing can have been lost before.
    Delivery(const SessionConfig& config, std::chrono::nanoseconds begin);

    void deliver(DecodedRecord& decoded, const Session::Handler& handler);

    // It was told of somebody who turned out to be no target: as if it had never been.
    void forget(const DecodedRecord& decoded);

    // `total`: records lost on the CPUs of this slot so far. Those that were not told yet are told now.
    void tell_lost(std::uint64_t total, std::size_t slot, std::chrono::nanoseconds until,
                   const Session::Handler& handler);

    // Of this type, of those that were asked for.
    std::uint64_t delivered(wire_type type) const { return delivered_.at(type); }
    std::uint64_t delivered() const;

    // By the filter.
    std::uint64_t filtered(wire_type type) const { return filtered_.at(type); }
    std::uint64_t filtered() const;

    struct Forgotten {
        std::uint64_t events = 0;
        std::uint64_t filtered = 0;  // of these; in the kernel
    };
    const Forgotten& forgotten(wire_type type) const { return forgotten_.at(type); }
    std::uint64_t forgotten() const;

private:
    struct Slot {
        std::uint64_t lost_told = 0;
        std::chrono::nanoseconds last_record{};
    };

    std::array<bool, WIRE_TYPES> is_asked_for_;
    std::function<void(const Event&)> observe_;
    std::function<bool(const Event&)> filter_;
    std::array<std::uint64_t, WIRE_TYPES> delivered_{};
    std::array<std::uint64_t, WIRE_TYPES> filtered_{};
    std::array<Forgotten, WIRE_TYPES> forgotten_{};
    std::array<Slot, WIRE_CPU_SLOTS> slots_;
    std::uint64_t next_seq_ = 1;
};

// Which types of records were asked for, by enum wire_type.
std::array<bool, WIRE_TYPES> types_of(const EventKinds& kinds);

}  // namespace exectap
