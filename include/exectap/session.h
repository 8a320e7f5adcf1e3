// SPDX-License-Identifier: MIT OR Apache-2.0
// A trace: what is watched, and the events of it. One pollable descriptor, no thread, no signal handler, no output.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/event.h"
#include "exectap/result.h"
#include "exectap/target.h"

namespace exectap {

// Which events are wanted.
struct EventKinds {
    bool execs = true;
    bool attempts = true;  // execs that fail
    bool exits = false;
    bool forks = false;
};

// The most that the kernel allows for arguments and environment together (fs/exec.c: three quarters of _STK_LIM).
inline constexpr std::uint64_t kMostArgsBytes = 6 << 20;

inline constexpr std::uint64_t kMostRingBytes = 1 << 30;

inline constexpr std::size_t kMostUids = 32;

// What a ring of at least so many bytes has to have: a power of two, in which an exec's record finds room whatever its
// paths and up to that many bytes of its arguments are.
std::size_t fitting_ring_bytes(std::uint64_t bytes, std::uint64_t max_args_bytes);

// Names cgroups before they are made, by the end of their path.
struct CgroupRule {
    std::vector<std::string> names;  // the outermost first; at least one, in kMostRuleBytes with a slash for each
    std::uint64_t base_id = 0;       // of the cgroup that the first one is in; 0: wherever
};

inline constexpr std::size_t kMostRuleBytes = 512;
inline constexpr std::size_t kMostTerminals = 64;
inline constexpr std::size_t kMostCgroups = 128;  // at one time; and as many rules

// Whether a cgroup is to be watched.
enum class CgroupDecision {
    watched,
    not_watched,
    not_yet,     // that is not known yet
    unknowable,  // and will not be
};

struct CgroupChange {
    Cgroup cgroup;
    bool is_removed = false;                // it was made otherwise
    std::chrono::nanoseconds since_boot{};  // CLOCK_BOOTTIME
};

// Cgroups whose processes are watched, those that enter them later included, and with all cgroups below them.
struct CgroupTargets {
    std::vector<CgroupRule> rules;  // watched from the instant that they are made
    // Which are there now. Called more than once, when what is made from then on is seen by the rules. Null: nothing is
    // watched that is not a process, a terminal or all.
    std::function<std::vector<Cgroup>()> find;
    // Is this new cgroup, whose name is as long as a container's id, one of them? While that is not known all events
    // stay in the ring, and it is asked again at each dispatch(); but not when the ring is half full. One of which it
    // was not known in time is not followed, and counted in cgroups_lost. Null: it is none.
    std::function<CgroupDecision(const Cgroup&)> decide;
    // Of those that are watched, in the order of events.
    std::function<void(const CgroupChange&)> on_change;
};

// How failed execs are seen.
enum class AttemptMechanism {
    off,
    tracepoint,  // at the exits of system calls: slows every one of the machine; before 7.0 no 32-bit calls
    kretprobe,   // at the returns of their functions: misses some when many run at once, and counts them nowhere
    fexit,       // the same place, without these faults
};

std::string_view name_of(AttemptMechanism mechanism);

// Whether attempts are told or counted, each of them.
bool is_exact(AttemptMechanism mechanism);

struct SessionConfig {
    std::vector<ProcessTarget> processes;
    std::vector<TerminalTarget> terminals;
    // Somebody has the terminal of this index: told before the first event of who has it, once, and again after
    // Session::expect_terminal().
    std::function<void(std::size_t)> on_terminal;
    CgroupTargets cgroups;
    bool all = false;  // every process but the caller's own
    // Never watched, nor what descends from them: these, and those that are found once the programs are loaded. Null:
    // there are none of these.
    std::vector<ProcessTarget> left_out;
    std::function<std::vector<ProcessTarget>()> find_left_out;
    bool watch_children = true;  // descendants too, those that already run included
    // Real users (user.id of the machine's first user namespace) whose events are wanted; empty: everybody's. Events of
    // others are counted as filtered. At most kMostUids.
    std::vector<std::uint32_t> uids;
    // Sees every event before all others do, those too that were not asked for and that only the ancestry needs.
    std::function<void(const Event&)> observe;
    // Asked of each event that was asked for, before it is numbered. False: it is not handed over, and counted as
    // filtered. Null: all are wanted.
    std::function<bool(const Event&)> filter;
    EventKinds events;
    bool wants_paths = false;  // exe, interpreter, cwd and cgroup of each call
    // parent_exec_id, the processes that already run, and all execs, ends and forks for observe().
    bool wants_ancestry = false;
    std::size_t ring_bytes = 16 << 20;  // as fitting_ring_bytes() has it
    std::uint64_t max_args_bytes =
        64 << 10;  // of one exec's arguments, at most kMostArgsBytes; what is longer is cut and marked
    // How failed execs are to be seen, or not at all; empty: the cheapest exact way that this machine has.
    std::optional<AttemptMechanism> attempts_by;
};

// One that was tried before the one in use, and why it is not that.
struct RefusedMechanism {
    AttemptMechanism mechanism;
    std::string reason;
};

// What differs between kernels that can all do the work.
struct KernelManner {
    bool lets_cast = false;       // takes a program's word for what a pointer points to, which makes reading cheaper
    bool is_preemptible = false;  // programs can be preempted, so that some have copies
};

// A process that ran before the trace: one that is watched, or an ancestor of one.
struct ProcessInfo {
    std::uint32_t pid = 0;
    std::uint32_t ppid = 0;
    ExecId exec_id;
    std::optional<ExecId> parent_exec_id;  // absent: the process may have been adopted by its present parent
    std::string comm;
    bool is_watched = false;
};

struct Tally {
    std::uint64_t seen = 0;      // in scope, counted in the kernel apart from the records
    std::uint64_t filtered = 0;  // and not wanted, by uids or by the filter
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;         // no room in the ring
    std::uint64_t not_queued = 0;   // no room in the queue of the output
    std::uint64_t not_written = 0;  // the output failed

    bool is_whole() const { return seen == delivered + filtered && lost == 0; }
};

// Of what a sink accepted: events that did not reach their reader.
struct SinkLosses {
    EventCounts not_queued{};
    EventCounts not_written{};
};

struct SessionSummary {
    AttemptMechanism attempt_mechanism = AttemptMechanism::off;
    Tally execs;
    Tally attempts;
    Tally exits;
    Tally forks;
    std::uint64_t bad_records = 0;  // could not be decoded: an internal error
    std::uint64_t marks_lost =
        0;  // tasks that could not be marked (no memory, or its lock was held): the execs missed with them are unknown
    std::uint64_t cgroups_lost = 0;  // targets that were made and could not be followed, or not told of
    std::uint64_t lineage_lost = 0;  // processes that may have been missed when their parents ended at the start
    // Events that the kernel may have kept from the programs, and that no tally knows of: at most so many, and what
    // descends from forks among them.
    std::uint64_t skipped = 0;
    // Events of which a filter or an assertion can't tell whether they match: what it tests was not read. They were
    // handed over.
    std::uint64_t undecided = 0;
    std::uint64_t still_alive = 0;  // watched processes

    // Of all kinds together.
    Tally total() const;

    // What a sink could not hand on was not delivered after all.
    void subtract(const SinkLosses& losses);

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
    virtual const std::vector<RefusedMechanism>& refused_mechanisms() const = 0;
    virtual KernelManner kernel_manner() const = 0;

    // Watched processes that were found at the start, the roots included.
    virtual std::uint64_t processes_at_start() const = 0;

    // With wants_ancestry: those and their ancestors, parents before their children.
    virtual const std::vector<ProcessInfo>& seeded_processes() const = 0;

    // Watches these too, with who is in them already.
    virtual Result<void> watch(std::span<const Cgroup> cgroups) = 0;

    // Nobody has this terminal any more: says when somebody has it again.
    virtual void expect_terminal(std::size_t index) = 0;

    // No watched task is left. Never true of a session that watches all.
    virtual bool is_over() const = 0;

    // Detaches, hands over the rest (for at most a second) and accounts for everything. Call it once.
    virtual SessionSummary finish(const Handler& handler) = 0;
};

}  // namespace exectap
