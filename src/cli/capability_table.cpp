// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/capability_table.h"

#include <linux/capability.h>

#include <array>

namespace exectap::cli {
namespace {

constexpr std::array kUses = {
    CapabilityUse{CAP_BPF, "CAP_BPF", kAlways, "loading exectap's programs into the kernel"},
    CapabilityUse{CAP_PERFMON, "CAP_PERFMON", kAlways, "reading the kernel's memory in them, and attaching them"},
    CapabilityUse{CAP_DAC_READ_SEARCH, "CAP_DAC_READ_SEARCH", kRecommended,
                  "failed execs, where only tracepoints can see them: tracefs, which tells their numbers, is root's"},
    CapabilityUse{CAP_SETUID, "CAP_SETUID", "by --user", "becoming the user of --user"},
    CapabilityUse{CAP_SETGID, "CAP_SETGID", "by --user", "having that user's groups"},
    CapabilityUse{CAP_KILL, "CAP_KILL", "by a COMMAND of another user", "passing SIGTERM and SIGHUP on to it"},
    CapabilityUse{
        CAP_SYS_PTRACE, "CAP_SYS_PTRACE", "by readers of another user",
        "with CAP_DAC_READ_SEARCH: finding who reads the events from a pipe, so that what they run is not told"},
    CapabilityUse{CAP_DAC_OVERRIDE, "CAP_DAC_OVERRIDE", "by sockets and files of others",
                  "asking container engines for names, where exectap is in no group that may; -o FILE in a folder that "
                  "is another's"},
    CapabilityUse{CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "only where tracefs is not mounted",
                  "reading tracefs without a mount. Mount it instead: mount -t tracefs tracefs /sys/kernel/tracing"},
};

}  // namespace

std::span<const CapabilityUse> capability_uses() { return kUses; }

bool has_capability(std::uint64_t capabilities, unsigned number) { return (capabilities >> number & 1U) != 0; }

std::string file_capabilities() {
    std::string list;
    for (const auto& use : kUses) {
        if (use.needed != kAlways && use.needed != kRecommended) continue;
        if (!list.empty()) list += ',';
        for (const char c : use.name) list += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return list + "+ep";
}

}  // namespace exectap::cli
