// SPDX-License-Identifier: MIT OR Apache-2.0
// What is said once of a trace: at its start, of what ran before, and at its end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/session.h"

namespace exectap {

// What is left out of a trace, as it was asked for. Several of one kind: any of them.
struct TraceFilters {
    std::vector<std::uint32_t> uids;
    std::vector<std::uint32_t> excluded_trees;
    std::vector<std::string> comms;
    std::vector<std::string> exes;
    std::vector<std::string> wheres;
    std::vector<std::string> fail_ifs;  // what nothing shall match: leaves nothing out
};

struct TraceStart {
    std::string trace_id;  // random, a UUID
    std::string version;   // exectap's
    std::string host;      // uname(2)
    std::string boot_id;   // /proc/sys/kernel/random/boot_id: exec ids are unique within it
    std::string kernel;
    std::string arch;
    Clock clock;                       // start_since_boot is when the trace began
    std::vector<std::string> targets;  // "pid:1234", "tty:/dev/pts/9", "cgroup:/a", "unit:nginx.service",
                                       // "container:web", "all", "command:make"
    std::vector<std::string> command;  // COMMAND and its arguments; empty without
    EventKinds events;
    bool watch_children = true;
    TraceFilters filters;
    std::uint64_t ring_bytes = 0;
    std::uint64_t buffer_bytes = 0;
    std::uint64_t max_args_bytes = 0;
    AttemptMechanism attempts = AttemptMechanism::off;
};

// A target that comes and goes: a terminal, a cgroup, a unit, a container.
struct TargetChange {
    enum class What { appeared, changed, gone };

    What what = What::appeared;
    std::string target;                       // as in TraceStart::targets
    std::string cgroup;                       // where it is, or was; of a terminal empty
    std::optional<std::string> container_id;  // of that cgroup
    std::size_t places = 0;                   // the cgroups that it is now
    std::chrono::nanoseconds since_boot{};
};

std::string_view name_of(TargetChange::What what);

struct TraceEnd {
    SessionSummary summary;
    std::chrono::nanoseconds duration{};
    std::optional<std::uint64_t> fail_if_matched;  // events; absent: nothing was asserted
};

}  // namespace exectap
