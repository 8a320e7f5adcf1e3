// SPDX-License-Identifier: MIT OR Apache-2.0
// Which program forked which: the ancestry of each exec, also when the ancestors are gone, and the tree for those who
// draw it. Bounded in memory.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/event.h"
#include "exectap/session.h"

namespace exectap {

// What a process ran from one exec to the next, or since its fork if it never made one.
struct Program {
    enum class State : std::uint8_t { running, replaced, ended };

    ExecId exec_id;
    std::optional<ExecId> parent_exec_id;    // what forked its process; it may not be in the tree
    std::optional<ExecId> replaced_exec_id;  // what its process ran before; absent: a fork, or nothing is known of it
    std::optional<std::string> name;  // its comm, at most 15 bytes; absent: only its parent was seen, or nobody told
    State state = State::running;
    int exit_code = 0;                      // of one that has ended
    int signal = 0;                         // not 0: it was ended by it, and there is no exit code
    std::chrono::nanoseconds since_boot{};  // its exec or fork; where that was not seen, the start of its process
    bool ran_before = false;                // the trace
    bool is_watched = false;
};

// Owns all it says, so that a live tree and a recorded one are one type.
struct ProcessTree {
    std::vector<Program> programs;  // parents before their children, otherwise the oldest first
};

class ProcessTable {
public:
    struct Limits {
        // Each takes 80 bytes, and 4 to 8 in the hash table: at most 5.5 MiB for these, reached by doubling.
        std::size_t most_programs = 65536;
    };

    ProcessTable() : ProcessTable(Limits{}) {}
    explicit ProcessTable(Limits limits);

    // What ran before the trace.
    void add(const ProcessInfo& process);

    // In the order of delivery.
    void apply(const Event& event);

    // Calls visit(std::string_view name) for each ancestor, nearest first, at most `most`. Returns whether that came to
    // the end of what there is: a program that ran before the trace and whose parent nobody knows. False where the line
    // breaks off: its next program was forgotten or lost, has no known name, or is past `most`. `visit` must not change
    // the table; names are valid until it changes.
    template <typename Visit>
    bool for_each_ancestor(const ExecId& program, std::size_t most, Visit visit) const {
        auto at = find(program);
        if (at == kNone) return false;
        // Links never form a cycle: see link().
        for (std::size_t visited = 0; nodes_[at].parent != kNone; visited++) {
            at = nodes_[at].parent;
            if (!nodes_[at].has_name || visited == most) return false;
            visit(nodes_[at].name_view());
        }
        return nodes_[at].is_first;
    }

    // Valid until the table changes.
    std::optional<std::string_view> name_of(const ExecId& program) const;

    // What forked the program's process. Nothing where its line breaks off.
    std::optional<ExecId> parent_of(const ExecId& program) const;

    // For who shows only some programs: what is forked from one that was shown runs the same program. Programs that the
    // table does not know are not shown.
    void note_shown(const ExecId& program);
    bool is_shown(const ExecId& program) const;

    ProcessTree snapshot() const;

    // Programs dropped for want of room: those that are over first, then those that run; of each the one that has been
    // without children for longest. One with children in the table stays, so that no line of ancestors is broken in its
    // middle.
    std::uint64_t forgotten() const { return forgotten_; }

private:
    using Index = std::uint32_t;
    static constexpr Index kNone = ~Index{0};
    static constexpr std::size_t kNameBytes = 16;  // TASK_COMM_LEN

    // Nodes refer to each other by index: half a pointer, and the pool may move.
    struct Node {
        ExecId exec_id;
        std::chrono::nanoseconds since_boot{};
        std::array<char, kNameBytes> name{};
        Index parent = kNone;
        std::uint32_t children = 0;
        Index older = kNone;  // neighbours in the list of leaves
        Index newer = kNone;
        Index next_in_bucket = kNone;  // or in the list of free nodes
        std::int32_t exit_code = 0;
        std::uint8_t signal = 0;
        std::uint8_t name_bytes = 0;
        Program::State state = Program::State::running;
        // Nothing is known but that it has children. It holds the place where their lines break off, or go on when it
        // becomes known after all; it goes with its last child.
        bool is_placeholder : 1 = false;
        bool is_first : 1 = false;  // if it has no parent: because it ran before the trace, and nobody knows of one
        bool has_name : 1 = false;
        bool has_execed : 1 = false;  // seen, so what it replaced is known
        bool ran_before : 1 = false;
        bool is_watched : 1 = false;
        bool is_shown : 1 = false;

        std::string_view name_view() const { return {name.data(), name_bytes}; }
        void set_name(std::string_view bytes);
    };

    // Leaves, by age.
    struct Leaves {
        Index oldest = kNone;
        Index newest = kNone;
    };

    void on(const ExecEvent& event);
    void on(const AttemptEvent& event);
    void on(const ExitEvent& event);
    void on(const ForkEvent& event);
    void on(const LostEvent& /*event*/) {}

    Index find(const ExecId& id) const;
    Index know(const ExecId& id, std::chrono::nanoseconds since_boot);
    Index insert(ExecId id);
    void erase(Index at);
    void grow_buckets();
    Index& bucket_of(const ExecId& id);
    const Index& bucket_of(const ExecId& id) const;

    void link(Index child, ExecId parent_id);  // a copy: the pool may move
    bool may_descend_from(Index at, Index ancestor) const;
    void end(Index at, Program::State state);
    void replace_by_successor(Index at);
    void forget_what_is_too_much();

    Leaves& leaves_of(const Node& node);
    void push_leaf(Index at);
    void remove_leaf(Index at);

    Program program_of(const Node& node) const;

    std::size_t most_programs_;
    std::vector<Node> nodes_;
    std::vector<Index> buckets_;  // heads; as many as a power of two
    Index free_ = kNone;
    std::size_t used_ = 0;  // nodes that are not free
    Leaves over_;           // leaves that have ended or were replaced
    Leaves running_;
    std::uint64_t forgotten_ = 0;
};

}  // namespace exectap
