// SPDX-License-Identifier: MIT OR Apache-2.0
// What is no sensible command line ends with status 2 and one line that says why, before anything is traced.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/exectap.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kUsage = 2;

void expect_usage_error(const std::vector<std::string>& arguments, const std::vector<std::string>& words) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    expect_one_error(run_exectap(arguments), kUsage, words);
}

TEST(Usage, WithoutArgumentsIsTenLinesWithFourExamples) {
    const auto outcome = run_exectap({});
    EXPECT_EQ(outcome.status, exited(kUsage));
    EXPECT_THAT(outcome.out, IsEmpty());
    EXPECT_THAT(outcome.err, SizeIs(10));
    EXPECT_EQ(std::count_if(outcome.err.begin(), outcome.err.end(),
                            [](const auto& line) { return line.find(" exectap ") != line.npos && line[0] == ' '; }),
              4);
}

TEST(Usage, AWordThatIsNoPidIsTakenForACommand) {
    expect_usage_error({"make"}, {"make is no pid; to run it: exectap -- make"});
    expect_usage_error({"make", "-j4", "all"}, {"to run it: exectap -- make -j4 all"});
}

TEST(Usage, AnExampleOfACommandCanBePastedIntoAShell) {
    expect_usage_error({"my prog", "a'b"}, {"to run it: exectap -- 'my prog' 'a'\\''b'"});
}

TEST(Usage, DoctorComesBeforeItsOptions) {
    expect_usage_error({"--json", "doctor"}, {"exectap doctor, before its options", "exectap -- doctor"});
}

TEST(Usage, OfDoctorIsItsOwn) {
    expect_usage_error({"doctor", "make"}, {"doctor: ", "make", "exectap -- doctor"});
    expect_usage_error({"doctor", "--tree"}, {"--tree", "exectap doctor --help"});
    expect_usage_error({"doctor", "--color", "blue"}, {"--color is auto, always or never, not 'blue'"});
    for (const auto* help : {"-h", "--help"}) {
        const auto outcome = run_exectap({"doctor", help});
        EXPECT_EQ(outcome.status, exited(0));
        EXPECT_THAT(outcome.out, Contains("usage: exectap doctor [OPTION...]"));
        EXPECT_THAT(outcome.out, Contains(HasSubstr("--json")));
    }
}

TEST(Usage, ErrorsOfTheUsersDoNotNameDoctor) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--no-such-option"}, {"make"}, {"--user", "no-such-user", "--", "/bin/true"}}) {
        const auto outcome = run_exectap(arguments);
        EXPECT_THAT(outcome.err, testing::Each(testing::Not(HasSubstr("doctor"))));
    }
}

TEST(Usage, ANegativePidIsNone) {
    expect_usage_error({"-1"}, {"-1"});
    expect_usage_error({"--pid", "-1"}, {"-1"});
    expect_usage_error({"--pid=-1"}, {"-1"});
}

TEST(Usage, TextIsNoPid) {
    expect_usage_error({"--pid", "12x"}, {"12x"});
    expect_usage_error({"--pid", ""}, {"pid"});
}

TEST(Usage, AnUnknownOptionIsNamed) {
    expect_usage_error({"--no-such-option", "1"}, {"--no-such-option"});
    expect_usage_error({"1", "-z"}, {"-z"});
}

TEST(Usage, AnOptionWithoutItsValueIsNamed) {
    expect_usage_error({"1", "-o"}, {"-o"});
    expect_usage_error({"--pid"}, {"--pid"});
    expect_usage_error({"--tty"}, {"--tty"});
    for (const char* option : {"--format", "--fields", "--events", "--max-args"})
        expect_usage_error({"1", option}, {std::string(option) + " needs a value"});
    expect_usage_error({"1", "-o", ""}, {"-o"});
}

TEST(Usage, ATargetIsNeeded) {
    expect_usage_error({"--no-watch-children"}, {"--all"});
    expect_usage_error({"--quiet"}, {"--tty"});
}

TEST(Usage, UserNeedsACommand) { expect_usage_error({"--user", "nobody", "1"}, {"--user", "COMMAND"}); }

TEST(Usage, AUserThatIsNotThereIsNamed) {
    expect_usage_error({"--user", "no-such-user", "--", "/bin/true"}, {"no-such-user"});
}

TEST(Usage, StrictNeedsACommand) { expect_usage_error({"--strict", "1"}, {"--strict", "COMMAND"}); }

TEST(Usage, TheStylesOfTimeAreNamed) { expect_usage_error({"--time=noon", "1"}, {"noon", "start", "boot", "wall"}); }

TEST(Usage, TheFormatsAreNamed) {
    expect_usage_error({"--format", "xml", "1"}, {"xml", "line", "json"});
    expect_usage_error({"--json", "--format=line", "1"}, {"--json and --format line contradict each other"});
    expect_usage_error({"--json=yes", "1"}, {"--json takes no value"});
}

TEST(Usage, JsonOfACommandNeedsAFile) {
    expect_usage_error({"--json", "--", "/bin/true"},
                       {"--json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's"});
    expect_usage_error({"--format=json", "1", "--", "/bin/true"}, {"-o FILE"});
}

TEST(Usage, AFieldThatIsNoneIsNamed) {
    expect_usage_error({"--fields", "pid,agrv", "1"}, {"no field 'agrv'", "argv", "--fields help"});
    expect_usage_error({"--fields", "", "1"}, {"--fields"});
    expect_usage_error({"--fields", "pid,,tid", "1"}, {"--fields"});
}

TEST(Usage, FieldsAreForLines) {
    expect_usage_error({"--json", "--fields", "pid", "1"},
                       {"--fields chooses what a line shows; with --json each event has all fields"});
}

TEST(Usage, AnEventThatIsNoneIsNamed) {
    expect_usage_error({"--events", "exec,foo", "1"}, {"no event 'foo'; --events takes exec, attempt, exit, fork"});
    expect_usage_error({"--events", "", "1"}, {"no event ''", "exec, attempt, exit, fork"});
}

TEST(Usage, AttemptsAreNotAskedForAndLeftOut) {
    expect_usage_error({"--events", "exec,attempt", "--no-failed", "1"}, {"--events", "attempt", "--no-failed"});
    expect_usage_error({"--events=attempt", "--no-failed", "1"}, {"--events", "attempt", "--no-failed"});
}

TEST(Usage, ASizeOfArgumentsThatIsNoneIsNamed) {
    expect_usage_error({"--max-args", "lots", "1"}, {"--max-args", "64K", "lots"});
    expect_usage_error({"--max-args", "-1", "1"}, {"--max-args", "'-1'"});
    expect_usage_error({"--max-args", "", "1"}, {"--max-args", "''"});
}

TEST(Usage, ArgumentsAreNoLongerThanTheKernelAllows) {
    for (const char* size : {"6291457", "7M", "99999999999999999999"})
        expect_usage_error({"--max-args", size, "1"},
                           {"--max-args is at most 6M (6291456): the kernel allows no more"});
}

TEST(Usage, AnOptionGivenTwiceIsNamed) {
    expect_usage_error({"--events=exec", "--events=exit", "1"}, {"--events can be given only once"});
}

TEST(Usage, TheDashesNeedACommand) {
    expect_usage_error({"--"}, {"COMMAND"});
    expect_usage_error({"1", "--"}, {"COMMAND"});
    expect_usage_error({"--", ""}, {"COMMAND"});
}

TEST(Usage, WhatIsNoLevelOrModuleInExectapLogIsNamed) {
    expect_one_error(run_exectap({"1"}, {.env = {"EXECTAP_LOG=loud"}}), kUsage, {"EXECTAP_LOG", "loud", "debug"});
    expect_one_error(run_exectap({"1"}, {.env = {"EXECTAP_LOG=heart=debug"}}), kUsage, {"heart", "capture"});
}

TEST(Usage, HelpGoesToStdoutAndNamesEveryOption) {
    for (const char* flag : {"--help", "-h"}) {
        const auto outcome = run_exectap({flag});
        EXPECT_EQ(outcome.status, exited(0));
        EXPECT_THAT(outcome.err, IsEmpty());
        for (const char* option : {"PID",           "-p, --pid",
                                   "-t, --tty",     "-a, --all",
                                   "-- COMMAND",    "--no-watch-children",
                                   "--user",        "--no-failed",
                                   "-o, --output",  "--format line|tree|json",
                                   "--json",        "--fields",
                                   "--fields help", "--events",
                                   "--max-args",    "--quiet",
                                   "--strict",      "--time",
                                   "start",         "boot",
                                   "wall",          "-v",
                                   "--version",     "-h",
                                   "--help"})
            EXPECT_THAT(outcome.out, Contains(HasSubstr(option)));
    }
}

TEST(Usage, FieldsHelpGoesToStdoutWhateverElseIsGiven) {
    const auto outcome = run_exectap({"--fields", "help"});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.err, IsEmpty());
    for (const char* field : {"pid", "argv", "argv0", "exec_id", "exit_code", "child_pid"})
        EXPECT_THAT(outcome.out, Contains(testing::StartsWith(std::string(field) + " ")));
    const auto with_nonsense = run_exectap({"--fields", "help", "--json", "--events", "foo", "make", "--time"});
    EXPECT_EQ(with_nonsense.status, exited(0));
    EXPECT_EQ(with_nonsense.out, outcome.out);
    EXPECT_THAT(with_nonsense.err, IsEmpty());
}

TEST(Usage, HelpFitsAScreensWidth) {
    const auto outcome = run_exectap({"--help"});
    for (const auto& line : outcome.out) EXPECT_LE(line.size(), 110U) << line;
}

TEST(Usage, VersionIsOneLineOnStdout) {
    const auto outcome = run_exectap({"--version"});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.out, testing::ElementsAre(testing::MatchesRegex("exectap [0-9]+\\.[0-9]+\\.[0-9]+")));
    EXPECT_THAT(outcome.err, IsEmpty());
}

}  // namespace
}  // namespace exectap::test
