// SPDX-License-Identifier: MIT OR Apache-2.0
// Records of calls as the kernel side means them: every field and every flag. Paths: decode_path_test.cpp.
#include "decode/decode.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "unit/decoded.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> list_of(const Arguments& arguments) {
    std::vector<std::string> list;
    arguments.for_each([&](std::string_view argument, bool is_cut) {
        list.push_back(std::string(argument) + (is_cut ? "<cut>" : ""));
    });
    return list;
}

void expect_ids_of_builder(const Call& call) {
    EXPECT_EQ(call.pid, 1234U);
    EXPECT_EQ(call.tid, 1235U);
    EXPECT_EQ(call.ppid, 1200U);
    EXPECT_EQ(call.ns_pid, 17U);
    EXPECT_EQ(call.exec_id, (ExecId{81'000ns, 1234, 8}));
    EXPECT_EQ(call.parent_exec_id, (ExecId{61'000ns, 1201, 3}));
    EXPECT_EQ(call.uid, 1000U);
    EXPECT_EQ(call.euid, 1001U);
    EXPECT_EQ(call.gid, 1002U);
    EXPECT_EQ(call.egid, 1003U);
    EXPECT_EQ(call.loginuid, 1004U);
    EXPECT_EQ(call.sid, 1100U);
    EXPECT_EQ(call.pgid, 1101U);
}

void expect_call_of_builder(const Call& call) {
    expect_ids_of_builder(call);
    EXPECT_EQ(call.seq, 0U);
    EXPECT_EQ(call.since_boot, 123'456'789ns);
    EXPECT_EQ(call.cap_effective, 0x1ff'ffff'ffffU);
    EXPECT_EQ(call.umask, 022U);
    EXPECT_EQ(call.syscall_id, 59);
    EXPECT_FALSE(call.is_execveat);
    EXPECT_EQ(call.comm, "bash");
    ASSERT_TRUE(call.filename);
    EXPECT_EQ(call.filename->bytes, "/bin/ls");
    EXPECT_FALSE(call.filename->is_cut);
    ASSERT_TRUE(call.arguments);
    EXPECT_EQ(call.arguments->bytes, "ls\0-l\0"sv);
    EXPECT_FALSE(call.arguments->is_cut);
    EXPECT_EQ(call.arguments->total_bytes, 6U);
    EXPECT_EQ(call.arguments->true_count, 2U);
    EXPECT_THAT(list_of(*call.arguments), ElementsAre("ls", "-l"));
    EXPECT_EQ(call.tty, "pts/9");
    EXPECT_EQ(call.cwd.value().path, "/home/ann");
    EXPECT_EQ(call.cgroup.value().path, "/user.slice/x.scope");
}

TEST(DecodeExec, ReadsEveryField) {
    const Decoded decoded(RecordBuilder::exec().interpreter("/bin/sh"));

    ASSERT_TRUE(decoded);
    const auto& exec = decoded.exec();
    expect_call_of_builder(exec.call);
    EXPECT_EQ(exec.new_comm, "ls");
    EXPECT_TRUE(exec.is_script);
    EXPECT_EQ(exec.interpreter.value().bytes, "/bin/sh");
    EXPECT_FALSE(exec.interpreter->is_cut);
    EXPECT_EQ(exec.exe.value().path.path, "/usr/bin/ls");
    EXPECT_EQ(exec.exe->dev_major, 254U);
    EXPECT_EQ(exec.exe->dev_minor, 1U);
    EXPECT_EQ(exec.exe->inode, 247'728U);
    EXPECT_EQ(decoded.whole().lost_before, 7U);
    EXPECT_EQ(decoded.whole().cpu_slot, 3U);
}

TEST(DecodeAttempt, ReadsEveryField) {
    const Decoded decoded(RecordBuilder::attempt(-2));

    ASSERT_TRUE(decoded);
    expect_call_of_builder(decoded.attempt().call);
    EXPECT_EQ(decoded.attempt().error, 2);
    EXPECT_FALSE(decoded.attempt().is_fatal);
    EXPECT_EQ(decoded.whole().lost_before, 7U);
    EXPECT_EQ(decoded.whole().cpu_slot, 3U);
}

TEST(DecodeExec, ReadsEachSizeOfRecord) {
    for (const std::size_t size :
         {std::size_t{WIRE_CLASS_512}, std::size_t{WIRE_CLASS_2K}, std::size_t{WIRE_CLASS_8K},
          std::size_t{WIRE_CLASS_32K}, std::size_t{WIRE_CLASS_128K}, std::size_t{WIRE_CLASS_512K},
          std::size_t{WIRE_CLASS_2304K}, std::size_t{WIRE_CLASS_MAX}}) {
        const std::string argument(size - 400, 'x');
        const Decoded decoded(RecordBuilder::exec().args({"echo", argument}));

        ASSERT_EQ(decoded.record().size(), size);
        ASSERT_TRUE(decoded) << size;
        EXPECT_THAT(list_of(*decoded.call().arguments), ElementsAre("echo", argument));
        EXPECT_EQ(decoded.call().filename->bytes, "/bin/ls");
        EXPECT_EQ(decoded.call().cgroup->path, "/user.slice/x.scope");
    }
}

TEST(DecodeExec, ReadsStringsThatLeaveNoGap) {
    const std::string filename(512 - sizeof(wire_call), 'f');
    const Decoded decoded(RecordBuilder::exec().bare().filename(filename));

    ASSERT_EQ(decoded.record().size(), 512U);
    EXPECT_EQ(decoded.call().filename->bytes, filename);
}

TEST(DecodeExec, HasNoSyscallWhenTheKernelStartedIt) {
    const Decoded decoded(RecordBuilder::exec().change([](wire_call& call) { call.syscall_id = WIRE_NO_SYSCALL; }));

    EXPECT_EQ(decoded.call().syscall_id, std::nullopt);
}

TEST(DecodeExec, ReadsSyscallZeroAsASyscall) {
    const Decoded decoded(RecordBuilder::exec().change([](wire_call& call) { call.syscall_id = 0; }));

    EXPECT_EQ(decoded.call().syscall_id, 0);
}

TEST(DecodeExec, HasNoParentWhereNobodyKnowsIt) {
    const Decoded decoded(RecordBuilder::exec().change([](wire_call& call) { call.parent = {}; }));

    EXPECT_EQ(decoded.call().parent_exec_id, std::nullopt);
}

TEST(DecodeExec, HasNoLoginuidWhereNobodyLoggedIn) {
    const Decoded nobody(RecordBuilder::exec().change([](wire_call& call) { call.loginuid = ~0U; }));
    const Decoded root(RecordBuilder::exec().change([](wire_call& call) { call.loginuid = 0; }));

    EXPECT_EQ(nobody.call().loginuid, std::nullopt);
    EXPECT_EQ(root.call().loginuid, 0U);
}

TEST(DecodeExec, ReadsCapabilitiesInFull) {
    for (const auto capabilities : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        const Decoded decoded(
            RecordBuilder::exec().change([&](wire_call& call) { call.cap_effective = capabilities; }));
        EXPECT_EQ(decoded.call().cap_effective, capabilities);
    }
}

TEST(DecodeComm, TakesAllSixteenBytesWhereThereIsNoNul) {
    const Decoded decoded(RecordBuilder::exec().comm("0123456789abcdef").new_comm("fedcba9876543210"));

    EXPECT_EQ(decoded.call().comm, "0123456789abcdef");
    EXPECT_EQ(decoded.exec().new_comm, "fedcba9876543210");
}

TEST(DecodeComm, MayBeEmpty) {
    const Decoded decoded(RecordBuilder::exec().comm("").new_comm(""));

    EXPECT_EQ(decoded.call().comm, "");
    EXPECT_EQ(decoded.exec().new_comm, "");
}

// The caller's has to be kept in time; the new one stands in the task.
TEST(DecodeComm, OfTheNewProgramIsThereWhenTheCallersIsNot) {
    const Decoded decoded(RecordBuilder::exec().flag(WIRE_COMM_UNREADABLE));

    EXPECT_EQ(decoded.call().comm, std::nullopt);
    EXPECT_EQ(decoded.exec().new_comm, "ls");
}

TEST(DecodeArguments, TellNoArgumentsFromOneThatIsEmpty) {
    const Decoded none(RecordBuilder::exec().args({}));
    const Decoded empty(RecordBuilder::exec().args({""}));

    EXPECT_THAT(list_of(*none.call().arguments), IsEmpty());
    EXPECT_EQ(none.call().arguments->true_count, 0U);
    EXPECT_THAT(list_of(*empty.call().arguments), ElementsAre(""));
    EXPECT_EQ(empty.call().arguments->true_count, 1U);
}

TEST(DecodeArguments, KeepEmptyOnesAtEitherEnd) {
    const Decoded decoded(RecordBuilder::exec().args({"", "a", "", ""}));

    EXPECT_THAT(list_of(*decoded.call().arguments), ElementsAre("", "a", "", ""));
}

TEST(DecodeArguments, SayWhatWasCut) {
    const Decoded decoded(
        RecordBuilder::exec().bare().args({"cc", "-c", "long"}).flag(WIRE_ARGS_CUT).change([](wire_call& call) {
            call.args_total = 5'000'000'000;
            call.args_bytes = 8;
            call.argc = 20'001;
        }));

    ASSERT_TRUE(decoded);
    const auto& arguments = *decoded.call().arguments;
    EXPECT_TRUE(arguments.is_cut);
    EXPECT_EQ(arguments.total_bytes, 5'000'000'000U);
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
    bool execveat = false;

    bool operator==(const Shown&) const = default;
};

Shown shown_with(unsigned flags) {
    const Decoded decoded(RecordBuilder::attempt(-2).flag(flags));
    const auto& call = decoded.call();
    EXPECT_EQ(call.cwd.value().path, "/home/ann");
    EXPECT_EQ(call.tty, "pts/9");
    return {.args_cut = call.arguments && call.arguments->is_cut,
            .args_absent = !call.arguments,
            .filename_cut = call.filename && call.filename->is_cut,
            .filename_absent = !call.filename,
            .comm_absent = !call.comm,
            .fatal = decoded.attempt().is_fatal,
            .count_absent = call.arguments && !call.arguments->true_count && !call.arguments->total_bytes,
            .execveat = call.is_execveat};
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
    EXPECT_EQ(shown_with(WIRE_EXECVEAT), Shown{.execveat = true});
    for (const auto of_exec : {WIRE_SCRIPT, WIRE_INTERPRETER_CUT, WIRE_INTERPRETER_UNREADABLE})
        EXPECT_EQ(shown_with(of_exec), Shown{}) << of_exec;
}

TEST(DecodeFlags, CombineAsAFatalAttemptHasThem) {
    EXPECT_EQ(shown_with(WIRE_FATAL | WIRE_ARGS_UNREADABLE | WIRE_FILENAME_UNREADABLE),
              (Shown{.args_absent = true, .filename_absent = true, .fatal = true}));
}

TEST(DecodeFlags, UnreadableArgumentsLeaveTheFilenameReadable) {
    const Decoded decoded(RecordBuilder::exec().args({}).flag(WIRE_ARGS_UNREADABLE));

    EXPECT_EQ(decoded.call().filename->bytes, "/bin/ls");
}

TEST(DecodeScript, IsOneByItsFlagAlone) {
    const Decoded program(RecordBuilder::exec().interpreter("/bin/sh").without(WIRE_SCRIPT));
    const Decoded script(RecordBuilder::exec().interpreter(""));

    EXPECT_FALSE(program.exec().is_script);
    EXPECT_FALSE(program.exec().interpreter);
    EXPECT_TRUE(script.exec().is_script);
    EXPECT_EQ(script.exec().interpreter.value().bytes, "");
}

TEST(DecodeScript, SaysThatItsInterpreterWasCut) {
    const std::string path(WIRE_INTERPRETER_MAX - 1, 'i');
    const Decoded decoded(RecordBuilder::exec().interpreter(path).flag(WIRE_INTERPRETER_CUT));

    EXPECT_EQ(decoded.exec().interpreter.value().bytes, path);
    EXPECT_TRUE(decoded.exec().interpreter->is_cut);
    EXPECT_EQ(decoded.exec().exe.value().path.path, "/usr/bin/ls");
}

TEST(DecodeScript, IsOneWhoseInterpreterCouldNotBeRead) {
    const Decoded decoded(RecordBuilder::exec().interpreter("").flag(WIRE_INTERPRETER_UNREADABLE));

    EXPECT_TRUE(decoded.exec().is_script);
    EXPECT_FALSE(decoded.exec().interpreter);
}

}  // namespace
}  // namespace exectap
