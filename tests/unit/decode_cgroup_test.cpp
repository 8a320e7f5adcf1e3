// SPDX-License-Identifier: MIT OR Apache-2.0
// Records of cgroups that are made and removed.
#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>

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

}  // namespace
}  // namespace exectap
