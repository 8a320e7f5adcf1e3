// SPDX-License-Identifier: MIT OR Apache-2.0
#include "decode/decode.h"

#include <cstring>
#include <string_view>

#include "wire.h"

namespace exectap {
namespace {

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The record's own copy is used, not the unpacked struct's: the view must outlive this function.
std::string_view comm_in(std::span<const std::byte> record) {
    const auto at = record.size() - sizeof(wire_call) + offsetof(wire_call, comm);
    const auto field = text_of(record.subspan(at, WIRE_COMM_BYTES));
    return field.substr(0, field.find('\0'));
}

Call call_of(const wire_call& wire, std::span<const std::byte> record) {
    Call call;
    call.since_boot = std::chrono::nanoseconds(wire.trailer.time_ns);
    call.pid = wire.pid;
    call.tid = wire.tid;
    call.ppid = wire.ppid;
    call.uid = wire.uid;
    call.gid = wire.gid;
    if (wire.syscall_id != WIRE_NO_SYSCALL) call.syscall_id = wire.syscall_id;
    if (!(wire.flags & WIRE_COMM_UNREADABLE)) call.comm = comm_in(record);
    if (!(wire.flags & WIRE_FILENAME_UNREADABLE)) {
        call.filename =
            Bytes{text_of(record.subspan(wire.args_bytes, wire.filename_bytes)), (wire.flags & WIRE_FILENAME_CUT) != 0};
    }
    if (!(wire.flags & WIRE_ARGS_UNREADABLE)) {
        Arguments arguments;
        arguments.bytes = text_of(record.first(wire.args_bytes));
        arguments.is_cut = (wire.flags & WIRE_ARGS_CUT) != 0;
        if (!(wire.flags & WIRE_ARGS_UNCOUNTED)) {
            arguments.total_bytes = wire.args_total;
            arguments.true_count = wire.argc;
        }
        call.arguments = arguments;
    }
    return call;
}

}  // namespace

std::optional<DecodedRecord> decode(std::span<const std::byte> record) {
    wire_call wire;
    if (record.size() < sizeof wire) return std::nullopt;
    const auto room = record.size() - sizeof wire;
    std::memcpy(&wire, record.data() + room, sizeof wire);
    if (wire.trailer.cpu_slot >= WIRE_CPU_SLOTS) return std::nullopt;
    if (wire.args_bytes > room || wire.filename_bytes > room - wire.args_bytes) return std::nullopt;

    DecodedRecord decoded;
    decoded.lost_before = wire.trailer.lost;
    decoded.cpu_slot = wire.trailer.cpu_slot;
    switch (wire.trailer.type) {
        case WIRE_EXEC: decoded.event = ExecEvent{call_of(wire, record)}; return decoded;
        case WIRE_ATTEMPT:
            if (wire.result >= 0 || wire.result < -4095) return std::nullopt;
            decoded.event = AttemptEvent{call_of(wire, record), -wire.result, (wire.flags & WIRE_FATAL) != 0};
            return decoded;
        default: return std::nullopt;
    }
}

}  // namespace exectap
