// SPDX-License-Identifier: MIT OR Apache-2.0
// Records of cgroups that are made and removed.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <utility>

#include "decode/decode.h"
#include "unit/record_builder.h"

namespace exectap {
namespace {

// A record, and what its path points into.
class DecodedCgroup {
public:
    explicit DecodedCgroup(const wire_cgroup& wire) : DecodedCgroup(record_of(wire)) {}
    explicit DecodedCgroup(Record record)
        : record_(std::move(record)),
          scratch_(std::make_unique<DecodeScratch>()),
          decoded_(decode_cgroup(record_, *scratch_)) {}

    explicit operator bool() const { return decoded_.has_value(); }
    const CgroupRecord* operator->() const { return &decoded_.value(); }

private:
    Record record_;
    std::unique_ptr<DecodeScratch> scratch_;
    std::optional<CgroupRecord> decoded_;
};

TEST(DecodeCgroup, RejectsNamesThatDoNotEndInASlash) {
    auto wire = cgroup_wire({"a", "b"});
    wire.path.bytes--;
    EXPECT_FALSE(DecodedCgroup(wire));
    wire.path.flags = WIRE_PATH_UNREADABLE;
    EXPECT_FALSE(DecodedCgroup(wire));
    wire.path.bytes++;
    EXPECT_TRUE(DecodedCgroup(wire));
}

TEST(DecodeCgroup, ReadsEveryField) {
    const DecodedCgroup made(cgroup_wire({"system.slice", "nginx.service"}));
    ASSERT_TRUE(made);
    EXPECT_EQ(made->id, 4711U);
    EXPECT_EQ(made->path, "/system.slice/nginx.service");
    EXPECT_EQ(made->slot, 5U);
    EXPECT_FALSE(made->is_removed);
    EXPECT_FALSE(made->is_candidate);
    EXPECT_EQ(made->since_boot, std::chrono::nanoseconds(123'456'789));

    auto wire = cgroup_wire({"a"});
    wire.change = WIRE_CGROUP_REMOVED;
    wire.is_candidate = 1;
    const DecodedCgroup removed(wire);
    EXPECT_TRUE(removed->is_removed);
    EXPECT_TRUE(removed->is_candidate);
}

TEST(DecodeCgroup, RejectsEveryOtherSize) {
    const auto record = record_of(cgroup_wire({"a"}));
    DecodeScratch scratch;
    for (std::size_t size = 0; size < record.size(); size++) {
        EXPECT_FALSE(decode_cgroup(std::span(record).first(size), scratch)) << size;
        EXPECT_FALSE(decode_cgroup(std::span(record).last(size), scratch)) << size;
    }
    for (const std::size_t more : {1U, 8U, 256U}) {
        Record longer(more, std::byte{'/'});
        longer.insert(longer.end(), record.begin(), record.end());
        EXPECT_FALSE(DecodedCgroup(longer)) << more;
    }
    // All of one at the beginning, and the end of another.
    auto both = record;
    both.insert(both.end(), record.end() - sizeof(wire_trailer), record.end());
    EXPECT_FALSE(DecodedCgroup(both));
}

TEST(DecodeCgroup, RejectsRecordsOfOtherKinds) {
    for (int type = 0; type < 256; type++) {
        auto wire = cgroup_wire({"a"});
        wire.trailer.type = static_cast<__u8>(type);
        EXPECT_EQ(static_cast<bool>(DecodedCgroup(wire)), type == WIRE_CGROUP) << type;
    }
    DecodeScratch scratch;
    EXPECT_FALSE(decode_cgroup(RecordBuilder::exec().bytes(), scratch));
    EXPECT_FALSE(decode_cgroup(record_of(exit_wire()), scratch));
    EXPECT_FALSE(decode(record_of(cgroup_wire({"a"})), scratch));
}

TEST(DecodeCgroup, RejectsASlotThatThereIsNot) {
    const auto accepts = [](unsigned slot) {
        auto wire = cgroup_wire({"a"});
        wire.slot = static_cast<__u16>(slot);
        return static_cast<bool>(DecodedCgroup(wire));
    };
    EXPECT_FALSE(accepts(0));
    EXPECT_TRUE(accepts(1));
    EXPECT_TRUE(accepts(WIRE_CGROUPS_MAX));
    EXPECT_FALSE(accepts(WIRE_CGROUPS_MAX + 1));
    EXPECT_FALSE(accepts(0xFFFF));
}

TEST(DecodeCgroup, RejectsNamesBeyondTheirRoom) {
    auto wire = cgroup_wire(Names(sizeof(wire_cgroup::names) / 2, "d"));
    const DecodedCgroup full(wire);
    ASSERT_TRUE(full);
    EXPECT_EQ(full->path.size(), sizeof wire.names);
    EXPECT_TRUE(full->path.starts_with("/d/d/d"));
    wire.id = 0x2F2F2F2F2F2F2F2F;  // slashes
    for (const unsigned bytes :
         {static_cast<unsigned>(sizeof wire.names) + 1, static_cast<unsigned>(sizeof wire.names) + 8, 0xFFFFU}) {
        wire.path.bytes = static_cast<__u16>(bytes);
        wire.path.flags = 0;
        EXPECT_FALSE(DecodedCgroup(wire)) << bytes;
        wire.path.flags = WIRE_PATH_UNREADABLE;
        EXPECT_FALSE(DecodedCgroup(wire)) << bytes;
    }
}

TEST(DecodeCgroup, MarksAPathThatWasCut) {
    EXPECT_EQ(DecodedCgroup(cgroup_wire({"a", "b"}, WIRE_PATH_CUT))->path, ".../a/b");
    const DecodedCgroup longest(cgroup_wire(Names(sizeof(wire_cgroup::names) / 2, "d"), WIRE_PATH_CUT));
    EXPECT_EQ(longest->path.size(), sizeof(wire_cgroup::names) + 3);
}

TEST(DecodeCgroup, HasNoPathWhereItWasUnreadable) {
    const DecodedCgroup decoded(cgroup_wire({"a", "b"}, WIRE_PATH_UNREADABLE));
    ASSERT_TRUE(decoded);
    EXPECT_EQ(decoded->path, "");
    EXPECT_EQ(decoded->id, 4711U);
}

TEST(DecodeCgroup, LeavesNamesAsTheyAre) {
    EXPECT_EQ(DecodedCgroup(cgroup_wire({}))->path, "/");
    EXPECT_EQ(DecodedCgroup(cgroup_wire({"a\nb", "\xff\x1b[2J", " "}))->path, "/a\nb/\xff\x1b[2J/ ");
}

TEST(DecodeCgroup, RejectsATimeThatCannotBe) {
    auto wire = cgroup_wire({"a"});
    wire.trailer.time_ns = std::uint64_t{1} << 62;
    EXPECT_TRUE(DecodedCgroup(wire));
    wire.trailer.time_ns++;
    EXPECT_FALSE(DecodedCgroup(wire));
}

TEST(DecodeCgroup, StaysInsideWhateverItHolds) {
    std::mt19937 random(20260131);  // the same records every time
    int accepted = 0;
    for (int round = 0; round < 4000; round++) {
        auto record = record_of(cgroup_wire({"system.slice", "a"}));
        for (std::size_t i = 0; i < 1 + random() % 3; i++) {
            const auto from = random() % 4 == 0 ? 0 : sizeof(wire_cgroup::names);
            record[from + random() % (record.size() - from)] = static_cast<std::byte>(random());
        }
        const DecodedCgroup decoded(record);
        if (!decoded) continue;
        accepted++;
        EXPECT_GE(decoded->slot, 1U);
        EXPECT_LE(decoded->slot, unsigned{WIRE_CGROUPS_MAX});
        EXPECT_LE(decoded->path.size(), sizeof(wire_cgroup::names) + 3);
    }
    EXPECT_GT(accepted, 400);
    EXPECT_LT(accepted, 3600);
}

}  // namespace
}  // namespace exectap
