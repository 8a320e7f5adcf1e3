// SPDX-License-Identifier: MIT OR Apache-2.0
// Builds a record's bytes as the kernel side lays them out: of a call the strings, a gap, and wire_call at the end.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "wire.h"

namespace exectap {

using Record = std::vector<std::byte>;
using Names = std::vector<std::string>;

// As the kernel side writes them, the last component first, each followed by '/'.
inline std::string reversed(const Names& names) {
    std::string text;
    for (const auto& name : names) text.insert(0, name + '/');
    return text;
}

template <typename Wire>
Record record_of(const Wire& wire) {
    Record record(sizeof wire);
    std::memcpy(record.data(), &wire, sizeof wire);
    return record;
}

inline wire_program program(__u64 start_time, __u32 pid, __u64 self_exec_id) {
    return {.start_time = start_time, .self_exec_id = self_exec_id, .pid = pid, .padding = 0};
}

inline wire_trailer trailer(wire_type type) {
    return {.time_ns = 123'456'789, .lost = 7, .cpu_slot = 3, .type = static_cast<__u8>(type), .padding = {}};
}

// Every field has a value of its own.
inline wire_exit exit_wire() {
    return {.program = program(81'000, 1234, 8),
            .program_since = 100'000'000,
            .user_ns = 8'000'000,
            .system_ns = 4'000'000,
            .max_rss_kb = 2048,
            .status = 3 << 8,
            .flags = 0,
            .trailer = trailer(WIRE_EXIT)};
}

inline wire_fork fork_wire() {
    return {.program = program(81'000, 1234, 8), .child = program(82'000, 1240, 9), .trailer = trailer(WIRE_FORK)};
}

// Every field has a value of its own. The rest of the names is what another record left there.
inline wire_cgroup cgroup_wire(const Names& names, unsigned flags = 0) {
    wire_cgroup wire{};
    std::memset(wire.names, 0xA5, sizeof wire.names);
    const auto text = reversed(names);
    std::memcpy(wire.names, text.data(), text.size());
    wire.id = 4711;
    wire.path = {.bytes = static_cast<__u16>(text.size()), .flags = static_cast<__u16>(flags)};
    wire.slot = 5;
    wire.change = WIRE_CGROUP_MADE;
    wire.is_candidate = 0;
    wire.trailer = trailer(WIRE_CGROUP);
    return wire;
}

class RecordBuilder {
public:
    // `ls -l`, run by bash; every field has a value of its own.
    static RecordBuilder exec() {
        RecordBuilder builder;
        auto& call = builder.call_;
        call.flags = WIRE_HAS_PATHS | WIRE_TTY_IS_PTS;
        call.exe_mode = 0100755;
        call.tid = 1235;
        call.ppid = 1200;
        call.ns_pid = 17;
        call.sid = 1100;
        call.pgid = 1101;
        call.uid = 1000;
        call.euid = 1001;
        call.gid = 1002;
        call.egid = 1003;
        call.loginuid = 1004;
        call.umask = 022;
        call.syscall_id = 59;
        call.exe_dev = 254U << 20 | 1;
        call.exe_inode = 247'728;
        call.cap_effective = 0x1ff'ffff'ffff;
        call.program = program(81'000, 1234, 8);
        call.parent = program(61'000, 1201, 3);
        call.trailer = trailer(WIRE_EXEC);
        return builder.comm("bash")
            .new_comm("ls")
            .args({"ls", "-l"})
            .filename("/bin/ls")
            .tty("pts9")
            .exe({"usr", "bin", "ls"})
            .cwd({"home", "ann"})
            .cgroup({"user.slice", "x.scope"});
    }

    static RecordBuilder attempt(int result) {
        return exec().exe({}).new_comm("").change([result](wire_call& call) {
            call.trailer.type = WIRE_ATTEMPT;
            call.result = result;
        });
    }

    // Sets their size and number too.
    RecordBuilder& args(const std::vector<std::string>& list) {
        args_.clear();
        for (const auto& argument : list) args_.append(argument).push_back('\0');
        call_.argc = static_cast<__u32>(list.size());
        call_.args_total = args_.size();
        call_.args_bytes = static_cast<__u32>(args_.size());
        return *this;
    }

    RecordBuilder& filename(std::string_view path) {
        filename_ = path;
        call_.filename_bytes = static_cast<__u16>(path.size());
        return *this;
    }

    // Makes it a script.
    RecordBuilder& interpreter(std::string_view path) {
        interpreter_ = path;
        call_.interpreter_bytes = static_cast<__u16>(path.size());
        return flag(WIRE_SCRIPT);
    }

    RecordBuilder& tty(std::string_view name) {
        tty_ = name;
        call_.tty_bytes = static_cast<__u16>(name.size());
        return *this;
    }

    RecordBuilder& exe(const Names& names, unsigned flags = 0) {
        call_.exe = set_path(exe_, names, flags);
        return *this;
    }

    RecordBuilder& cwd(const Names& names, unsigned flags = 0) {
        call_.cwd = set_path(cwd_, names, flags);
        return *this;
    }

    RecordBuilder& cgroup(const Names& names, unsigned flags = 0) {
        call_.cgroup = set_path(cgroup_, names, flags);
        return *this;
    }

    // No string at all.
    RecordBuilder& bare() { return args({}).filename("").tty("").exe({}).cwd({}).cgroup({}); }

    // Names of programs: at most 16 bytes; the rest is NUL.
    RecordBuilder& comm(std::string_view name) {
        set_name(call_.comm, name);
        return *this;
    }

    RecordBuilder& new_comm(std::string_view name) {
        set_name(call_.new_comm, name);
        return *this;
    }

    RecordBuilder& flag(unsigned flags) {
        call_.flags |= flags;
        return *this;
    }

    RecordBuilder& without(unsigned flags) {
        call_.flags &= ~flags;
        return *this;
    }

    // Whatever has no function of its own: function(wire_call&). Lengths may be made to lie.
    template <typename Function>
    RecordBuilder& change(Function function) {
        function(call_);
        return *this;
    }

    Record bytes() const {
        const auto strings = args_ + filename_ + interpreter_ + tty_ + exe_ + cwd_ + cgroup_;
        // What the kernel leaves in the gap is whatever was in the ring: never zeros to rely on.
        Record record(size_class(strings.size() + sizeof call_), std::byte{0xA5});
        std::memcpy(record.data(), strings.data(), strings.size());
        std::memcpy(record.data() + record.size() - sizeof call_, &call_, sizeof call_);
        return record;
    }

private:
    static wire_path set_path(std::string& text, const Names& names, unsigned flags) {
        text = reversed(names);
        return {.bytes = static_cast<__u16>(text.size()), .flags = static_cast<__u16>(flags)};
    }

    static void set_name(char (&field)[WIRE_COMM_BYTES], std::string_view name) {
        std::fill(std::begin(field), std::end(field), '\0');
        std::copy(name.begin(), name.end(), std::begin(field));
    }

    static std::size_t size_class(std::size_t needed) {
        constexpr std::array<std::size_t, 8> kClasses = {WIRE_CLASS_512,   WIRE_CLASS_2K,   WIRE_CLASS_8K,
                                                         WIRE_CLASS_32K,   WIRE_CLASS_128K, WIRE_CLASS_512K,
                                                         WIRE_CLASS_2304K, WIRE_CLASS_MAX};
        return *std::lower_bound(kClasses.begin(), kClasses.end(), needed);
    }

    wire_call call_{};
    std::string args_;
    std::string filename_;
    std::string interpreter_;
    std::string tty_;
    std::string exe_;
    std::string cwd_;
    std::string cgroup_;
};

}  // namespace exectap
