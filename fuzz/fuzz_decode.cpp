// SPDX-License-Identifier: MIT OR Apache-2.0
// A record of any bytes is rejected, or read without leaving it: what is told of it is what its own lengths say.
#include <array>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "decode/decode.h"
#include "exectap/clock.h"
#include "sink/fields.h"
#include "sink/json.h"
#include "sink/line.h"
#include "target.h"
#include "text.h"

namespace exectap::fuzz {
namespace {

using namespace std::literals;

// The trace began after some records were made, in January 2026.
constexpr Clock kClock{.style = TimeStyle::start, .start_since_boot = 5s, .wall_minus_boot = 1'769'852'461s};

template <std::size_t Size>
std::string_view text_of(const std::array<char, Size>& scratch) {
    return {scratch.data(), Size};
}

bool lies_in(std::string_view text, std::string_view room) {
    const std::less_equal<> is_not_after;
    return is_not_after(room.data(), text.data()) && is_not_after(text.data() + text.size(), room.data() + room.size());
}

bool is_same(std::string_view text, std::string_view expected) {
    return text.data() == expected.data() && text.size() == expected.size();
}

template <typename Wire>
Wire fixed_part(std::string_view record) {
    check(record.size() >= sizeof(Wire), "a record has its fixed part");
    Wire wire;
    std::memcpy(&wire, record.data() + record.size() - sizeof wire, sizeof wire);
    return wire;
}

// Where the strings of a call lie.
class Layout {
public:
    Layout(std::string_view record, const wire_call& wire) : rest_(record.substr(0, record.size() - sizeof wire)) {
        arguments = next(wire.args_bytes);
        filename = next(wire.filename_bytes);
        interpreter = next(wire.interpreter_bytes);
        tty = next(wire.tty_bytes);
        exe = next(wire.exe.bytes);
        cwd = next(wire.cwd.bytes);
        cgroup = next(wire.cgroup.bytes);
    }

    std::string_view arguments, filename, interpreter, tty, exe, cwd, cgroup;

private:
    std::string_view next(std::size_t bytes) {
        check(bytes <= rest_.size(), "strings lie before the fixed part");
        const auto text = rest_.substr(0, bytes);
        rest_.remove_prefix(bytes);
        return text;
    }

    std::string_view rest_;
};

// The path that these names, the last one first, stand for.
std::string path_of(std::string_view names, unsigned flags) {
    std::string path = (flags & WIRE_PATH_CUT) != 0 ? "..." : "";
    check(names.empty() || names.ends_with('/'), "each name ends with a slash");
    if ((flags & WIRE_PATH_PSEUDO) != 0) return path.append(names.substr(0, names.size() - !names.empty()));
    if (names.empty()) return path + '/';
    std::vector<std::string_view> turned;
    for (std::size_t slash = 0; (slash = names.find('/')) != std::string_view::npos; names.remove_prefix(slash + 1))
        turned.push_back(names.substr(0, slash));
    for (auto name = turned.rbegin(); name != turned.rend(); name++) path.append("/").append(*name);
    return path;
}

void check_path(const std::optional<Path>& path, std::string_view room, std::string_view names, unsigned flags) {
    check(path.has_value() == ((flags & WIRE_PATH_UNREADABLE) == 0), "a path is there unless it is unreadable");
    if (!path) return;
    check(lies_in(path->path, room), "a path lies in its own room");
    check(path->path == path_of(names, flags), "a path is its names turned round", path->path);
}

void check_name(std::string_view name, std::string_view record) {
    const auto fixed = record.substr(record.size() - sizeof(wire_call));
    check(lies_in(name, fixed), "names of programs lie in the fixed part");
    check(name.size() <= WIRE_COMM_BYTES && name.find('\0') == std::string_view::npos, "names end at their NUL", name);
}

void check_time(std::chrono::nanoseconds time) { check(time >= 0ns, "nothing was before the machine booted"); }

void check_call(const Call& call, std::string_view record, const DecodeScratch& scratch) {
    const auto wire = fixed_part<wire_call>(record);
    const Layout layout(record, wire);
    check_time(call.since_boot);
    check_time(call.exec_id.start_time);
    if (call.parent_exec_id) check_time(call.parent_exec_id->start_time);
    if (call.comm) check_name(*call.comm, record);
    if (call.filename) check(is_same(call.filename->bytes, layout.filename), "the filename lies where it should");
    if (call.arguments) check(is_same(call.arguments->bytes, layout.arguments), "arguments lie where they should");
    if (call.tty)
        check(is_same(*call.tty, layout.tty) || lies_in(*call.tty, text_of(scratch.tty)), "a tty has its own room");
    check(call.tty.has_value() == !layout.tty.empty(), "a terminal is there when it has a name");
    if ((wire.flags & WIRE_HAS_PATHS) == 0) {
        check(!call.cwd && !call.cgroup, "paths are there only if they were looked for");
        return;
    }
    check_path(call.cwd, text_of(scratch.cwd), layout.cwd, wire.cwd.flags);
    check_path(call.cgroup, text_of(scratch.cgroup), layout.cgroup, wire.cgroup.flags);
}

void check_event(const ExecEvent& exec, std::string_view record, const DecodeScratch& scratch) {
    check_call(exec.call, record, scratch);
    const auto wire = fixed_part<wire_call>(record);
    const Layout layout(record, wire);
    check_name(exec.new_comm, record);
    if (exec.interpreter)
        check(is_same(exec.interpreter->bytes, layout.interpreter), "the interpreter lies where it should");
    check(exec.is_script || !exec.interpreter, "only a script has an interpreter");
    if ((wire.flags & WIRE_HAS_PATHS) == 0) return check(!exec.exe, "paths are there only if they were looked for");
    const auto path = exec.exe ? std::optional(exec.exe->path) : std::nullopt;
    check_path(path, text_of(scratch.exe), layout.exe, wire.exe.flags);
}

void check_event(const AttemptEvent& attempt, std::string_view record, const DecodeScratch& scratch) {
    check_call(attempt.call, record, scratch);
    check(attempt.error >= 1 && attempt.error <= 4095, "an attempt failed, with an errno of the kernel");
}

void check_event(const ExitEvent& exit, std::string_view record, const DecodeScratch& /*scratch*/) {
    fixed_part<wire_exit>(record);
    check(exit.exit_code >= 0 && exit.exit_code <= 255, "an exit code is a byte");
    check(exit.signal >= 0 && exit.signal <= 127, "a signal has seven bits");
    check(exit.exit_code == 0 || exit.signal == 0, "what a signal ended has no exit code");
    check_time(exit.since_boot);
    check_time(exit.exec_id.start_time);
    for (const auto& time : {exit.duration, exit.user_time, exit.system_time}) check_time(time.value_or(0ns));
}

void check_event(const ForkEvent& fork, std::string_view record, const DecodeScratch& /*scratch*/) {
    fixed_part<wire_fork>(record);
    check_time(fork.since_boot);
    check_time(fork.exec_id.start_time);
    check_time(fork.child_exec_id.start_time);
}

void check_event(const LostEvent& /*lost*/, std::string_view /*record*/, const DecodeScratch& /*scratch*/) {
    check(false, "no record tells of what was lost");
}

// All of an event, in all fields that there are; what it says of the bytes is read to its end.
std::string shown(const Event& event) {
    static LineFormat line(kClock, {.fields = fields_but(ShownIn::json)});
    static JsonFormat json(kClock);
    std::string text;
    for (Format* format : {static_cast<Format*>(&line), static_cast<Format*>(&json)}) {
        const auto before = text.size();
        format->append(text, event);
        check(text.ends_with('\n'), "an event ends with its newline", text);
        const auto shown = std::string_view(text).substr(before, text.size() - before - 1);
        check(is_safe(shown), "an event is one line that is safe to print", shown);
    }
    return text;
}

// Nothing: it was rejected.
std::optional<std::string> decoded(std::string_view record, DecodeScratch& scratch) {
    const auto decoded = decode(std::as_bytes(std::span(record)), scratch);
    if (!decoded) return std::nullopt;
    check(decoded->cpu_slot < WIRE_CPU_SLOTS, "a slot is one that there is");
    return std::visit(
        [&](const auto& event) {
            check_event(event, record, scratch);
            return shown(event) + std::to_string(decoded->cpu_slot) + ' ' + std::to_string(decoded->lost_before);
        },
        decoded->event);
}

// The same, of a cgroup's.
std::optional<std::string> decoded_cgroup(std::string_view record, DecodeScratch& scratch) {
    const auto decoded = decode_cgroup(std::as_bytes(std::span(record)), scratch);
    if (!decoded) return std::nullopt;
    const auto wire = fixed_part<wire_cgroup>(record);
    check(record.size() == sizeof wire, "a cgroup's record has one size");
    check(decoded->slot >= 1 && decoded->slot <= WIRE_CGROUPS_MAX, "a cgroup has a slot that there is");
    check(wire.path.bytes <= sizeof wire.names, "names lie in their room");
    check_time(decoded->since_boot);
    const bool is_readable = (wire.path.flags & WIRE_PATH_UNREADABLE) == 0;
    const auto path = is_readable ? std::optional(Path{.path = decoded->path}) : std::nullopt;
    check_path(path, text_of(scratch.cgroup), record.substr(0, wire.path.bytes), wire.path.flags);
    check(is_readable || decoded->path.empty(), "what is unreadable is not told");
    return std::string(decoded->path) + ' ' + std::to_string(decoded->id) + ' ' + std::to_string(decoded->slot) +
           (decoded->is_removed ? " removed" : "") + (decoded->is_candidate ? " candidate" : "");
}

}  // namespace

void run(std::string_view input) {
    static const auto scratch = std::make_unique<DecodeScratch>();
    std::memset(scratch.get(), 0, sizeof *scratch);
    const auto event = decoded(input, *scratch);
    const auto cgroup = decoded_cgroup(input, *scratch);
    check(!event || !cgroup, "a record is of one kind");
    // What an earlier record left behind must not show.
    std::memset(scratch.get(), 0xA5, sizeof *scratch);
    check(decoded(input, *scratch) == event, "a record says the same whenever it is decoded");
    check(decoded_cgroup(input, *scratch) == cgroup, "a cgroup's record says the same whenever it is decoded");
}

}  // namespace exectap::fuzz
