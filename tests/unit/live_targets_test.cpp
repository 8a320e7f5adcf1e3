// SPDX-License-Identifier: MIT OR Apache-2.0
// The targets that come and go, in plain memory: what the programs would read and write there.
#include "capture/live_targets.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// What the tests are about, and what the session was asked to watch.
struct Shared {
    LiveTargets& live() {
        if (!live_) {
            live_ = std::make_unique<LiveTargets>(*targets, config);
            EXPECT_TRUE(live_->write_targets());
        }
        return *live_;
    }

    // One more terminal to wait for.
    Shared& add_terminal() {
        config.terminals.push_back({"/dev/pts/9", std::uint64_t{136} << 20 | 9, 22});
        config.on_terminal = [this](std::size_t index) { told_terminals.push_back(index); };
        return *this;
    }

    std::unique_ptr<wire_targets> targets = std::make_unique<wire_targets>();
    SessionConfig config;
    std::vector<std::size_t> told_terminals;

    // One more rule.
    Shared& add_rule(std::vector<std::string> names, std::uint64_t base_id = 0) {
        config.cgroups.rules.push_back({std::move(names), base_id});
        return *this;
    }

    // "decided" is what decide() says of all candidates.
    Shared& decides(CgroupDecision is_target) {
        decided = is_target;
        config.cgroups.decide = [this](const Cgroup& cgroup) {
            asked.push_back(cgroup.path);
            return decided;
        };
        config.cgroups.on_change = [this](const CgroupChange& change) {
            changes.push_back((change.is_removed ? "-" : "+") + change.cgroup.path);
        };
        return *this;
    }

    // As the kernel claims a slot for a new cgroup that may be a container's, and tells of it.
    CgroupRecord made(std::uint16_t slot, std::uint64_t id) const {
        targets->cgroup_states[slot - 1] = WIRE_SLOT_ASKED;
        targets->cgroup_ids[slot - 1] = id;
        return {.id = id, .path = "/docker", .slot = slot, .is_removed = false, .is_candidate = true, .since_boot = {}};
    }

    CgroupRecord removed(std::uint16_t slot, std::uint64_t id) const {
        targets->cgroup_ids[slot - 1] = 0;
        return {.id = id, .path = "/docker", .slot = slot, .is_removed = true, .is_candidate = true, .since_boot = {}};
    }

    std::uint32_t state(std::size_t slot) const { return targets->cgroup_states[slot - 1]; }
    std::uint64_t id(std::size_t slot) const { return targets->cgroup_ids[slot - 1]; }

    std::string rule(std::size_t index) const {
        const auto& wire = targets->cgroup_rules[index];
        return {wire.names, wire.bytes};
    }

    CgroupDecision decided = CgroupDecision::not_yet;
    std::vector<std::string> asked;
    std::vector<std::string> changes;

private:
    std::unique_ptr<LiveTargets> live_;
};

std::vector<Cgroup> cgroups_of(std::initializer_list<std::uint64_t> ids) {
    std::vector<Cgroup> cgroups;
    for (const auto id : ids) cgroups.push_back({id, "/" + std::to_string(id)});
    return cgroups;
}

std::string error_of(const Result<void>& result) { return result ? "no error" : result.error().message; }

TEST(LiveTerminals, AreToldOnceThoughTwoProgramsSayThatTheyAreInUse) {
    Shared shared;
    auto& live = shared.add_terminal().add_terminal().live();
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    // A program that found it unused before the first one said so.
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U));

    live.expect_terminal(0);
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U));
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(0U, 0U));
}

TEST(LiveTargets, WritesNothingWhereNothingIsWanted) {
    Shared shared;
    shared.live().tell_terminals();
    EXPECT_TRUE(shared.live().find_cgroups());
    EXPECT_EQ(shared.targets->tty_count, 0U);
    EXPECT_EQ(shared.targets->cgroup_rule_count, 0U);
    EXPECT_EQ(shared.targets->cgroup_slots, 0U);
}

TEST(LiveTargets, WritesTerminalsAsTheyAreGiven) {
    Shared shared;
    shared.add_terminal().live();
    ASSERT_EQ(shared.targets->tty_count, 1U);
    EXPECT_EQ(shared.targets->ttys[0].device, std::uint64_t{136} << 20 | 9);
    EXPECT_EQ(shared.targets->ttys[0].instance, 22U);
    EXPECT_EQ(shared.targets->ttys[0].is_seen, 0U);
}

TEST(LiveTargets, WritesTheLastNameOfARuleFirst) {
    Shared shared;
    shared.add_rule({"a", "b c", "d"}, 42).add_rule({"nginx.service"}).live();
    ASSERT_EQ(shared.targets->cgroup_rule_count, 2U);
    EXPECT_EQ(shared.rule(0), "d/b c/a/");
    EXPECT_EQ(shared.targets->cgroup_rules[0].depth, 3U);
    EXPECT_EQ(shared.targets->cgroup_rules[0].base_id, 42U);
    EXPECT_EQ(shared.rule(1), "nginx.service/");
    EXPECT_EQ(shared.targets->cgroup_rules[1].depth, 1U);
    EXPECT_EQ(shared.targets->cgroup_rules[1].base_id, 0U);
}

TEST(LiveTargets, RefusesMoreThanThereIsRoomFor) {
    Shared terminals;
    for (std::size_t i = 0; i < kMostTerminals; i++) terminals.add_terminal();
    EXPECT_TRUE(LiveTargets(*terminals.targets, terminals.config).write_targets());
    terminals.add_terminal();
    *terminals.targets = {};
    EXPECT_EQ(error_of(LiveTargets(*terminals.targets, terminals.config).write_targets()),
              "65 terminals; at most 64 can be watched at once");

    Shared rules;
    for (std::size_t i = 0; i < kMostCgroups; i++) rules.add_rule({"a"});
    EXPECT_TRUE(LiveTargets(*rules.targets, rules.config).write_targets());
    EXPECT_EQ(rules.targets->cgroup_rule_count, kMostCgroups);
    rules.add_rule({"a"});
    *rules.targets = {};
    EXPECT_EQ(error_of(LiveTargets(*rules.targets, rules.config).write_targets()),
              "129 names of cgroups; at most 128 can be waited for at once");

    Shared longest;
    longest.add_rule({std::string(255, 'a'), std::string(255, 'b')});
    EXPECT_TRUE(LiveTargets(*longest.targets, longest.config).write_targets());
    Shared too_long;
    too_long.add_rule({std::string(255, 'a'), std::string(256, 'b')});
    EXPECT_EQ(error_of(LiveTargets(*too_long.targets, too_long.config).write_targets()),
              "a cgroup's path of 513 bytes; at most 512 can be waited for");
}

TEST(LiveTerminals, AreToldAgainOnceTheyAreExpectedAgain) {
    Shared shared;
    auto& live = shared.add_terminal().add_terminal().live();
    shared.targets->ttys[1].is_seen = 1;
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(1U));
    // Of one that was not told nothing is expected anew.
    live.expect_terminal(0);
    live.expect_terminal(1);
    EXPECT_EQ(shared.targets->ttys[1].is_seen, 0U);
    shared.targets->ttys[0].is_seen = 1;
    shared.targets->ttys[1].is_seen = 1;
    live.tell_terminals();
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, ElementsAre(1U, 0U, 1U));
}

TEST(LiveTerminals, AreToldToNobodyWhereNobodyListens) {
    Shared shared;
    shared.add_terminal();
    shared.config.on_terminal = nullptr;
    auto& live = shared.live();
    shared.targets->ttys[0].is_seen = 1;
    live.tell_terminals();
    live.expect_terminal(0);
    live.tell_terminals();
    EXPECT_THAT(shared.told_terminals, IsEmpty());
}

TEST(LiveCgroups, TakeASlotEachAndOnlyOne) {
    Shared shared;
    auto& live = shared.live();
    EXPECT_TRUE(live.watch(cgroups_of({11, 12, 11})));
    EXPECT_TRUE(live.watch(cgroups_of({12})));
    EXPECT_EQ(shared.id(1), 11U);
    EXPECT_EQ(shared.id(2), 12U);
    EXPECT_EQ(shared.id(3), 0U);
    EXPECT_EQ(shared.state(1), WIRE_SLOT_WATCHED);
    EXPECT_EQ(shared.state(3), WIRE_SLOT_FREE);
    EXPECT_EQ(shared.targets->cgroup_slots, 2U);
}

TEST(LiveCgroups, TakeSlotsThatTheKernelHasLeft) {
    Shared shared;
    auto& live = shared.live();
    shared.targets->cgroup_states[0] = WIRE_SLOT_CLAIMED;
    shared.targets->cgroup_slots = 7;
    EXPECT_TRUE(live.watch(cgroups_of({11})));
    EXPECT_EQ(shared.id(2), 11U);
    EXPECT_EQ(shared.targets->cgroup_slots, 7U);
}

TEST(LiveCgroups, AreRefusedWhereNoSlotIsLeft) {
    Shared shared;
    auto& live = shared.live();
    std::vector<Cgroup> cgroups;
    for (std::uint64_t id = 1; id <= kMostCgroups; id++) cgroups.push_back({id, "/a"});
    EXPECT_TRUE(live.watch(cgroups));
    EXPECT_TRUE(live.watch(cgroups));
    EXPECT_EQ(shared.targets->cgroup_slots, kMostCgroups);
    EXPECT_EQ(error_of(live.watch(cgroups_of({1'000}))),
              "at most 128 cgroups can be watched at once; name one that is above them");
}

TEST(LiveCgroups, AreLookedForTwiceAndThoseThatWentMeanwhileAreLetGo) {
    Shared shared;
    int looked = 0;
    shared.config.cgroups.find = [&] { return looked++ == 0 ? cgroups_of({11, 12}) : cgroups_of({12, 13}); };
    EXPECT_TRUE(shared.live().find_cgroups());
    EXPECT_EQ(looked, 2);
    EXPECT_EQ(shared.id(1), 13U);
    EXPECT_EQ(shared.id(2), 12U);
    EXPECT_EQ(shared.state(1), WIRE_SLOT_WATCHED);
    EXPECT_EQ(shared.targets->cgroup_slots, 2U);
}

TEST(LiveCgroups, ThatAreWatchedAreToldAsTheyComeAndGo) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_watched).live();
    auto record = shared.made(3, 11);
    record.is_candidate = false;
    EXPECT_TRUE(live.take(record, false));
    record.is_removed = true;
    EXPECT_TRUE(live.take(record, false));
    EXPECT_THAT(shared.changes, ElementsAre("+/docker", "-/docker"));
    EXPECT_THAT(shared.asked, IsEmpty());
    EXPECT_FALSE(live.wants_sorting());
}

TEST(LiveCandidates, BecomeTargets) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::watched).live();
    EXPECT_TRUE(live.take(shared.made(3, 11), false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_ACCEPTED);
    EXPECT_EQ(shared.id(3), 11U);
    EXPECT_FALSE(live.is_rejected(3));
    EXPECT_THAT(shared.asked, ElementsAre("/docker"));
    EXPECT_TRUE(live.take(shared.removed(3, 11), false));
    EXPECT_THAT(shared.changes, ElementsAre("+/docker", "-/docker"));
}

TEST(LiveCandidates, AreRejectedWithoutAWord) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_watched).live();
    EXPECT_TRUE(live.take(shared.made(3, 11), false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_REJECTED);
    EXPECT_TRUE(live.is_rejected(3));
    EXPECT_TRUE(live.take(shared.removed(3, 11), false));
    EXPECT_THAT(shared.changes, IsEmpty());
}

TEST(LiveCandidates, StayInTheRingUntilSomebodyKnows) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_yet).live();
    const auto record = shared.made(3, 11);
    EXPECT_FALSE(live.take(record, false));
    EXPECT_FALSE(live.take(record, false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_ASKED);
    EXPECT_THAT(shared.changes, IsEmpty());
    shared.decided = CgroupDecision::watched;
    EXPECT_TRUE(live.take(record, false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_ACCEPTED);
    EXPECT_THAT(shared.asked, ElementsAre("/docker", "/docker", "/docker"));
}

TEST(LiveCandidates, AreNoneIfNobodyKnowsInTheEnd) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_yet).live();
    EXPECT_TRUE(live.take(shared.made(3, 11), true));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_REJECTED);
    EXPECT_TRUE(live.is_rejected(3));
    EXPECT_EQ(live.undecided(), 1U);
}

TEST(LiveCandidates, AreCountedWhereNobodyWillEverKnow) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::unknowable).live();
    EXPECT_TRUE(live.take(shared.made(3, 11), false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_REJECTED);
    EXPECT_EQ(live.undecided(), 1U);
    shared.decided = CgroupDecision::not_watched;
    EXPECT_TRUE(live.take(shared.made(4, 12), false));
    EXPECT_EQ(live.undecided(), 1U);
}

TEST(LiveCandidates, AreNoneWhereNobodyDecides) {
    Shared shared;
    auto& live = shared.live();
    EXPECT_TRUE(live.take(shared.made(3, 11), false));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_REJECTED);
}

TEST(LiveCandidates, AreRejectedUnlessTheyWereAccepted) {
    Shared shared;
    const auto& live = shared.live();
    EXPECT_FALSE(live.is_rejected(WIRE_NO_CANDIDATE));
    EXPECT_TRUE(live.is_rejected(1));
    EXPECT_TRUE(live.is_rejected(WIRE_CGROUPS_MAX));
    EXPECT_TRUE(live.is_rejected(WIRE_CGROUPS_MAX + 1));
    EXPECT_TRUE(live.is_rejected(WIRE_CANDIDATE_REJECTED));
}

TEST(LiveCandidates, AreThoseOfTheRecordsBeforeWhateverTheSlotIsUsedForByNow) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::watched).live();
    EXPECT_TRUE(live.take(shared.made(3, 11), false));
    // In the kernel it has gone, and another one has its slot; events of the first are still in the ring.
    const auto gone = shared.removed(3, 11);
    live.free_sorted();
    const auto next = shared.made(3, 12);
    EXPECT_FALSE(live.is_rejected(3));
    EXPECT_TRUE(live.take(gone, false));
    EXPECT_FALSE(live.is_rejected(3));
    shared.decided = CgroupDecision::not_watched;
    EXPECT_TRUE(live.take(next, false));
    EXPECT_TRUE(live.is_rejected(3));
    EXPECT_THAT(shared.changes, ElementsAre("+/docker", "-/docker"));
}

TEST(LiveCandidates, GoBeforeAnybodyHasDecided) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::watched).live();
    const auto record = shared.made(3, 11);
    const auto gone = shared.removed(3, 11);
    EXPECT_TRUE(live.take(record, false));
    EXPECT_TRUE(live.take(gone, false));
    EXPECT_THAT(shared.changes, ElementsAre("+/docker", "-/docker"));
    live.free_sorted();
    EXPECT_EQ(shared.state(3), WIRE_SLOT_FREE);
}

TEST(LiveCandidates, CanBecomeTargetsLater) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_watched).live();
    EXPECT_TRUE(live.take(shared.made(1, 11), false));
    EXPECT_TRUE(live.watch(cgroups_of({11})));
    // Marks name the rejected slot still: it stays until they are sorted.
    EXPECT_EQ(shared.state(1), WIRE_SLOT_REJECTED);
    EXPECT_EQ(shared.id(1), 0U);
    EXPECT_EQ(shared.state(2), WIRE_SLOT_WATCHED);
    EXPECT_EQ(shared.id(2), 11U);
    // One that is asked about or accepted is watched already.
    shared.made(3, 12);
    EXPECT_TRUE(live.watch(cgroups_of({12})));
    EXPECT_EQ(shared.state(3), WIRE_SLOT_ASKED);
    EXPECT_EQ(shared.id(4), 0U);
}

TEST(LiveCandidates, AreSortedOnceManySlotsAreDead) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::not_watched).live();
    for (std::uint16_t slot = 1; slot < WIRE_CGROUPS_MAX / 4; slot++) {
        EXPECT_TRUE(live.take(shared.made(slot, slot), false));
        EXPECT_FALSE(live.wants_sorting());
    }
    // One that was a target and has gone counts, too.
    shared.decided = CgroupDecision::watched;
    constexpr std::uint16_t kLast = WIRE_CGROUPS_MAX / 4;
    EXPECT_TRUE(live.take(shared.made(kLast, kLast), false));
    EXPECT_FALSE(live.wants_sorting());
    EXPECT_TRUE(live.take(shared.removed(kLast, kLast), false));
    EXPECT_TRUE(live.wants_sorting());
    live.free_sorted();
    EXPECT_FALSE(live.wants_sorting());
}

TEST(LiveCandidates, LeaveTheirSlotsOnceTheyAreSortedAndOthersStay) {
    Shared shared;
    auto& live = shared.decides(CgroupDecision::watched).live();
    const std::vector<std::uint32_t> states = {WIRE_SLOT_CLAIMED,  WIRE_SLOT_WATCHED,  WIRE_SLOT_ASKED,
                                               WIRE_SLOT_ACCEPTED, WIRE_SLOT_REJECTED, WIRE_SLOT_ACCEPTED};
    for (std::size_t i = 0; i < states.size(); i++) {
        shared.targets->cgroup_states[i] = states[i];
        shared.targets->cgroup_ids[i] = i + 1;
    }
    shared.targets->cgroup_ids[5] = 0;  // it has gone
    live.free_sorted();
    for (std::size_t slot = 1; slot <= 4; slot++) {
        EXPECT_EQ(shared.state(slot), states[slot - 1]) << slot;
        EXPECT_EQ(shared.id(slot), slot);
    }
    for (const std::size_t slot : {5U, 6U}) {
        EXPECT_EQ(shared.state(slot), WIRE_SLOT_FREE) << slot;
        EXPECT_EQ(shared.id(slot), 0U) << slot;
    }
}

}  // namespace
}  // namespace exectap
