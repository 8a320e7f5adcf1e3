// SPDX-License-Identifier: MIT OR Apache-2.0
// The lines of design.md, to the byte.
#include "sink/line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "unit/events.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

std::string exec_line(const Call& call) { return line_of(ExecEvent{call}); }

std::string line_with_arguments(const std::optional<Arguments>& arguments) {
    auto call = ls_call();
    call.arguments = arguments;
    return exec_line(call);
}

Arguments cut_arguments(std::string_view bytes) {
    return {.bytes = bytes, .is_cut = true, .total_bytes = 2'097'152, .true_count = 20'001};
}

TEST(Line, OfAnExec) {
    EXPECT_EQ(exec_line(ls_call()),
              R"([0.123456] pid=1234 tid=1234 uid=1000 gid=1000 syscall_id=59 comm="bash" filename="/usr/bin/ls" )"
              R"(argv0="ls" ppid=1200 argv=["ls","-l"])"
              "\n");
}

TEST(Line, OfAnAttempt) {
    auto call = ls_call();
    call.comm = "sh";
    call.filename = Bytes{"/opt/bin/ls"};
    call.arguments = whole_arguments("ls\0"sv);

    EXPECT_EQ(line_of(AttemptEvent{call, ENOENT}),
              R"([0.123456] pid=1234 tid=1234 uid=1000 gid=1000 syscall_id=59 comm="sh" filename="/opt/bin/ls" )"
              R"(argv0="ls" ppid=1200 argv=["ls"] error=ENOENT)"
              "\n");
}

TEST(Line, OfALoss) { EXPECT_EQ(line_of(loss(1'400'000'000ns, 312)), "[1.400000] lost=312 reason=ring\n"); }

TEST(Line, TellsEachIdFromTheOthers) {
    auto call = ls_call();
    call.tid = 1235;
    call.uid = 1001;
    call.gid = 1002;
    call.ppid = 4294967295;

    EXPECT_THAT(exec_line(call), HasSubstr(" pid=1234 tid=1235 uid=1001 gid=1002 syscall_id=59 "));
    EXPECT_THAT(exec_line(call), HasSubstr(" ppid=4294967295 "));
}

TEST(Line, IsAppendedToWhatIsThere) {
    std::string lines = "what was there\n";

    LineFormat(Clock{}).append(lines, loss(0ns, 2));

    EXPECT_EQ(lines, "what was there\n[0.000000] lost=2 reason=ring\n");
}

TEST(LineArguments, CutBetweenTwo) {
    EXPECT_THAT(line_with_arguments(cut_arguments("cc\0-c\0"sv)),
                EndsWith(R"( argv0="cc" ppid=1200 argv=["cc","-c",...] argv_bytes=2097152 argc=20001)"
                         "\n"));
}

TEST(LineArguments, CutInsideOne) {
    EXPECT_THAT(line_with_arguments(cut_arguments("cc\0-o lo"sv)),
                EndsWith(R"( argv0="cc" ppid=1200 argv=["cc","-o lo"...] argv_bytes=2097152 argc=20001)"
                         "\n"));
}

TEST(LineArguments, CutInsideTheFirst) {
    EXPECT_THAT(line_with_arguments(cut_arguments("/usr/bi"sv)),
                EndsWith(R"( argv0="/usr/bi"... ppid=1200 argv=["/usr/bi"...] argv_bytes=2097152 argc=20001)"
                         "\n"));
}

TEST(LineArguments, CutBeforeTheFirst) {
    EXPECT_THAT(line_with_arguments(cut_arguments("")),
                EndsWith(R"( argv0=""... ppid=1200 argv=[...] argv_bytes=2097152 argc=20001)"
                         "\n"));
}

TEST(LineArguments, CutWithAnUnknownCount) {
    auto arguments = cut_arguments("cc\0"sv);
    arguments.true_count.reset();

    EXPECT_THAT(line_with_arguments(arguments), Not(HasSubstr("argc=")));
}

// wire.h: the size is 0 where it is not known; and a field that is not known is absent, never faked.
TEST(LineArguments, CutWithAnUnknownSize) {
    const Arguments arguments{
        .bytes = "cc\0"sv, .is_cut = true, .total_bytes = std::nullopt, .true_count = std::nullopt};

    EXPECT_THAT(line_with_arguments(arguments), EndsWith(" argv=[\"cc\",...]\n"));
}

TEST(LineArguments, Unreadable) {
    auto call = ls_call();
    call.arguments.reset();

    EXPECT_THAT(line_of(AttemptEvent{call, ENOENT}),
                EndsWith(" filename=\"/usr/bin/ls\" argv0=unreadable ppid=1200 argv=unreadable error=ENOENT\n"));
}

TEST(LineArguments, None) {
    EXPECT_THAT(line_with_arguments(whole_arguments("")), EndsWith(" argv0=\"\" ppid=1200 argv=[]\n"));
}

TEST(LineArguments, OneThatIsEmpty) {
    EXPECT_THAT(line_with_arguments(whole_arguments("\0"sv)), EndsWith(" argv0=\"\" ppid=1200 argv=[\"\"]\n"));
}

TEST(LineArguments, SplitOneWayOrAnotherLookDifferent) {
    const auto two = line_with_arguments(whole_arguments("a b\0\0"sv));
    const auto three = line_with_arguments(whole_arguments("a\0b\0\0"sv));

    EXPECT_THAT(two, EndsWith(" argv=[\"a b\",\"\"]\n"));
    EXPECT_THAT(three, EndsWith(" argv=[\"a\",\"b\",\"\"]\n"));
}

TEST(LineArguments, CannotImitateTheMarks) {
    EXPECT_THAT(line_with_arguments(whole_arguments("...\0"sv)), EndsWith(" argv=[\"...\"]\n"));
    EXPECT_THAT(line_with_arguments(whole_arguments("a\",\"b\0"sv)), EndsWith(R"( argv=["a\",\"b"])"
                                                                              "\n"));
}

TEST(Line, StaysOneWhateverTheProcessChose) {
    auto call = ls_call();
    call.comm = "ba\nsh";
    call.filename = Bytes{"/tmp/a\nb"};
    call.arguments = whole_arguments("a\n[0.1] pid=1\0\r\x1b[2K\0"sv);

    const auto line = exec_line(call);

    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_THAT(line, HasSubstr(R"(comm="ba\nsh" filename="/tmp/a\nb" argv0="a\n[0.1] pid=1" )"));
    EXPECT_THAT(line, EndsWith(R"(argv=["a\n[0.1] pid=1","\r\x1b[2K"])"
                               "\n"));
}

TEST(LineFilename, Unreadable) {
    auto call = ls_call();
    call.filename.reset();

    EXPECT_THAT(exec_line(call), HasSubstr(" filename=unreadable argv0="));
}

TEST(LineFilename, Cut) {
    auto call = ls_call();
    call.filename = Bytes{"/usr/bi", true};

    EXPECT_THAT(exec_line(call), HasSubstr(" filename=\"/usr/bi\"... argv0="));
}

TEST(LineComm, Unreadable) {
    auto call = ls_call();
    call.comm.reset();

    EXPECT_THAT(exec_line(call), HasSubstr(" comm=unreadable filename="));
}

TEST(LineSyscall, IsAbsentWhenTheKernelStartedIt) {
    auto call = ls_call();
    call.syscall_id.reset();

    EXPECT_THAT(exec_line(call), HasSubstr(" gid=1000 comm="));
}

TEST(LineAttempt, SaysThatItWasFatal) {
    EXPECT_THAT(line_of(AttemptEvent{ls_call(), ENOMEM, true}), EndsWith(" error=ENOMEM fatal=true\n"));
}

TEST(LineAttempt, ShowsAnErrorWithoutANameAsANumber) {
    EXPECT_THAT(line_of(AttemptEvent{ls_call(), 4095}), EndsWith(" error=4095\n"));
}

}  // namespace
}  // namespace exectap
