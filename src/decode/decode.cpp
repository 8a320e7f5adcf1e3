// SPDX-License-Identifier: MIT OR Apache-2.0
#include "decode/decode.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <string_view>

namespace exectap {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t kNobody = ~0U;  // loginuid when it was never set

// 146 years: the sum of two times can still be held, and no machine has been up for longer.
constexpr std::uint64_t kLatest = std::uint64_t{1} << 62;

bool are_times(std::initializer_list<std::uint64_t> times) {
    return std::all_of(times.begin(), times.end(), [](std::uint64_t ns) { return ns <= kLatest; });
}

std::string_view text_of(std::span<const std::byte> bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

// The struct at the end of the record.
template <typename Wire>
std::optional<Wire> tail_of(std::span<const std::byte> record) {
    std::optional<Wire> wire;
    if (record.size() >= sizeof(Wire))
        std::memcpy(&wire.emplace(), record.data() + record.size() - sizeof(Wire), sizeof(Wire));
    return wire;
}

ExecId id_of(const wire_program& program) {
    return {nanoseconds(program.start_time), program.pid, program.self_exec_id};
}

// "ls/bin/usr/" as "/usr/bin/ls".
std::optional<Path> path_of(std::string_view names, const wire_path& wire, DecodeScratch::PathText& scratch) {
    if ((wire.flags & WIRE_PATH_UNREADABLE) != 0) return std::nullopt;
    std::size_t length = 0;
    const auto append = [&](std::string_view text) {
        std::copy(text.begin(), text.end(), scratch.data() + length);
        length += text.size();
    };
    if ((wire.flags & WIRE_PATH_CUT) != 0) append("...");
    if ((wire.flags & WIRE_PATH_PSEUDO) != 0) {
        // One name, and unlike those in directories it may have slashes in it: "memfd:a/b", "dev/zero".
        append(names.substr(0, names.rfind('/')));
        names = {};
    } else if (names.empty()) {
        append("/");
    }
    while (!names.empty()) {
        names.remove_suffix(1);
        const auto begin = names.rfind('/') + 1;  // 0 when there is no other
        append("/");
        append(names.substr(begin));
        names = names.substr(0, begin);
    }
    return Path{{scratch.data(), length},
                (wire.flags & WIRE_PATH_DELETED) != 0,
                (wire.flags & WIRE_PATH_UNREACHABLE) != 0,
                (wire.flags & WIRE_PATH_TORN) != 0};
}

// The strings of a call, taken one after the other.
class Strings {
public:
    explicit Strings(std::span<const std::byte> bytes) : rest_(text_of(bytes)) {}

    std::string_view take(std::size_t bytes) {
        if (bytes > rest_.size()) is_bad_ = true;
        const auto taken = rest_.substr(0, bytes);
        rest_.remove_prefix(taken.size());
        return taken;
    }

    // Names that end in '/'.
    std::string_view take_names(const wire_path& path) {
        const auto names = take(path.bytes);
        if (names.size() > DecodeScratch::kMostNames || (!names.empty() && names.back() != '/')) is_bad_ = true;
        return is_bad_ ? std::string_view() : names;
    }

    bool is_bad() const { return is_bad_; }

private:
    std::string_view rest_;
    bool is_bad_ = false;
};

std::string_view terminal_name(std::string_view name, bool is_pts, DecodeScratch& scratch) {
    constexpr std::string_view kDriver = "pts";
    if (!is_pts || !name.starts_with(kDriver) || name == kDriver || name.size() > WIRE_TTY_MAX) return name;
    // The kernel says "pts9"; its file is pts/9.
    auto* end = std::copy(kDriver.begin(), kDriver.end(), scratch.tty.data());
    *end++ = '/';
    end = std::copy(name.begin() + kDriver.size(), name.end(), end);
    return {scratch.tty.data(), static_cast<std::size_t>(end - scratch.tty.data())};
}

Arguments arguments_of(const wire_call& wire, std::string_view bytes) {
    Arguments arguments;
    arguments.bytes = bytes;
    arguments.is_cut = (wire.flags & WIRE_ARGS_CUT) != 0;
    if (!(wire.flags & WIRE_ARGS_UNCOUNTED)) {
        arguments.total_bytes = wire.args_total;
        arguments.true_count = wire.argc;
    }
    return arguments;
}

// What is the caller's own, and needs no string.
void read_caller(Call& call, const wire_call& wire) {
    call.since_boot = nanoseconds(wire.trailer.time_ns);
    call.pid = wire.program.pid;
    call.tid = wire.tid;
    call.ppid = wire.ppid;
    call.ns_pid = wire.ns_pid;
    call.exec_id = id_of(wire.program);
    if (wire.parent.pid != 0) call.parent_exec_id = id_of(wire.parent);
    call.uid = wire.uid;
    call.euid = wire.euid;
    call.gid = wire.gid;
    call.egid = wire.egid;
    if (wire.loginuid != kNobody) call.loginuid = wire.loginuid;
    call.cap_effective = wire.cap_effective;
    call.umask = wire.umask;
    if (wire.syscall_id != WIRE_NO_SYSCALL) call.syscall_id = wire.syscall_id;
    call.is_execveat = (wire.flags & WIRE_EXECVEAT) != 0;
    call.sid = wire.sid;
    call.pgid = wire.pgid;
}

// The record's own copy is used, not the unpacked struct's: the view must outlive this function.
std::string_view comm_in(std::span<const std::byte> record, std::size_t offset) {
    const auto at = record.size() - sizeof(wire_call) + offset;
    const auto field = text_of(record.subspan(at, WIRE_COMM_BYTES));
    return field.substr(0, field.find('\0'));
}

struct CallStrings {
    std::string_view arguments, filename, interpreter, tty, exe, cwd, cgroup;
};

void read_strings(Call& call, const wire_call& wire, const CallStrings& strings, DecodeScratch& scratch) {
    if (!(wire.flags & WIRE_FILENAME_UNREADABLE))
        call.filename = Bytes{strings.filename, (wire.flags & WIRE_FILENAME_CUT) != 0};
    if (!(wire.flags & WIRE_ARGS_UNREADABLE)) call.arguments = arguments_of(wire, strings.arguments);
    if (!strings.tty.empty()) call.tty = terminal_name(strings.tty, (wire.flags & WIRE_TTY_IS_PTS) != 0, scratch);
    if (!(wire.flags & WIRE_HAS_PATHS)) return;
    call.cwd = path_of(strings.cwd, wire.cwd, scratch.cwd);
    call.cgroup = path_of(strings.cgroup, wire.cgroup, scratch.cgroup);
}

// By owner and mode, so that root's power to write everything does not count.
bool is_writable_by_others(const wire_call& wire) {
    return (wire.exe_mode & S_IWOTH) != 0 || ((wire.exe_mode & S_IWGRP) != 0 && wire.exe_gid != 0) ||
           ((wire.exe_mode & S_IWUSR) != 0 && wire.exe_uid != 0);
}

void read_exe(ExecEvent& exec, const wire_call& wire, std::string_view names, DecodeScratch& scratch) {
    constexpr unsigned kMinorBits = 20;  // include/linux/kdev_t.h
    constexpr std::string_view kMemfd = "memfd:";
    if (!(wire.flags & WIRE_HAS_PATHS)) return;
    const auto path = path_of(names, wire.exe, scratch.exe);
    if (!path) return;
    auto& exe = exec.exe.emplace();
    exe.path = *path;
    exe.dev_major = wire.exe_dev >> kMinorBits;
    exe.dev_minor = wire.exe_dev & ((1U << kMinorBits) - 1);
    exe.inode = wire.exe_inode;
    exe.is_memfd = (wire.exe.flags & WIRE_PATH_PSEUDO) != 0 && path->path.substr(0, kMemfd.size()) == kMemfd;
    exe.is_setuid = (wire.exe_mode & S_ISUID) != 0;
    exe.is_setgid = (wire.exe_mode & S_ISGID) != 0 && (wire.exe_mode & S_IXGRP) != 0;
    exe.is_writable = is_writable_by_others(wire);
}

bool decode_call(std::span<const std::byte> record, DecodeScratch& scratch, DecodedRecord& decoded) {
    const auto wire = tail_of<wire_call>(record);
    if (!wire || !are_times({wire->program.start_time, wire->parent.start_time})) return false;
    Strings rest(record.first(record.size() - sizeof *wire));
    CallStrings strings;
    strings.arguments = rest.take(wire->args_bytes);
    strings.filename = rest.take(wire->filename_bytes);
    strings.interpreter = rest.take(wire->interpreter_bytes);
    strings.tty = rest.take(wire->tty_bytes);
    strings.exe = rest.take_names(wire->exe);
    strings.cwd = rest.take_names(wire->cwd);
    strings.cgroup = rest.take_names(wire->cgroup);
    if (rest.is_bad()) return false;

    const auto read_call = [&](Call& call) {
        read_caller(call, *wire);
        read_strings(call, *wire, strings, scratch);
        if (!(wire->flags & WIRE_COMM_UNREADABLE)) call.comm = comm_in(record, offsetof(wire_call, comm));
    };
    if (wire->trailer.type == WIRE_ATTEMPT) {
        if (wire->result >= 0 || wire->result < -4095) return false;
        auto& attempt = decoded.event.emplace<AttemptEvent>();
        read_call(attempt.call);
        attempt.error = -wire->result;
        attempt.is_fatal = (wire->flags & WIRE_FATAL) != 0;
        return true;
    }
    auto& exec = decoded.event.emplace<ExecEvent>();
    read_call(exec.call);
    exec.new_comm = comm_in(record, offsetof(wire_call, new_comm));
    read_exe(exec, *wire, strings.exe, scratch);
    exec.is_script = (wire->flags & WIRE_SCRIPT) != 0;
    if (exec.is_script && !(wire->flags & WIRE_INTERPRETER_UNREADABLE))
        exec.interpreter = Bytes{strings.interpreter, (wire->flags & WIRE_INTERPRETER_CUT) != 0};
    return true;
}

bool decode_exit(std::span<const std::byte> record, DecodedRecord& decoded) {
    const auto wire = tail_of<wire_exit>(record);
    if (!wire || !are_times({wire->program.start_time, wire->user_ns, wire->system_ns})) return false;
    auto& exit = decoded.event.emplace<ExitEvent>();
    exit.since_boot = nanoseconds(wire->trailer.time_ns);
    exit.pid = wire->program.pid;
    exit.exec_id = id_of(wire->program);
    const auto status = static_cast<int>(wire->status);
    exit.signal = WTERMSIG(status);
    exit.exit_code = exit.signal == 0 ? WEXITSTATUS(status) : 0;
    exit.core_dumped = (wire->flags & WIRE_CORE_DUMPED) != 0;
    if (wire->program_since != 0 && wire->program_since <= wire->trailer.time_ns)
        exit.duration = nanoseconds(wire->trailer.time_ns - wire->program_since);
    if (wire->user_ns != 0) exit.user_time = nanoseconds(wire->user_ns);
    if (wire->system_ns != 0) exit.system_time = nanoseconds(wire->system_ns);
    if (wire->max_rss_kb != 0) exit.max_rss_kb = wire->max_rss_kb;
    return true;
}

bool decode_fork(std::span<const std::byte> record, DecodedRecord& decoded) {
    const auto wire = tail_of<wire_fork>(record);
    if (!wire || !are_times({wire->program.start_time, wire->child.start_time})) return false;
    auto& fork = decoded.event.emplace<ForkEvent>();
    fork.since_boot = nanoseconds(wire->trailer.time_ns);
    fork.pid = wire->program.pid;
    fork.child_pid = wire->child.pid;
    fork.exec_id = id_of(wire->program);
    fork.child_exec_id = id_of(wire->child);
    return true;
}

bool decode_into(DecodedRecord& decoded, std::span<const std::byte> record, DecodeScratch& scratch) {
    const auto trailer = tail_of<wire_trailer>(record);
    if (!trailer || trailer->cpu_slot >= WIRE_CPU_SLOTS || !are_times({trailer->time_ns})) return false;
    decoded.lost_before = trailer->lost;
    decoded.cpu_slot = trailer->cpu_slot;
    decoded.is_filtered = trailer->is_filtered != 0;
    decoded.candidate = trailer->candidate;
    switch (trailer->type) {
        case WIRE_EXEC:
        case WIRE_ATTEMPT: return decode_call(record, scratch, decoded);
        case WIRE_EXIT: return decode_exit(record, decoded);
        case WIRE_FORK: return decode_fork(record, decoded);
        default: return false;
    }
}

}  // namespace

std::optional<CgroupRecord> decode_cgroup(std::span<const std::byte> record, DecodeScratch& scratch) {
    const auto trailer = tail_of<wire_trailer>(record);
    if (!trailer || trailer->type != WIRE_CGROUP || !are_times({trailer->time_ns})) return std::nullopt;
    if (record.size() != sizeof(wire_cgroup)) return std::nullopt;
    wire_cgroup wire;
    std::memcpy(&wire, record.data(), sizeof wire);
    if (wire.slot < 1 || wire.slot > WIRE_CGROUPS_MAX || wire.path.bytes > sizeof wire.names) return std::nullopt;
    const auto names = text_of(record.first(wire.path.bytes));
    if (!names.empty() && names.back() != '/') return std::nullopt;
    const auto path = path_of(names, wire.path, scratch.cgroup);
    CgroupRecord decoded;
    decoded.id = wire.id;
    if (path) decoded.path = path->path;
    decoded.slot = wire.slot;
    decoded.is_removed = wire.change == WIRE_CGROUP_REMOVED;
    decoded.is_candidate = wire.is_candidate != 0;
    decoded.since_boot = nanoseconds(trailer->time_ns);
    return decoded;
}

std::optional<DecodedRecord> decode(std::span<const std::byte> record, DecodeScratch& scratch) {
    // Filled where it is returned to: it has half a kilobyte.
    std::optional<DecodedRecord> decoded(std::in_place);
    if (!decode_into(*decoded, record, scratch)) decoded.reset();
    return decoded;
}

}  // namespace exectap
