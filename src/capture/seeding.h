// SPDX-License-Identifier: MIT OR Apache-2.0
// Marks the processes that already run, so that none is missed and none is marked by a reused pid.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "exectap/result.h"
#include "exectap/session.h"
#include "exectap/target.h"
#include "exectap/unique_fd.h"
#include "wire.h"

namespace exectap {

struct Seeded {
    std::uint64_t watched = 0;           // processes
    std::vector<ProcessInfo> processes;  // as Session::seeded_processes()
};

class Seeding {
public:
    struct Maps {
        int marks;
        int lineage;
    };

    // `iterator` is the loaded iter/task program; `is_all`: it marks everybody.
    Seeding(bpf_program* iterator, Maps maps, wire_state& state, bool is_all)
        : iterator_(iterator), maps_(maps), state_(state), is_all_(is_all) {}

    // Marks the caller's own process, so that it is never reported and nothing inherits from it.
    Result<void> exclude_self() const;

    // Marks these processes, so that they are never watched; run() does so with their threads and descendants.
    Result<void> leave_out(std::span<const ProcessTarget> processes) const;

    // Marks what descends from those. Fork programs are attached by then; nothing is told yet of who has no mark.
    Result<void> settle();

    // Marks roots and descendants until a pass finds nothing more to mark. `state.seeding` was set before the programs
    // were attached; when this returns it is not.
    Result<Seeded> run(std::span<const ProcessTarget> roots);

    // Leaves no mark that names a candidate that has been decided on.
    Result<void> sort();

    // Watched processes that have not ended, counted now. The programs are detached, so that the iterator is in
    // nobody's way.
    Result<std::uint64_t> count_alive();

private:
    // start_boottime and pid of a leader.
    using ProcessKey = std::pair<std::uint64_t, std::uint32_t>;

    struct HashKey {
        std::size_t operator()(const ProcessKey& key) const {
            return std::hash<std::uint64_t>()(key.first ^ key.second);
        }
    };

    struct Pass {
        std::uint64_t newly_marked = 0;
        std::unordered_set<std::uint32_t> alive;  // pids
    };

    Result<Pass> run_iterator();
    void take(const wire_seeded& seeded, Pass& pass);
    std::vector<ProcessInfo> watched_and_ancestors() const;
    Result<std::uint64_t> mark_roots(std::span<const ProcessTarget> roots) const;
    Result<std::uint64_t> adopt();
    void count_init(std::span<const ProcessTarget> roots, Pass& pass);

    bpf_program* iterator_;
    Maps maps_;
    wire_state& state_;
    bool is_all_;
    std::unordered_set<ProcessKey, HashKey> in_scope_;  // every leader that was ever found marked
    // What was found of each process: of a watched one as it was first seen, because what it does from then on are
    // events.
    std::unordered_map<ProcessKey, ProcessInfo, HashKey> found_;
};

}  // namespace exectap
