// SPDX-License-Identifier: MIT OR Apache-2.0
// Records that are not what they should be: rejected, or read without leaving them.
#include <gtest/gtest.h>

#include <functional>
#include <random>
#include <span>
#include <string_view>

#include "decode/decode.h"
#include "unit/events.h"
#include "unit/record_builder.h"

namespace exectap {
namespace {

Record changed_exec(void (*change)(wire_call&)) { return RecordBuilder::exec().change(change).bytes(); }

constexpr __u32 kRoom = 512 - sizeof(wire_call);

TEST(DecodeRecord, RejectsOneShorterThanTheFixedPart) {
    const auto record = RecordBuilder::exec().bytes();
    const std::span fixed_part(record.data() + kRoom, sizeof(wire_call));

    EXPECT_FALSE(decode({}));
    EXPECT_FALSE(decode(fixed_part.subspan(1)));
}

TEST(DecodeRecord, NeedsNoMoreThanTheFixedPart) {
    const auto record = RecordBuilder::exec().args({}).filename("").bytes();

    EXPECT_TRUE(decode(std::span(record).last(sizeof(wire_call))));
}

TEST(DecodeRecord, RejectsArgsLongerThanRecord) {
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) {
        call.args_bytes = kRoom + 1;
        call.filename_bytes = 0;
    })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) {
        call.args_bytes = UINT32_MAX;
        call.filename_bytes = 0;
    })));
}

TEST(DecodeRecord, RejectsFilenameLongerThanWhatTheArgsLeave) {
    EXPECT_TRUE(decode(changed_exec([](wire_call& call) { call.filename_bytes = kRoom - call.args_bytes; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.filename_bytes = kRoom - call.args_bytes + 1; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.filename_bytes = UINT32_MAX; })));
}

TEST(DecodeRecord, RejectsLengthsThatAddUpToLittleIn32Bits) {
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.filename_bytes = 0U - call.args_bytes; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.args_bytes = 1U - call.filename_bytes; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.args_bytes = call.filename_bytes = 1U << 31; })));
}

TEST(DecodeRecord, RejectsUnreadableArgumentsWithALengthBeyondIt) {
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) {
        call.flags = WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE;
        call.args_bytes = kRoom + 1;
    })));
}

TEST(DecodeRecord, RejectsAnUnknownType) {
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.trailer.type = 0; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.trailer.type = 3; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.trailer.type = 255; })));
}

TEST(DecodeRecord, RejectsACpuSlotThatIsNone) {
    EXPECT_TRUE(decode(changed_exec([](wire_call& call) { call.trailer.cpu_slot = WIRE_CPU_SLOTS - 1; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.trailer.cpu_slot = WIRE_CPU_SLOTS; })));
    EXPECT_FALSE(decode(changed_exec([](wire_call& call) { call.trailer.cpu_slot = UINT16_MAX; })));
}

TEST(DecodeAttempt, RejectsAResultThatIsNoErrno) {
    EXPECT_FALSE(decode(RecordBuilder::attempt(0).bytes()));
    EXPECT_FALSE(decode(RecordBuilder::attempt(1).bytes()));
    EXPECT_FALSE(decode(RecordBuilder::attempt(-4096).bytes()));
    EXPECT_FALSE(decode(RecordBuilder::attempt(INT32_MIN).bytes()));
    EXPECT_TRUE(decode(RecordBuilder::attempt(-1).bytes()));
    EXPECT_TRUE(decode(RecordBuilder::attempt(-4095).bytes()));
}

bool lies_in(std::string_view text, std::span<const std::byte> record) {
    const auto* first = reinterpret_cast<const char*>(record.data());
    const std::less_equal<> is_not_after;
    return is_not_after(first, text.data()) && is_not_after(text.data() + text.size(), first + record.size());
}

// Decodes an exact copy, so that the sanitizer sees a read past either end, and reads all that came out of it.
bool decodes_within(std::span<const std::byte> bytes) {
    const Record record(bytes.begin(), bytes.end());
    const auto decoded = decode(record);
    if (!decoded) return false;
    // Stands in for what is absent.
    const std::string_view first_byte(reinterpret_cast<const char*>(record.data()), 1);
    std::visit(
        [&](const auto& event) {
            const Call& call = event.call;
            EXPECT_TRUE(lies_in(call.comm.value_or(first_byte), record));
            EXPECT_TRUE(lies_in(call.filename.value_or(Bytes{first_byte}).bytes, record));
            EXPECT_TRUE(lies_in(call.arguments.value_or(Arguments{.bytes = first_byte}).bytes, record));
            EXPECT_TRUE(line_of(event).ends_with('\n'));
        },
        decoded->event);
    EXPECT_LT(decoded->cpu_slot, WIRE_CPU_SLOTS);
    return true;
}

TEST(DecodeRecord, StaysInsideWhereverItIsCutOff) {
    const auto record = RecordBuilder::exec().bytes();
    const std::span whole(record);
    for (std::size_t size = 0; size < record.size(); size++) {
        decodes_within(whole.first(size));
        decodes_within(whole.last(size));
    }
    EXPECT_TRUE(decodes_within(whole));
}

TEST(DecodeRecord, StaysInsideWhateverItHolds) {
    std::mt19937 random(20260131);  // the same records every time
    const auto below = [&](std::size_t limit) { return random() % limit; };
    const auto record = RecordBuilder::attempt(-2).bytes();
    int accepted = 0;
    int rejected = 0;
    for (int round = 0; round < 5000; round++) {
        auto mutated = record;
        const auto changes = 1 + below(4);
        for (std::size_t i = 0; i < changes; i++) {
            // Mostly in the fixed part, where the lengths are.
            const auto from = below(4) == 0 ? 0 : record.size() - sizeof(wire_call);
            mutated[from + below(record.size() - from)] = static_cast<std::byte>(random());
        }
        if (below(8) == 0) mutated.erase(mutated.begin(), mutated.begin() + static_cast<std::ptrdiff_t>(below(512)));
        (decodes_within(mutated) ? accepted : rejected)++;
    }
    // Neither answer alone would test anything.
    EXPECT_GT(accepted, 500);
    EXPECT_GT(rejected, 500);
}

}  // namespace
}  // namespace exectap
