// SPDX-License-Identifier: MIT OR Apache-2.0
// Builds a record's bytes as the kernel side lays them out: arguments, filename, a gap, and wire_call at the end.
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

class RecordBuilder {
public:
    // `ls -l`, run by bash; every field has a value of its own.
    static RecordBuilder exec() {
        RecordBuilder builder;
        builder.call_.pid = 1234;
        builder.call_.tid = 1235;
        builder.call_.ppid = 1200;
        builder.call_.uid = 1000;
        builder.call_.gid = 1001;
        builder.call_.syscall_id = 59;
        builder.call_.trailer = {.time_ns = 123'456'789, .lost = 7, .cpu_slot = 3, .type = WIRE_EXEC, .padding = {}};
        return builder.comm("bash").args({"ls", "-l"}).filename("/usr/bin/ls");
    }

    static RecordBuilder attempt(int result) {
        return exec().change([result](wire_call& call) {
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
        call_.filename_bytes = static_cast<__u32>(path.size());
        return *this;
    }

    // At most 16 bytes; the rest is NUL.
    RecordBuilder& comm(std::string_view name) {
        std::fill(std::begin(call_.comm), std::end(call_.comm), '\0');
        std::copy(name.begin(), name.end(), std::begin(call_.comm));
        return *this;
    }

    RecordBuilder& flags(unsigned flags) {
        call_.flags = flags;
        return *this;
    }

    // Whatever has no function of its own: function(wire_call&). Lengths may be made to lie.
    template <typename Function>
    RecordBuilder& change(Function function) {
        function(call_);
        return *this;
    }

    Record bytes() const {
        const auto strings = args_ + filename_;
        // What the kernel leaves in the gap is whatever was in the ring: never zeros to rely on.
        Record record(size_class(strings.size() + sizeof call_), std::byte{0xA5});
        std::memcpy(record.data(), strings.data(), strings.size());
        std::memcpy(record.data() + record.size() - sizeof call_, &call_, sizeof call_);
        return record;
    }

private:
    static std::size_t size_class(std::size_t needed) {
        constexpr std::array<std::size_t, 7> kClasses = {WIRE_CLASS_512, WIRE_CLASS_2K,   WIRE_CLASS_8K,
                                                         WIRE_CLASS_32K, WIRE_CLASS_128K, WIRE_CLASS_512K,
                                                         WIRE_CLASS_MAX};
        return *std::lower_bound(kClasses.begin(), kClasses.end(), needed);
    }

    wire_call call_{};
    std::string args_;
    std::string filename_;
};

}  // namespace exectap
