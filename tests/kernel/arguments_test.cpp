// SPDX-License-Identifier: MIT OR Apache-2.0
// Arguments that are many, long or hostile.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::Optional;
using testing::SizeIs;

constexpr std::size_t kShownBytes = 64 << 10;

class ArgumentsOf : public KernelTest {};

struct Amount {
    std::size_t count;
    std::size_t bytes;  // of each
};

std::vector<std::string> expected_arguments(Amount amount) {
    std::vector<std::string> arguments{"args"};
    for (std::size_t i = 0; i < amount.count; i++) {
        arguments.push_back(std::to_string(i));
        arguments.back().resize(amount.bytes, '.');
    }
    return arguments;
}

std::size_t bytes_of(const std::vector<std::string>& arguments) {
    std::size_t bytes = 0;
    for (const auto& each : arguments) bytes += each.size() + 1;
    return bytes;
}

// The one event of a program that runs `path` with so many arguments.
EventLine event_of(const std::string& path, Amount amount) {
    Process program({test_program("args"), path, std::to_string(amount.count), std::to_string(amount.bytes)});
    const auto outcome = watch_to_its_end(program);
    outcome.verdict();
    return outcome.events().at(0);
}

void expect_whole(const EventLine& event, Amount amount) {
    EXPECT_THAT(event.argv, Optional(expected_arguments(amount)));
    EXPECT_FALSE(event.argv_is_cut);
}

// The true size and number, and of the arguments as much as is shown, from the start.
void expect_cut(const EventLine& event, Amount amount) {
    const auto expected = expected_arguments(amount);
    EXPECT_TRUE(event.argv_is_cut);
    EXPECT_THAT(event.argv_bytes, Optional(bytes_of(expected)));
    EXPECT_THAT(event.argc, Optional(expected.size()));
    ASSERT_TRUE(event.argv.has_value());
    const auto& shown = *event.argv;
    ASSERT_LE(shown.size(), expected.size());
    EXPECT_TRUE(std::equal(shown.begin(), shown.end() - 1, expected.begin()));
    EXPECT_EQ(expected[shown.size() - 1].substr(0, shown.back().size()), shown.back());
    EXPECT_GE(bytes_of(shown), kShownBytes);
    EXPECT_LE(bytes_of(shown), kShownBytes + 1);
}

TEST_F(ArgumentsOf, AnExecAreWholeInEverySize) {
    for (const std::size_t count : {1U, 10U, 30U, 100U, 300U, 600U}) {
        const Amount amount{count, 100};
        expect_whole(event_of("/bin/true", amount), amount);
    }
}

TEST_F(ArgumentsOf, AnExecThatAreManyAreCutAndTheirTrueNumberIsTold) {
    const Amount amount{20'000, 5};
    expect_cut(event_of("/bin/true", amount), amount);
}

TEST_F(ArgumentsOf, AnExecThatAreLongAreCutAndTheirTrueSizeIsTold) {
    const Amount amount{10, 100'000};
    expect_cut(event_of("/bin/true", amount), amount);
}

TEST_F(ArgumentsOf, AnExecMayBeOfTheLongestStringThereIs) {
    // MAX_ARG_STRLEN of the kernel, less the NUL.
    const Amount amount{1, (128 << 10) - 1};
    expect_cut(event_of("/bin/true", amount), amount);
}

TEST_F(ArgumentsOf, AnAttemptAreWholeInEverySize) {
    for (const std::size_t count : {1U, 10U, 100U, 600U}) {
        const Amount amount{count, 100};
        expect_whole(event_of("/nowhere/args", amount), amount);
    }
}

TEST_F(ArgumentsOf, AnAttemptThatAreLongAreCutAndTheirTrueSizeIsTold) {
    const Amount amount{20, 10'000};
    const auto event = event_of("/nowhere/args", amount);
    EXPECT_EQ(event.error, "ENOENT");
    expect_cut(event, amount);
}

// Said by their numbers: as characters they would mislead who reads this file.
constexpr std::string_view kRightToLeftOverride = "\xe2\x80\xae";  // NOLINT(misc-misleading-bidirectional)
constexpr std::string_view kRightToLeftMark = "\xe2\x80\x8f";
constexpr std::string_view kZeroWidthSpace = "\xe2\x80\x8b";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kC1ControlSequence = "\xc2\x9b";

const std::vector<std::string>& hostile_arguments() {
    static const std::vector<std::string> arguments = {
        "innocent",
        R"(two
lines
[0.000001] pid=1 tid=1 uid=0 gid=0 syscall_id=59 comm="init" filename="/bin/forged" argv0="forged" ppid=0 argv=[])",
        "\x1b[2J\x1b]0;title\x07\x1b[31mred",
        "\r\t\b\x7f\x01\x1f",
        fmt::format("c1 {}31m and raw \x9b", kC1ControlSequence),
        fmt::format("bidi {}{} zero width {}{}", kRightToLeftOverride, kRightToLeftMark, kZeroWidthSpace,
                    kByteOrderMark),
        "broken \xff\xfe\xc3(\xe2\x82 \xed\xa0\x80 \xf4\x90\x80\x80",
        "",
        R"(" quote \ backslash \n \x41 \")",
        "fair \u00fc \u20ac \U0001f600",
        "",
    };
    return arguments;
}

TEST_F(ArgumentsOf, AHostileProcessStayOnOneLineAndReachNoTerminal) {
    const TempDir folder;
    const auto path = folder.path(fmt::format("pa\nth\x1b[31m\xff{}\"", kRightToLeftOverride));
    std::filesystem::create_symlink("/bin/true", path);
    std::vector<std::string> command{test_program("exec_as"), path};
    command.insert(command.end(), hostile_arguments().begin(), hostile_arguments().end());
    Process program(command);
    const auto outcome = watch_to_its_end(program);
    EXPECT_EQ(program.wait(), exited(0));
    ASSERT_THAT(outcome.out, SizeIs(1));
    const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
    EXPECT_TRUE(std::none_of(outcome.out[0].begin(), outcome.out[0].end(), is_control));
    for (const auto hidden : {kRightToLeftOverride, kRightToLeftMark, kZeroWidthSpace, kByteOrderMark,
                              kC1ControlSequence, std::string_view("\xff")})
        EXPECT_EQ(outcome.out[0].find(hidden), std::string::npos);
    const auto event = parse_event(outcome.out[0]);
    EXPECT_THAT(event.argv, Optional(hostile_arguments()));
    EXPECT_THAT(event.filename, Optional(path));
}

TEST_F(ArgumentsOf, DifferentListsNeverLookTheSame) {
    const std::vector<std::vector<std::string>> lists = {{"a b", ""}, {"a", "b", ""}, {"a\",\"b", ""}, {"a b"}};
    for (const auto& list : lists) {
        std::vector<std::string> command{test_program("exec_as"), "/bin/true"};
        command.insert(command.end(), list.begin(), list.end());
        Process program(command);
        const auto events = watch_to_its_end(program).events();
        ASSERT_THAT(events, SizeIs(1));
        EXPECT_THAT(events[0].argv, Optional(list));
    }
}

}  // namespace
}  // namespace exectap::test
