// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/live_targets.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "log/log.h"

namespace exectap {
namespace {

template <typename T>
T load(const T& shared) {
    return __atomic_load_n(&shared, __ATOMIC_SEQ_CST);
}

template <typename T>
void store(T& shared, T value) {
    __atomic_store_n(&shared, value, __ATOMIC_SEQ_CST);
}

bool exchange_if(std::uint32_t& shared, std::uint32_t from, std::uint32_t to) {
    return __atomic_compare_exchange_n(&shared, &from, to, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

// The programs raise it too.
void raise(std::uint32_t& shared, std::uint32_t least) {
    for (auto from = load(shared); from < least; from = load(shared)) {
        if (exchange_if(shared, from, least)) return;
    }
}

// The last name first, as the programs walk them.
std::string names_of(const CgroupRule& rule) {
    std::string names;
    std::for_each(rule.names.rbegin(), rule.names.rend(), [&](const auto& name) { names += name + "/"; });
    return names;
}

bool contains(std::span<const Cgroup> cgroups, const Cgroup& wanted) {
    return std::any_of(cgroups.begin(), cgroups.end(), [&](const auto& cgroup) { return cgroup.id == wanted.id; });
}

}  // namespace

LiveTargets::LiveTargets(wire_targets& targets, const SessionConfig& config)
    : targets_(targets), terminals_(config.terminals), cgroups_(config.cgroups), on_terminal_(config.on_terminal) {}

Result<void> LiveTargets::write_targets() {
    targets_.cgroup_generation = 1;
    if (terminals_.size() > kMostTerminals)
        return usage_error(
            fmt::format("{} terminals; at most {} can be watched at once", terminals_.size(), kMostTerminals));
    for (const auto& terminal : terminals_)
        targets_.ttys[targets_.tty_count++] = {terminal.device, terminal.instance, 0};
    if (on_terminal_) awaited_terminals_ = terminals_.size();
    if (cgroups_.rules.size() > kMostCgroups)
        return usage_error(fmt::format("{} names of cgroups; at most {} can be waited for at once",
                                       cgroups_.rules.size(), kMostCgroups));
    for (const auto& rule : cgroups_.rules) {
        const auto written = write_rule(rule);
        if (!written) return written.error();
    }
    return {};
}

Result<void> LiveTargets::write_rule(const CgroupRule& rule) {
    const auto names = names_of(rule);
    if (names.size() > kMostRuleBytes)
        return usage_error(
            fmt::format("a cgroup's path of {} bytes; at most {} can be waited for", names.size(), kMostRuleBytes));
    auto& wire = targets_.cgroup_rules[targets_.cgroup_rule_count++];
    wire.base_id = rule.base_id;
    wire.bytes = static_cast<std::uint16_t>(names.size());
    wire.depth = static_cast<std::uint16_t>(rule.names.size());
    std::copy(names.begin(), names.end(), wire.names);
    return {};
}

bool LiveTargets::claim(const Cgroup& cgroup) {
    for (std::size_t i = 0; i < WIRE_CGROUPS_MAX; i++) {
        if (load(targets_.cgroup_ids[i]) != cgroup.id) continue;
        if (load(targets_.cgroup_states[i]) != WIRE_SLOT_REJECTED) return true;
        // A candidate that has become one after all.
        store(targets_.cgroup_ids[i], __u64{0});
    }
    for (std::size_t i = 0; i < WIRE_CGROUPS_MAX; i++) {
        auto& state = targets_.cgroup_states[i];
        if (load(state) != WIRE_SLOT_FREE || !exchange_if(state, WIRE_SLOT_FREE, WIRE_SLOT_CLAIMED)) continue;
        store<std::uint32_t>(state, WIRE_SLOT_WATCHED);
        raise(targets_.cgroup_slots, static_cast<std::uint32_t>(i + 1));
        store(targets_.cgroup_ids[i], __u64{cgroup.id});
        __atomic_fetch_add(&targets_.cgroup_generation, 1, __ATOMIC_SEQ_CST);
        return true;
    }
    return false;
}

void LiveTargets::release(std::uint64_t id) {
    for (std::size_t i = 0; i < WIRE_CGROUPS_MAX; i++) {
        if (load(targets_.cgroup_ids[i]) != id) continue;
        store(targets_.cgroup_ids[i], __u64{0});
        exchange_if(targets_.cgroup_states[i], WIRE_SLOT_WATCHED, WIRE_SLOT_FREE);
    }
}

Result<void> LiveTargets::watch(std::span<const Cgroup> cgroups) {
    for (const auto& cgroup : cgroups) {
        if (!claim(cgroup))
            return Error{
                fmt::format("at most {} cgroups can be watched at once; name one that is above them", kMostCgroups)};
        log::capture().info("cgroup {} of id {} is watched", cgroup.path, cgroup.id);
    }
    return {};
}

Result<void> LiveTargets::find_cgroups() {
    if (!cgroups_.find) return {};
    const auto found = cgroups_.find();
    auto watched = watch(found);
    if (!watched) return watched;
    // One that went before its slot had its id was not seen going; and one that was made while the programs were being
    // attached may only be there now.
    const auto found_again = cgroups_.find();
    for (const auto& cgroup : found) {
        if (!contains(found_again, cgroup)) release(cgroup.id);
    }
    return watch(found_again);
}

void LiveTargets::look_at_terminals() {
    for (std::size_t i = 0; i < terminals_.size(); i++) {
        if (is_told_.at(i) || load(targets_.ttys[i].is_seen) == 0) continue;
        is_told_.at(i) = true;
        awaited_terminals_--;
        on_terminal_(i);
    }
}

void LiveTargets::expect_terminal(std::size_t index) {
    if (!is_told_.at(index)) return;
    is_told_.at(index) = false;
    store<std::uint32_t>(targets_.ttys[index].is_seen, 0);
    awaited_terminals_++;
}

void LiveTargets::tell(const CgroupRecord& record) const {
    log::capture().info("cgroup {} of id {} {}", record.path, record.id, record.is_removed ? "has gone" : "is watched");
    if (!cgroups_.on_change) return;
    cgroups_.on_change({{record.id, std::string(record.path)}, record.is_removed, record.since_boot});
}

bool LiveTargets::take(const CgroupRecord& record, bool is_last_time) {
    if (!record.is_candidate) {
        tell(record);
        return true;
    }
    const auto slot = record.slot - std::size_t{1};
    if (record.is_removed) {
        if (!is_accepted_.at(slot)) return true;
        dead_slots_++;
        tell(record);
        return true;
    }
    const auto decision =
        cgroups_.decide ? cgroups_.decide({record.id, std::string(record.path)}) : CgroupDecision::not_watched;
    if (decision == CgroupDecision::not_yet && !is_last_time) return false;
    if (decision == CgroupDecision::not_yet || decision == CgroupDecision::unknowable) undecided_++;
    const bool is_target = decision == CgroupDecision::watched;
    is_accepted_.at(slot) = is_target;
    store<std::uint32_t>(targets_.cgroup_states[slot], is_target ? WIRE_SLOT_ACCEPTED : WIRE_SLOT_REJECTED);
    if (is_target) {
        tell(record);
    } else {
        dead_slots_++;
    }
    return true;
}

bool LiveTargets::is_rejected(std::uint16_t candidate) const {
    return candidate != 0 && (candidate > WIRE_CGROUPS_MAX || !is_accepted_.at(candidate - std::size_t{1}));
}

void LiveTargets::free_sorted() {
    for (std::size_t i = 0; i < WIRE_CGROUPS_MAX; i++) {
        auto& state = targets_.cgroup_states[i];
        const auto value = load(state);
        const bool is_over = value == WIRE_SLOT_ACCEPTED && load(targets_.cgroup_ids[i]) == 0;
        if (value != WIRE_SLOT_REJECTED && !is_over) continue;
        store(targets_.cgroup_ids[i], __u64{0});
        store<std::uint32_t>(state, WIRE_SLOT_FREE);
    }
    dead_slots_ = 0;
}

}  // namespace exectap
