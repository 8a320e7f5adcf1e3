// SPDX-License-Identifier: MIT OR Apache-2.0
#include "process/table.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <tuple>
#include <variant>

#include "process/exec_id_hash.h"

namespace exectap {
namespace {

// Far above any real line of ancestors that becomes known in the wrong order.
constexpr std::size_t kMostLinksChecked = 4096;

constexpr std::size_t kFirstBuckets = 64;

}  // namespace

void ProcessTable::Node::set_name(std::string_view bytes) {
    const auto kept = bytes.substr(0, kNameBytes - 1);
    std::copy(kept.begin(), kept.end(), name.begin());
    name_bytes = static_cast<std::uint8_t>(kept.size());
    has_name = true;
}

ProcessTable::ProcessTable(Limits limits)
    // An event adds a program and at most one placeholder before the table is cut back.
    : most_programs_(std::min<std::size_t>(limits.most_programs, std::numeric_limits<Index>::max() - 2)),
      buckets_(kFirstBuckets, kNone) {}

void ProcessTable::add(const ProcessInfo& process) {
    const auto at = know(process.exec_id, process.exec_id.start_time);
    nodes_[at].ran_before = true;
    nodes_[at].is_watched = nodes_[at].is_watched || process.is_watched;
    if (!nodes_[at].has_name) nodes_[at].set_name(process.comm);
    if (process.parent_exec_id)
        link(at, *process.parent_exec_id);
    else
        nodes_[at].is_first = nodes_[at].parent == kNone;
    forget_what_is_too_much();
}

void ProcessTable::apply(const Event& event) {
    std::visit([this](const auto& it) { on(it); }, event);
    forget_what_is_too_much();
}

void ProcessTable::on(const ExecEvent& event) {
    const auto& call = event.call;
    const auto at = know(call.exec_id, call.since_boot);
    nodes_[at].since_boot = call.since_boot;
    nodes_[at].has_execed = true;
    nodes_[at].is_watched = true;
    nodes_[at].set_name(event.new_comm);
    if (call.parent_exec_id) link(at, *call.parent_exec_id);

    const auto replaced_id = event.replaced_exec_id();
    const auto replaced = replaced_id ? find(*replaced_id) : kNone;
    if (replaced == kNone) return;
    const auto before = nodes_[replaced];
    // An exec changes nothing about who forked the process.
    if (before.parent != kNone)
        link(at, nodes_[before.parent].exec_id);
    else if (nodes_[at].parent == kNone)
        nodes_[at].is_first = before.is_first;
    if (!before.is_placeholder && !before.has_name && call.comm) nodes_[replaced].set_name(*call.comm);
    end(replaced, Program::State::replaced);
}

// Tells of no new program, only of one that may not be known.
void ProcessTable::on(const AttemptEvent& event) {
    const auto& call = event.call;
    const auto at = know(call.exec_id, call.exec_id.start_time);
    nodes_[at].is_watched = true;
    if (!nodes_[at].has_name && call.comm) nodes_[at].set_name(*call.comm);
    if (call.parent_exec_id) link(at, *call.parent_exec_id);
    replace_by_successor(at);
}

void ProcessTable::on(const ExitEvent& event) {
    const auto at = find(event.exec_id);
    if (at == kNone || nodes_[at].state != Program::State::running) return;
    nodes_[at].exit_code = event.exit_code;
    nodes_[at].signal = static_cast<std::uint8_t>(std::clamp(event.signal, 0, 255));
    end(at, Program::State::ended);
}

void ProcessTable::on(const ForkEvent& event) {
    const auto at = know(event.child_exec_id, event.since_boot);
    nodes_[at].is_watched = true;
    link(at, event.exec_id);
    const auto parent = nodes_[at].parent;
    if (parent != kNone && nodes_[parent].exec_id == event.exec_id) nodes_[at].is_shown = nodes_[parent].is_shown;
    if (!nodes_[at].has_name && parent != kNone && nodes_[parent].has_name)
        nodes_[at].set_name(nodes_[parent].name_view());
    // The event may come after the child's first exec, from another CPU.
    replace_by_successor(at);
}

// The node of `id`, made or filled in if nothing was known of it.
ProcessTable::Index ProcessTable::know(const ExecId& id, std::chrono::nanoseconds since_boot) {
    auto at = find(id);
    if (at != kNone && !nodes_[at].is_placeholder) return at;
    if (at == kNone) {
        at = insert(id);
        push_leaf(at);
    }
    nodes_[at].is_placeholder = false;
    nodes_[at].since_boot = since_boot;
    return at;
}

// What is known of a parent is kept. A program that would be its own ancestor stays without one.
void ProcessTable::link(Index child, ExecId parent_id) {
    if (nodes_[child].parent != kNone || parent_id == nodes_[child].exec_id) return;
    auto parent = find(parent_id);
    if (parent == kNone) {
        parent = insert(parent_id);
        nodes_[parent].is_placeholder = true;
    } else if (nodes_[child].children != 0 && may_descend_from(parent, child)) {
        return;
    }
    if (nodes_[parent].children == 0 && !nodes_[parent].is_placeholder) remove_leaf(parent);
    nodes_[parent].children++;
    nodes_[child].parent = parent;
}

// True, too, when the line is longer than is checked.
bool ProcessTable::may_descend_from(Index at, Index ancestor) const {
    for (std::size_t checked = 0; checked < kMostLinksChecked; checked++) {
        if (at == ancestor) return true;
        if (at == kNone) return false;
        at = nodes_[at].parent;
    }
    return true;
}

void ProcessTable::end(Index at, Program::State state) {
    auto& node = nodes_[at];
    if (node.state != Program::State::running) return;
    const bool is_leaf = node.children == 0;
    if (is_leaf) remove_leaf(at);
    node.state = state;
    if (is_leaf) push_leaf(at);
}

void ProcessTable::replace_by_successor(Index at) {
    auto successor = nodes_[at].exec_id;
    successor.self_exec_id++;
    const auto next = find(successor);
    if (next != kNone && !nodes_[next].is_placeholder) end(at, Program::State::replaced);
}

void ProcessTable::forget_what_is_too_much() {
    while (used_ > most_programs_) {
        const auto at = over_.oldest != kNone ? over_.oldest : running_.oldest;
        const auto parent = nodes_[at].parent;
        remove_leaf(at);
        erase(at);
        forgotten_++;
        if (parent == kNone || --nodes_[parent].children != 0) continue;
        if (nodes_[parent].is_placeholder)
            erase(parent);
        else
            push_leaf(parent);
    }
}

ProcessTable::Leaves& ProcessTable::leaves_of(const Node& node) {
    return node.state == Program::State::running ? running_ : over_;
}

void ProcessTable::push_leaf(Index at) {
    auto& node = nodes_[at];
    auto& leaves = leaves_of(node);
    node.older = leaves.newest;
    node.newer = kNone;
    (leaves.newest == kNone ? leaves.oldest : nodes_[leaves.newest].newer) = at;
    leaves.newest = at;
}

void ProcessTable::remove_leaf(Index at) {
    const auto& node = nodes_[at];
    auto& leaves = leaves_of(node);
    (node.older == kNone ? leaves.oldest : nodes_[node.older].newer) = node.newer;
    (node.newer == kNone ? leaves.newest : nodes_[node.newer].older) = node.older;
}

const ProcessTable::Index& ProcessTable::bucket_of(const ExecId& id) const {
    return buckets_[hash_of(id) & (buckets_.size() - 1)];
}

ProcessTable::Index& ProcessTable::bucket_of(const ExecId& id) { return buckets_[hash_of(id) & (buckets_.size() - 1)]; }

std::optional<std::string_view> ProcessTable::name_of(const ExecId& program) const {
    const auto at = find(program);
    if (at == kNone || !nodes_[at].has_name) return std::nullopt;
    return nodes_[at].name_view();
}

std::optional<ExecId> ProcessTable::parent_of(const ExecId& program) const {
    const auto at = find(program);
    if (at == kNone || nodes_[at].parent == kNone) return std::nullopt;
    return nodes_[nodes_[at].parent].exec_id;
}

void ProcessTable::note_shown(const ExecId& program) {
    const auto at = find(program);
    if (at != kNone) nodes_[at].is_shown = true;
}

bool ProcessTable::is_shown(const ExecId& program) const {
    const auto at = find(program);
    return at != kNone && nodes_[at].is_shown;
}

ProcessTable::Index ProcessTable::find(const ExecId& id) const {
    auto at = bucket_of(id);
    while (at != kNone && nodes_[at].exec_id != id) at = nodes_[at].next_in_bucket;
    return at;
}

ProcessTable::Index ProcessTable::insert(ExecId id) {
    if (used_ == buckets_.size()) grow_buckets();
    auto at = free_;
    if (at != kNone) {
        free_ = nodes_[at].next_in_bucket;
    } else {
        // Doubled by hand, so that the last step ends at the limit.
        if (nodes_.size() == nodes_.capacity()) {
            const auto twice = std::max(2 * nodes_.size(), kFirstBuckets);
            nodes_.reserve(twice < most_programs_ ? twice : most_programs_ + 2);
        }
        at = static_cast<Index>(nodes_.size());
        nodes_.emplace_back();
    }
    nodes_[at] = Node{};
    nodes_[at].exec_id = id;
    auto& bucket = bucket_of(id);
    nodes_[at].next_in_bucket = bucket;
    bucket = at;
    used_++;
    return at;
}

void ProcessTable::erase(Index at) {
    auto* reference = &bucket_of(nodes_[at].exec_id);
    while (*reference != at) reference = &nodes_[*reference].next_in_bucket;
    *reference = nodes_[at].next_in_bucket;
    nodes_[at].next_in_bucket = free_;
    free_ = at;
    used_--;
}

// Only when every node is in use, and so in a bucket.
void ProcessTable::grow_buckets() {
    std::vector<Index> old(2 * buckets_.size(), kNone);
    old.swap(buckets_);
    for (auto at : old) {
        while (at != kNone) {
            const auto next = nodes_[at].next_in_bucket;
            auto& bucket = bucket_of(nodes_[at].exec_id);
            nodes_[at].next_in_bucket = bucket;
            bucket = at;
            at = next;
        }
    }
}

Program ProcessTable::program_of(const Node& node) const {
    Program program{.exec_id = node.exec_id,
                    .state = node.state,
                    .exit_code = node.exit_code,
                    .signal = node.signal,
                    .since_boot = node.since_boot,
                    .ran_before = node.ran_before,
                    .is_watched = node.is_watched};
    if (node.parent != kNone) program.parent_exec_id = nodes_[node.parent].exec_id;
    if (node.has_execed && node.exec_id.self_exec_id != 0) {
        program.replaced_exec_id = node.exec_id;
        program.replaced_exec_id->self_exec_id--;
    }
    if (node.has_name) program.name = node.name_view();
    return program;
}

ProcessTree ProcessTable::snapshot() const {
    std::vector<bool> is_done(nodes_.size(), true);
    std::vector<Index> by_age;
    by_age.reserve(used_);
    for (auto at : buckets_) {
        for (; at != kNone; at = nodes_[at].next_in_bucket) {
            if (nodes_[at].is_placeholder) continue;
            by_age.push_back(at);
            is_done[at] = false;
        }
    }
    const auto age = [this](Index at) {
        const auto& node = nodes_[at];
        return std::tuple(node.since_boot, node.exec_id.start_time, node.exec_id.pid, node.exec_id.self_exec_id);
    };
    std::sort(by_age.begin(), by_age.end(), [&](Index a, Index b) { return age(a) < age(b); });

    ProcessTree tree;
    tree.programs.reserve(by_age.size());
    std::vector<Index> line;  // a program and those of its ancestors that are not there yet, nearest first
    for (const auto youngest : by_age) {
        for (auto at = youngest; at != kNone && !is_done[at]; at = nodes_[at].parent) {
            line.push_back(at);
            is_done[at] = true;
        }
        std::transform(line.rbegin(), line.rend(), std::back_inserter(tree.programs),
                       [this](Index at) { return program_of(nodes_[at]); });
        line.clear();
    }
    return tree;
}

}  // namespace exectap
