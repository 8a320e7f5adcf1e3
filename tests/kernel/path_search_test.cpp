// SPDX-License-Identifier: MIT OR Apache-2.0
// Searches along PATH: one line for people, each attempt for programs, and the same sum.
#include <fmt/format.h>

#include <regex>

#include "support/filtered.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::SizeIs;
using testing::UnorderedElementsAre;

using Lines = std::vector<std::string>;

class PathSearch : public KernelTest {};

// Attempts that the lines stand for.
std::uint64_t attempts_told(const Lines& lines) {
    static const std::regex folded(" attempts=([0-9]+)");
    std::uint64_t attempts = 0;
    for (const auto& line : lines) {
        std::smatch match;
        if (line.find(" error=") == std::string::npos) continue;
        attempts += std::regex_search(line, match, folded) ? std::stoull(match[1]) : 1;
    }
    return attempts;
}

std::string search(const std::string& folders, const std::string& name) {
    return "env PATH=" + folders + " " + name + " 2>/dev/null; ";
}

Lines without_env(Lines lines) {
    std::erase_if(lines, [](const auto& line) { return line.find(R"(argv0="env")") != std::string::npos; });
    return lines;
}

TEST_F(PathSearch, IsOneLineWithTheNumberOfItsAttempts) {
    Shell shell;
    Watching line({shell.pid_text()});
    JsonWatching json({"--events=exec,attempt", shell.pid_text()});
    shell.run(search("/a:/b:/c", "gone") + search("/a:/b:/bin", "true") + search("/a", "once"));
    const auto lines = line.stop();
    // A search of which nobody tells the end waits for a moment: others may be told before.
    EXPECT_THAT(without_env(lines.out),
                UnorderedElementsAre(
                    AllOf(HasSubstr(R"(filename="/c/gone" argv0="gone")"), EndsWith(" error=ENOENT attempts=3")),
                    AllOf(HasSubstr(R"(filename="/b/true" argv0="true")"), EndsWith(" error=ENOENT attempts=2")),
                    AllOf(HasSubstr(R"(filename="/bin/true" argv0="true")"), EndsWith(R"(argv=["true"])")),
                    AllOf(HasSubstr(R"(filename="/a/once" argv0="once")"), EndsWith(" error=ENOENT"))));
    EXPECT_EQ(attempts_told(lines.out), 6U);
    EXPECT_EQ(lines.verdict().attempts, 6U);

    const auto outcome = json.stop();
    Lines tried;
    for (const auto& attempt : outcome.of("attempt")) tried.push_back(attempt.at("filename").get<std::string>());
    EXPECT_THAT(tried, ElementsAre("/a/gone", "/b/gone", "/c/gone", "/a/true", "/b/true", "/a/once"));
    EXPECT_EQ(outcome.summary().at("attempts_seen"), 6);
    expect_sums(outcome);
}

// One that lasts, or that is followed by the same once more, is not told as another number.
TEST_F(PathSearch, AddsUpToWhatWasSeenWhereManySearchAtOnce) {
    std::string command;
    for (int i = 0; i < 30; i++)
        command += fmt::format("( {}{} ) & ", search("/a:/b:/c:/d:/e", fmt::format("gone{}", i % 3)),
                               search("/a:/a:/b:/bin", "true"));
    Shell shell;
    Watching line({shell.pid_text()});
    shell.run(command + "wait");
    const auto lines = line.stop();
    EXPECT_EQ(lines.verdict().attempts, 30U * 8);
    EXPECT_EQ(attempts_told(lines.out), 30U * 8);
}

// Whoever stops in the middle of a search has it told all the same.
TEST_F(PathSearch, IsToldWhenNothingFollows) {
    Process program({test_program("path_search"), "/a:/b", "gone"});
    const auto outcome = watch_to_its_end(program);
    ASSERT_THAT(outcome.out, SizeIs(1));
    EXPECT_THAT(outcome.out[0], EndsWith("error=ENOENT attempts=2"));
    EXPECT_EQ(outcome.verdict().attempts, 2U);
}

}  // namespace
}  // namespace exectap::test
