// SPDX-License-Identifier: MIT OR Apache-2.0
// A trace: what is watched, and the events of it. One pollable descriptor, no thread, no signal handler, no output.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "exectap/event.h"
#include "exectap/result.h"
#include "exectap/target.h"

namespace exectap {

struct SessionConfig {
    std::vector<ProcessTarget> processes;
    std::vector<TerminalTarget> terminals;
    bool all = false;                         // every process but the caller's own
    bool watch_children = true;               // descendants too, those that already run included
    bool watch_attempts = true;               // execs that fail
    std::size_t ring_bytes = 16 << 20;        // a power of two and a multiple of the page size
    std::uint64_t max_args_bytes = 64 << 10;  // of one exec's arguments; what is longer is cut and marked
};

// How failed execs are seen.
enum class AttemptMechanism { off, tracepoint };

std::string_view name_of(AttemptMechanism mechanism);

struct Tally {
    std::uint64_t seen = 0;  // in scope, counted in the kernel apart from the records
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;  // no room in the ring
};

struct SessionSummary {
    AttemptMechanism attempt_mechanism = AttemptMechanism::off;
    Tally execs;
    Tally attempts;
    std::uint64_t bad_records = 0;  // could not be decoded: an internal error
    std::uint64_t marks_lost =
        0;  // tasks that could not be marked (no memory, or its lock was held): the execs missed with them are unknown
    std::uint64_t lineage_lost = 0;  // processes that may have been missed when their parents ended at the start
    std::uint64_t still_alive = 0;   // watched processes

    bool is_complete() const;
};

class Session {
public:
    using Handler = std::function<void(const Event&)>;

    // Loads and attaches the programs and marks what already runs: when it returns, nothing in scope is missed.
    static Result<std::unique_ptr<Session>> open(const SessionConfig& config);

    virtual ~Session() = default;

    // Readable when dispatch() has work. Owned by the session.
    virtual int fd() const = 0;

    // Hands over what is there, without waiting.
    virtual void dispatch(const Handler& handler) = 0;

    virtual AttemptMechanism attempt_mechanism() const = 0;

    // Processes that were found and marked at the start, the roots included.
    virtual std::uint64_t processes_at_start() const = 0;

    // No watched task is left. Never true of a session that watches all.
    virtual bool is_over() const = 0;

    // Detaches, hands over the rest (for at most a second) and accounts for everything. Call it once.
    virtual SessionSummary finish(const Handler& handler) = 0;
};

}  // namespace exectap
