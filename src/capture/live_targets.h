// SPDX-License-Identifier: MIT OR Apache-2.0
// The targets that come and go, as bpf/ sees them: terminals, and the slots of cgroups, in memory that both share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "decode/decode.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "wire.h"

namespace exectap {

class LiveTargets {
public:
    // `targets` is the kernel's.
    LiveTargets(wire_targets& targets, const SessionConfig& config);

    // Before the programs are attached.
    Result<void> write_targets();

    // The programs are attached: watches the cgroups that are there.
    Result<void> find_cgroups();
    Result<void> watch(std::span<const Cgroup> cgroups);

    // Says which terminals somebody has by now. Cheap: before each record.
    void tell_terminals() {
        if (awaited_terminals_ > 0) look_at_terminals();
    }
    void expect_terminal(std::size_t index);

    // False: nobody knows yet whether this cgroup is a target, and the record has to stay. `is_last_time`: it can't,
    // and if nobody knows the cgroup is not followed, and counted as undecided.
    bool take(const CgroupRecord& record, bool is_last_time);
    std::uint64_t undecided() const { return undecided_; }

    // Events of candidates that were rejected concern nobody.
    bool is_rejected(std::uint16_t candidate) const;

    // Slots of candidates that are over are used again once no mark names them any more.
    bool wants_sorting() const { return dead_slots_ >= kMostDeadSlots; }
    void free_sorted();

private:
    static constexpr std::size_t kMostDeadSlots = WIRE_CGROUPS_MAX / 4;

    void look_at_terminals();
    void tell(const CgroupRecord& record) const;
    bool claim(const Cgroup& cgroup);
    void release(std::uint64_t id);
    Result<void> write_rule(const CgroupRule& rule);

    wire_targets& targets_;
    std::vector<TerminalTarget> terminals_;
    CgroupTargets cgroups_;
    std::function<void(std::size_t)> on_terminal_;
    std::size_t awaited_terminals_ = 0;
    // Apart from what the kernel says: two of its programs may say so one after the other.
    std::array<bool, WIRE_TTYS_MAX> is_told_{};
    std::size_t dead_slots_ = 0;
    std::uint64_t undecided_ = 0;
    // Of each slot's last candidate, in the order of the ring: the kernel may already use the slot for the next one.
    std::array<bool, WIRE_CGROUPS_MAX> is_accepted_{};
};

}  // namespace exectap
