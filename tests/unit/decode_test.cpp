// SPDX-License-Identifier: MIT OR Apache-2.0
// Records as the kernel side means them: every field and every flag.
#include "decode/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/record_builder.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::IsEmpty;

const Call& call_of(const DecodedRecord& decoded) {
    return std::visit([](const auto& event) -> const Call& { return event.call; }, decoded.event);
}

std::vector<std::string> list_of(const Arguments& arguments) {
    std::vector<std::string> list;
    arguments.for_each([&](std::string_view argument, bool is_cut) {
        list.push_back(std::string(argument) + (is_cut ? "<cut>" : ""));
    });
    return list;
}

void expect_call_of_builder(const Call& call) {
    EXPECT_EQ(call.since_boot, 123'456'789ns);
    EXPECT_EQ(call.pid, 1234U);
    EXPECT_EQ(call.tid, 1235U);
    EXPECT_EQ(call.ppid, 1200U);
    EXPECT_EQ(call.uid, 1000U);
    EXPECT_EQ(call.gid, 1001U);
    EXPECT_EQ(call.syscall_id, 59);
    EXPECT_EQ(call.comm, "bash");
    ASSERT_TRUE(call.filename);
    EXPECT_EQ(call.filename->bytes, "/usr/bin/ls");
    EXPECT_FALSE(call.filename->is_cut);
    ASSERT_TRUE(call.arguments);
    EXPECT_EQ(call.arguments->bytes, "ls\0-l\0"sv);
    EXPECT_FALSE(call.arguments->is_cut);
    EXPECT_EQ(call.arguments->total_bytes, 6U);
    EXPECT_EQ(call.arguments->true_count, 2U);
    EXPECT_THAT(list_of(*call.arguments), ElementsAre("ls", "-l"));
}

TEST(DecodeExec, ReadsEveryField) {
    const auto record = RecordBuilder::exec().bytes();

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    ASSERT_TRUE(std::holds_alternative<ExecEvent>(decoded->event));
    expect_call_of_builder(call_of(*decoded));
    EXPECT_EQ(decoded->lost_before, 7U);
    EXPECT_EQ(decoded->cpu_slot, 3U);
}

TEST(DecodeAttempt, ReadsEveryField) {
    const auto record = RecordBuilder::attempt(-2).bytes();

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    const auto* attempt = std::get_if<AttemptEvent>(&decoded->event);
    ASSERT_NE(attempt, nullptr);
    expect_call_of_builder(attempt->call);
    EXPECT_EQ(attempt->error, 2);
    EXPECT_FALSE(attempt->is_fatal);
    EXPECT_EQ(decoded->lost_before, 7U);
    EXPECT_EQ(decoded->cpu_slot, 3U);
}

TEST(DecodeExec, ReadsTheLargestClass) {
    const std::string argument(std::size_t{2} << 20, 'x');
    const auto record = RecordBuilder::exec().args({"echo", argument}).bytes();
    ASSERT_EQ(record.size(), std::size_t{WIRE_CLASS_MAX});

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    EXPECT_THAT(list_of(*call_of(*decoded).arguments), ElementsAre("echo", argument));
    EXPECT_EQ(call_of(*decoded).filename->bytes, "/usr/bin/ls");
}

TEST(DecodeExec, ReadsStringsThatLeaveNoGap) {
    const auto record = RecordBuilder::exec().args({}).filename(std::string(512 - sizeof(wire_call), 'f')).bytes();
    ASSERT_EQ(record.size(), 512U);

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    EXPECT_EQ(call_of(*decoded).filename->bytes.size(), 512 - sizeof(wire_call));
}

TEST(DecodeExec, HasNoSyscallWhenTheKernelStartedIt) {
    const auto record =
        RecordBuilder::exec().change([](wire_call& call) { call.syscall_id = WIRE_NO_SYSCALL; }).bytes();

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    EXPECT_EQ(call_of(*decoded).syscall_id, std::nullopt);
}

TEST(DecodeExec, ReadsSyscallZeroAsASyscall) {
    const auto record = RecordBuilder::exec().change([](wire_call& call) { call.syscall_id = 0; }).bytes();

    EXPECT_EQ(call_of(*decode(record)).syscall_id, 0);
}

TEST(DecodeComm, TakesAllSixteenBytesWhereThereIsNoNul) {
    const auto record = RecordBuilder::exec().comm("0123456789abcdef").bytes();

    EXPECT_EQ(call_of(*decode(record)).comm, "0123456789abcdef");
}

TEST(DecodeComm, MayBeEmpty) {
    const auto record = RecordBuilder::exec().comm("").bytes();

    EXPECT_EQ(call_of(*decode(record)).comm, "");
}

TEST(DecodeArguments, TellNoArgumentsFromOneThatIsEmpty) {
    const auto none = RecordBuilder::exec().args({}).bytes();
    const auto empty = RecordBuilder::exec().args({""}).bytes();

    EXPECT_THAT(list_of(*call_of(*decode(none)).arguments), IsEmpty());
    EXPECT_EQ(call_of(*decode(none)).arguments->true_count, 0U);
    EXPECT_THAT(list_of(*call_of(*decode(empty)).arguments), ElementsAre(""));
    EXPECT_EQ(call_of(*decode(empty)).arguments->true_count, 1U);
}

TEST(DecodeArguments, KeepEmptyOnesAtEitherEnd) {
    const auto record = RecordBuilder::exec().args({"", "a", "", ""}).bytes();

    EXPECT_THAT(list_of(*call_of(*decode(record)).arguments), ElementsAre("", "a", "", ""));
}

TEST(DecodeArguments, SayWhatWasCut) {
    const auto record = RecordBuilder::exec()
                            .args({"cc", "-c", "long"})
                            .flags(WIRE_ARGS_CUT)
                            .change([](wire_call& call) {
                                call.args_total = 2'097'152;
                                call.args_bytes = 8;
                                call.argc = 20'001;
                                call.filename_bytes = 0;
                            })
                            .bytes();

    const auto decoded = decode(record);

    ASSERT_TRUE(decoded);
    const auto& arguments = *call_of(*decoded).arguments;
    EXPECT_TRUE(arguments.is_cut);
    EXPECT_EQ(arguments.total_bytes, 2'097'152U);
    EXPECT_EQ(arguments.true_count, 20'001U);
    EXPECT_THAT(list_of(arguments), ElementsAre("cc", "-c", "lo<cut>"));
}

// What one flag changes in a decoded attempt.
struct Shown {
    bool args_cut = false;
    bool args_absent = false;
    bool filename_cut = false;
    bool filename_absent = false;
    bool comm_absent = false;
    bool fatal = false;
    bool count_absent = false;

    bool operator==(const Shown&) const = default;
};

Shown shown_with(unsigned flags) {
    const auto record = RecordBuilder::attempt(-2).flags(flags).bytes();
    const auto decoded = decode(record);
    const auto& attempt = std::get<AttemptEvent>(decoded.value().event);
    const auto& call = attempt.call;
    return {.args_cut = call.arguments && call.arguments->is_cut,
            .args_absent = !call.arguments,
            .filename_cut = call.filename && call.filename->is_cut,
            .filename_absent = !call.filename,
            .comm_absent = !call.comm,
            .fatal = attempt.is_fatal,
            .count_absent = call.arguments && !call.arguments->true_count && !call.arguments->total_bytes};
}

TEST(DecodeFlags, ChangeOneThingEach) {
    EXPECT_EQ(shown_with(0), Shown{});
    EXPECT_EQ(shown_with(WIRE_ARGS_CUT), Shown{.args_cut = true});
    EXPECT_EQ(shown_with(WIRE_ARGS_UNREADABLE), Shown{.args_absent = true});
    EXPECT_EQ(shown_with(WIRE_FILENAME_CUT), Shown{.filename_cut = true});
    EXPECT_EQ(shown_with(WIRE_FILENAME_UNREADABLE), Shown{.filename_absent = true});
    EXPECT_EQ(shown_with(WIRE_COMM_UNREADABLE), Shown{.comm_absent = true});
    EXPECT_EQ(shown_with(WIRE_FATAL), Shown{.fatal = true});
    EXPECT_EQ(shown_with(WIRE_ARGS_UNCOUNTED), Shown{.count_absent = true});
}

TEST(DecodeFlags, CombineAsAFatalAttemptHasThem) {
    EXPECT_EQ(shown_with(WIRE_FATAL | WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE),
              (Shown{.args_absent = true, .filename_absent = true, .fatal = true}));
}

TEST(DecodeFlags, UnreadableArgumentsLeaveTheFilenameReadable) {
    const auto record = RecordBuilder::exec().args({}).flags(WIRE_ARGS_UNREADABLE).bytes();

    EXPECT_EQ(call_of(*decode(record)).filename->bytes, "/usr/bin/ls");
}

}  // namespace
}  // namespace exectap
