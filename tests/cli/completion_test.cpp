// SPDX-License-Identifier: MIT OR Apache-2.0
// bash, zsh and fish complete what the help has: options, their values, and COMMAND.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "cli/completing_shell.h"
#include "support/exectap.h"
#include "support/process.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsSupersetOf;
using testing::UnorderedElementsAre;

class Completion : public testing::TestWithParam<std::string> {
protected:
    CompletingShell shell{GetParam()};

    // zsh and fish write a long option with a value as --option=.
    std::vector<std::string> offered(const std::string& line) const {
        auto words = shell.offered(line);
        for (auto& word : words)
            if (word.ends_with('=')) word.pop_back();
        return words;
    }
};

INSTANTIATE_TEST_SUITE_P(Shells, Completion, testing::ValuesIn(shells()),
                         [](const auto& tested) { return tested.param; });

TEST_P(Completion, IsAScriptThatTheShellTakes) { EXPECT_TRUE(shell.takes_the_script()); }

TEST_P(Completion, CompletesAnOption) { EXPECT_THAT(offered("exectap --fo"), ElementsAre("--format")); }

TEST_P(Completion, OffersEveryOptionOfTheHelp) {
    std::set<std::string> options;
    const std::regex invocation("^  (-[^ ,]+)(?:, (--[^ ]+))?");
    for (const auto& line : run_exectap({"-h"}).out) {
        std::smatch found;
        if (!std::regex_search(line, found, invocation)) continue;
        options.insert(found[1]);
        if (found[2].matched) options.insert(found[2]);
    }
    EXPECT_GT(options.size(), 35U);
    auto words = offered("exectap -");
    for (const auto& word : offered("exectap --")) words.push_back(word);
    EXPECT_THAT(words, IsSupersetOf(options));
}

TEST_P(Completion, OffersTheValuesThatAnOptionHas) {
    EXPECT_THAT(offered("exectap --format "), UnorderedElementsAre("line", "tree", "json"));
    EXPECT_THAT(offered("exectap --time b"), ElementsAre("boot"));
    EXPECT_THAT(offered("exectap --color "), UnorderedElementsAre("auto", "always", "never"));
    EXPECT_THAT(offered("exectap --probe fe"), ElementsAre("fexit"));
}

TEST_P(Completion, CompletesAValueBehindAnEqualsSign) {
    // What is put into the line is the same; what they call the word is not.
    const auto words = offered("exectap --format=j");
    ASSERT_EQ(words.size(), 1U);
    EXPECT_THAT(words.front(), testing::AnyOf("json", "--format=json"));
}

TEST_P(Completion, CompletesEachWordOfAList) {
    const auto last = [](std::string word) {
        while (word.ends_with(',')) word.pop_back();
        return word;
    };
    const auto events = offered("exectap --events exec,at");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(last(events.front()), "exec,attempt");
    const auto fields = offered("exectap --fields pid,com");
    ASSERT_EQ(fields.size(), 1U);
    EXPECT_EQ(last(fields.front()), "pid,comm");
}

TEST_P(Completion, OffersFilesForTheOutput) {
    const TempDir folder;
    write_file(folder.path("events.jsonl"), "");
    EXPECT_THAT(offered("exectap -o " + folder.path("ev")), ElementsAre(folder.path("events.jsonl")));
}

TEST_P(Completion, OffersProcessesAndUsers) {
    Process process({"cat"});
    EXPECT_THAT(offered("exectap -p " + process.pid_text()), Contains(process.pid_text()));
    EXPECT_THAT(offered("exectap " + process.pid_text()), Contains(process.pid_text()));
    EXPECT_THAT(offered("exectap --uid roo"), ElementsAre("root"));
}

TEST_P(Completion, OffersTerminals) {
    shell.fake("ps", "pts/7    \n?\ntty1\npts/7\n");
    EXPECT_THAT(offered("exectap -t "), UnorderedElementsAre("pts/7", "tty1"));
}

TEST_P(Completion, OffersUnits) {
    shell.fake("systemctl",
               "nginx.service  loaded active running  A server\ngetty@tty1.service loaded active running Getty\n");
    EXPECT_THAT(offered("exectap -u ngi"), ElementsAre("nginx.service"));
    EXPECT_THAT(offered("exectap --systemd-unit getty@t"), ElementsAre("getty@tty1.service"));
}

TEST_P(Completion, OffersContainersOfEachEngine) {
    shell.fake("podman", "web\n");
    shell.fake("docker", "database\n");
    EXPECT_THAT(offered("exectap -c "), UnorderedElementsAre("web", "database"));
}

TEST_P(Completion, OffersForCommandWhatTheShellOffersWithoutExectap) {
    EXPECT_THAT(offered("exectap --quiet -- mktem"), ElementsAre("mktemp"));
    const TempDir folder;
    write_file(folder.path("README"), "");
    EXPECT_THAT(offered("exectap -- cat " + folder.path("REA")), ElementsAre(folder.path("README")));
}

// What would be run is in the name, not in the shell that completes it.
TEST_P(Completion, RunsNothingThatANameHolds) {
    const TempDir folder;
    shell.fake("podman", fmt::format("$(touch${{IFS}}{}/run)\n`touch${{IFS}}{}/run`\n", folder.path(), folder.path()));
    shell.fake("docker", "web\n");
    EXPECT_THAT(offered("exectap -c "), Contains("web"));
    EXPECT_NE(::access(folder.path("run").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace exectap::test
