// SPDX-License-Identifier: MIT OR Apache-2.0
// Records that are not what they should be: rejected, or read without leaving them.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <random>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "unit/decoded.h"
#include "unit/events.h"

namespace exectap {
namespace {

constexpr std::size_t kRoom = 512 - sizeof(wire_call);  // for the strings

// function(wire_call&)
template <typename Function>
bool accepts(const RecordBuilder& builder, Function change) {
    return static_cast<bool>(Decoded(RecordBuilder(builder).change(change)));
}

// The strings' lengths, and those of paths apart: their names must end in '/'.
using SetLength = void (*)(wire_call& call, std::size_t length);
constexpr std::array<SetLength, 4> kTexts{
    [](wire_call& call, std::size_t length) { call.args_bytes = static_cast<__u32>(length); },
    [](wire_call& call, std::size_t length) { call.filename_bytes = static_cast<__u16>(length); },
    [](wire_call& call, std::size_t length) { call.interpreter_bytes = static_cast<__u16>(length); },
    [](wire_call& call, std::size_t length) { call.tty_bytes = static_cast<__u16>(length); }};
constexpr std::array<SetLength, 3> kPaths{
    [](wire_call& call, std::size_t length) { call.exe.bytes = static_cast<__u16>(length); },
    [](wire_call& call, std::size_t length) { call.cwd.bytes = static_cast<__u16>(length); },
    [](wire_call& call, std::size_t length) { call.cgroup.bytes = static_cast<__u16>(length); }};

// A call with one string of `length`; before its fixed part the record has `room` bytes, all of them slashes.
bool accepts_length(SetLength set, std::size_t length, std::size_t room) {
    wire_call call = {};
    call.flags = WIRE_HAS_PATHS;
    call.trailer = trailer(WIRE_EXEC);
    set(call, length);
    Record record(room, std::byte{'/'});
    const auto fixed = record_of(call);
    record.insert(record.end(), fixed.begin(), fixed.end());
    return static_cast<bool>(Decoded(record));
}

TEST(DecodeRecord, RejectsOneShorterThanTheFixedPart) {
    const auto record = RecordBuilder::exec().bytes();
    const std::span fixed_part(record.data() + kRoom, sizeof(wire_call));
    DecodeScratch scratch;

    EXPECT_FALSE(decode({}, scratch));
    EXPECT_FALSE(decode(fixed_part.subspan(1), scratch));
    EXPECT_FALSE(decode(fixed_part.last(sizeof(wire_trailer)), scratch));
    EXPECT_FALSE(decode(fixed_part.last(sizeof(wire_trailer) - 1), scratch));
}

TEST(DecodeRecord, NeedsNoMoreThanTheFixedPart) {
    const auto call = RecordBuilder::exec().bare().bytes();
    DecodeScratch scratch;

    EXPECT_TRUE(decode(std::span(call).last(sizeof(wire_call)), scratch));
    EXPECT_TRUE(decode(record_of(exit_wire()), scratch));
    EXPECT_TRUE(decode(record_of(fork_wire()), scratch));
}

TEST(DecodeRecord, RejectsExitsAndForksThatAreTooShort) {
    DecodeScratch scratch;
    for (const auto& record : {record_of(exit_wire()), record_of(fork_wire())})
        for (std::size_t size = 0; size < record.size(); size++)
            EXPECT_FALSE(decode(std::span(record).last(size), scratch)) << size;
}

TEST(DecodeRecord, RejectsAStringLongerThanTheRecord) {
    for (const auto& group : {std::span<const SetLength>(kTexts), std::span<const SetLength>(kPaths)}) {
        for (const auto set : group) {
            EXPECT_TRUE(accepts_length(set, kRoom, kRoom));
            EXPECT_FALSE(accepts_length(set, kRoom + 1, kRoom));
            EXPECT_FALSE(accepts_length(set, kRoom + sizeof(wire_call), kRoom));
            EXPECT_FALSE(accepts_length(set, std::numeric_limits<__u16>::max(), kRoom));
            EXPECT_FALSE(accepts_length(set, 1, 0));
        }
    }
    EXPECT_FALSE(accepts_length(kTexts[0], std::numeric_limits<__u32>::max(), kRoom));
}

TEST(DecodeRecord, RejectsStringsThatTogetherAreLongerThanTheRecord) {
    auto full = RecordBuilder::exec().exe({}).cwd({}).cgroup({}).change([](wire_call& call) {
        call.interpreter_bytes = static_cast<__u16>(kRoom - call.args_bytes - call.filename_bytes - call.tty_bytes);
    });
    EXPECT_TRUE(Decoded(full));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.args_bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.filename_bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.interpreter_bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.tty_bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.exe.bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.cwd.bytes++; }));
    EXPECT_FALSE(accepts(full, [](wire_call& call) { call.cgroup.bytes++; }));
}

TEST(DecodeRecord, RejectsLengthsThatAddUpToLittleIn32Bits) {
    const auto exec = RecordBuilder::exec();
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.args_bytes = 0U - call.filename_bytes; }));
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.args_bytes = 1U << 31; }));
    EXPECT_FALSE(accepts(RecordBuilder::exec().bare(), [](wire_call& call) {
        call.args_bytes = 0U - 0xffffU;
        call.filename_bytes = 0xffff;
    }));
    EXPECT_FALSE(accepts(RecordBuilder::exec().bare(), [](wire_call& call) {
        call.exe.bytes = call.cwd.bytes = call.cgroup.bytes = call.tty_bytes = 1U << 15;
    }));
}

TEST(DecodeRecord, RejectsWhatIsUnreadableWithALengthBeyondIt) {
    EXPECT_FALSE(accepts(RecordBuilder::exec().bare(), [](wire_call& call) {
        call.flags = WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE;
        call.args_bytes = kRoom + 1;
    }));
    EXPECT_FALSE(accepts(RecordBuilder::exec().bare(), [](wire_call& call) {
        call.flags = 0;
        call.cgroup = {.bytes = kRoom + 1, .flags = WIRE_PATH_UNREADABLE};
    }));
}

TEST(DecodeRecord, RejectsNamesThatDoNotEndInASlash) {
    const auto exec = RecordBuilder::exec();
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.exe.bytes--; }));
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.cwd.bytes--; }));
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.cgroup.bytes--; }));
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.cgroup.bytes++; }));
    EXPECT_FALSE(accepts(exec, [](wire_call& call) { call.filename_bytes++; }));
    for (const unsigned flags : {WIRE_PATH_PSEUDO, WIRE_PATH_CUT, WIRE_PATH_UNREADABLE}) {
        const auto pseudo = RecordBuilder::exec().exe({"memfd:x"}, flags);
        EXPECT_TRUE(accepts(pseudo, [](wire_call&) {}));
        EXPECT_FALSE(accepts(pseudo, [](wire_call& call) { call.exe.bytes--; }));
    }
}

TEST(DecodeRecord, RejectsMoreNamesThanThereIsRoomFor) {
    constexpr auto kMost = DecodeScratch::kMostNames;
    for (const auto set : kPaths) {
        EXPECT_TRUE(accepts_length(set, kMost, kMost + 1));
        EXPECT_FALSE(accepts_length(set, kMost + 1, kMost + 1));
        EXPECT_FALSE(accepts_length(set, 0xffff, 0x1ffff));
    }
}

TEST(DecodeRecord, RejectsAnUnknownType) {
    for (unsigned type = WIRE_TYPES; type < 256; type++) {
        EXPECT_FALSE(accepts(RecordBuilder::exec(), [&](wire_call& call) {
            call.trailer.type = static_cast<__u8>(type);
        })) << type;
    }
}

// The shorter types lie in what would be the end of a call.
TEST(DecodeRecord, TakesTheTypeByItsWord) {
    const auto with_type = [](wire_type type) {
        return Decoded(
            RecordBuilder::exec().change([&](wire_call& call) { call.trailer.type = static_cast<__u8>(type); }));
    };
    EXPECT_TRUE(std::holds_alternative<ExecEvent>(with_type(WIRE_EXEC).whole().event));
    EXPECT_TRUE(std::holds_alternative<ExitEvent>(with_type(WIRE_EXIT).whole().event));
    EXPECT_TRUE(std::holds_alternative<ForkEvent>(with_type(WIRE_FORK).whole().event));
    EXPECT_FALSE(with_type(WIRE_ATTEMPT));  // it did not fail
}

TEST(DecodeRecord, RejectsACpuSlotThatIsNone) {
    const auto slot = [](unsigned value) {
        return accepts(RecordBuilder::exec(),
                       [&](wire_call& call) { call.trailer.cpu_slot = static_cast<__u16>(value); });
    };
    EXPECT_TRUE(slot(WIRE_CPU_SLOTS - 1));
    EXPECT_FALSE(slot(WIRE_CPU_SLOTS));
    EXPECT_FALSE(slot(0xffff));
    auto exit = exit_wire();
    exit.trailer.cpu_slot = WIRE_CPU_SLOTS;
    EXPECT_FALSE(Decoded(record_of(exit)));
    auto fork = fork_wire();
    fork.trailer.cpu_slot = WIRE_CPU_SLOTS;
    EXPECT_FALSE(Decoded(record_of(fork)));
}

// Two of them are added, and a sum that 64 bits can't hold would be undefined.
TEST(DecodeRecord, RejectsATimeThatNoMachineReaches) {
    constexpr auto kLatest = __u64{1} << 62;
    using SetTime = void (*)(wire_call & call, __u64 time);
    constexpr std::array<SetTime, 3> kOfCalls{[](wire_call& call, __u64 time) { call.trailer.time_ns = time; },
                                              [](wire_call& call, __u64 time) { call.program.start_time = time; },
                                              [](wire_call& call, __u64 time) { call.parent.start_time = time; }};
    for (const auto set : kOfCalls) {
        EXPECT_TRUE(accepts(RecordBuilder::exec(), [&](wire_call& call) { set(call, kLatest); }));
        EXPECT_FALSE(accepts(RecordBuilder::exec(), [&](wire_call& call) { set(call, kLatest + 1); }));
        EXPECT_FALSE(accepts(RecordBuilder::attempt(-2), [&](wire_call& call) { set(call, ~__u64{0}); }));
    }
    for (const auto of_exit : {&wire_exit::user_ns, &wire_exit::system_ns}) {
        auto exit = exit_wire();
        exit.*of_exit = kLatest;
        EXPECT_TRUE(Decoded(record_of(exit)));
        exit.*of_exit = kLatest + 1;
        EXPECT_FALSE(Decoded(record_of(exit)));
    }
    for (const auto of_fork : {&wire_fork::program, &wire_fork::child}) {
        auto fork = fork_wire();
        (fork.*of_fork).start_time = kLatest + 1;
        EXPECT_FALSE(Decoded(record_of(fork)));
    }
    auto exit = exit_wire();
    exit.program.start_time = kLatest + 1;
    EXPECT_FALSE(Decoded(record_of(exit)));
}

TEST(DecodeAttempt, RejectsAResultThatIsNoErrno) {
    for (const int result : {0, 1, -4096, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()})
        EXPECT_FALSE(Decoded(RecordBuilder::attempt(result))) << result;
    EXPECT_TRUE(Decoded(RecordBuilder::attempt(-1)));
    EXPECT_TRUE(Decoded(RecordBuilder::attempt(-4095)));
}

bool lies_in(std::string_view text, std::string_view room) {
    const std::less_equal<> is_not_after;
    return is_not_after(room.data(), text.data()) && is_not_after(text.data() + text.size(), room.data() + room.size());
}

std::string_view text_of(const Record& record) { return {reinterpret_cast<const char*>(record.data()), record.size()}; }

template <std::size_t Size>
std::string_view text_of(const std::array<char, Size>& scratch) {
    return {scratch.data(), Size};
}

void expect_inside(const Call& call, const Decoded& decoded) {
    const auto record = text_of(decoded.record());
    const auto& scratch = decoded.scratch();
    EXPECT_TRUE(!call.comm || lies_in(*call.comm, record));
    EXPECT_TRUE(!call.filename || lies_in(call.filename->bytes, record));
    EXPECT_TRUE(!call.arguments || lies_in(call.arguments->bytes, record));
    EXPECT_TRUE(!call.tty || lies_in(*call.tty, record) || lies_in(*call.tty, text_of(scratch.tty)));
    EXPECT_TRUE(!call.cwd || lies_in(call.cwd->path, text_of(scratch.cwd)));
    EXPECT_TRUE(!call.cgroup || lies_in(call.cgroup->path, text_of(scratch.cgroup)));
}

void expect_inside(const ExecEvent& exec, const Decoded& decoded) {
    expect_inside(exec.call, decoded);
    EXPECT_TRUE(lies_in(exec.new_comm, text_of(decoded.record())));
    EXPECT_TRUE(!exec.exe || lies_in(exec.exe->path.path, text_of(decoded.scratch().exe)));
    EXPECT_TRUE(!exec.interpreter || lies_in(exec.interpreter->bytes, text_of(decoded.record())));
}

void expect_inside(const AttemptEvent& attempt, const Decoded& decoded) { expect_inside(attempt.call, decoded); }
void expect_inside(const ExitEvent& /*exit*/, const Decoded& /*decoded*/) {}
void expect_inside(const ForkEvent& /*fork*/, const Decoded& /*decoded*/) {}
void expect_inside(const LostEvent& /*lost*/, const Decoded& /*decoded*/) { ADD_FAILURE() << "no record tells of one"; }

// Decodes an exact copy, so that the sanitizer sees a read past either end, and reads all that came out of it.
bool decodes_within(std::span<const std::byte> bytes) {
    static const LineOptions options{
        .fields = fields_of("filename,argv,comm,tty,exe,interpreter,cwd,cgroup,unit,container_id")};
    const Decoded decoded(Record(bytes.begin(), bytes.end()));
    if (!decoded) return false;
    std::visit(
        [&](const auto& event) {
            expect_inside(event, decoded);
            EXPECT_TRUE(line_of(event, {}, options).ends_with('\n'));
        },
        decoded.whole().event);
    EXPECT_LT(decoded.whole().cpu_slot, WIRE_CPU_SLOTS);
    return true;
}

// One of each type, and what else their strings can be.
std::vector<Record> records() {
    return {RecordBuilder::exec().interpreter("/bin/sh").bytes(), RecordBuilder::attempt(-2).bytes(),
            RecordBuilder::exec().exe({"memfd:a/b\n"}, WIRE_PATH_PSEUDO).cwd({}, WIRE_PATH_CUT).tty("tty1").bytes(),
            record_of(exit_wire()), record_of(fork_wire())};
}

TEST(DecodeRecord, StaysInsideWhereverItIsCutOff) {
    for (const auto& record : records()) {
        const std::span whole(record);
        for (std::size_t size = 0; size < record.size(); size++) {
            decodes_within(whole.first(size));
            decodes_within(whole.last(size));
        }
        EXPECT_TRUE(decodes_within(whole));
    }
}

TEST(DecodeRecord, StaysInsideWhateverItHolds) {
    std::mt19937 random(20260131);  // the same records every time
    const auto below = [&](std::size_t limit) { return random() % limit; };
    for (const auto& record : records()) {
        const auto fixed = std::min(record.size(), sizeof(wire_call));
        int accepted = 0;
        int rejected = 0;
        for (int round = 0; round < 4000; round++) {
            auto mutated = record;
            const auto changes = 1 + below(4);
            for (std::size_t i = 0; i < changes; i++) {
                // Mostly in the fixed part, where the lengths are.
                const auto from = below(4) == 0 ? 0 : record.size() - fixed;
                mutated[from + below(record.size() - from)] = static_cast<std::byte>(random());
            }
            if (below(8) == 0)
                mutated.erase(mutated.begin(), mutated.begin() + static_cast<std::ptrdiff_t>(below(record.size())));
            (decodes_within(mutated) ? accepted : rejected)++;
        }
        // Neither answer alone would test anything.
        EXPECT_GT(accepted, 400);
        EXPECT_GT(rejected, 400);
    }
}

}  // namespace
}  // namespace exectap
