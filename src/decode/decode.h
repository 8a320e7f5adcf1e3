// SPDX-License-Identifier: MIT OR Apache-2.0
// Bytes from the kernel to an Event. Pure: no state, no allocation, every length checked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <variant>

#include "exectap/event.h"

namespace exectap {

struct DecodedRecord {
    std::variant<ExecEvent, AttemptEvent> event;
    std::uint64_t lost_before = 0;  // records lost so far on the CPUs of this slot
    std::uint16_t cpu_slot = 0;     // below WIRE_CPU_SLOTS
};

// Nothing when the record is not one of ours. The event points into `record`.
std::optional<DecodedRecord> decode(std::span<const std::byte> record);

}  // namespace exectap
