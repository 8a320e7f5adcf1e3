// SPDX-License-Identifier: MIT OR Apache-2.0
// What an option's value is, and how a subcommand gets into the scripts. What shells make of these: tests/cli.
#include "completions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/option_table.h"

namespace exectap::packaging {
namespace {

using cli::ValueKind;
using testing::ElementsAre;
using testing::HasSubstr;

cli::Values values_of(const char* name, const char* type, const char* description) {
    CLI::App app;
    std::string value;
    const auto values = cli::values_of(*app.add_option(name, value, description)->type_name(type));
    return values ? *values : cli::Values{ValueKind::none, {"unknown"}};
}

TEST(OptionValues, OfEveryOptionAreKnown) {
    CLI::App app;
    cli::RawOptions raw;
    cli::add_options(app, raw);
    const auto line = read_command_line(app, {});
    ASSERT_TRUE(line) << line.error().message;
    EXPECT_GT(line->options.size(), 30U);
}

TEST(OptionValues, AreTheWordsWithBarsOfTheirNameOrOfTheFirstLine) {
    EXPECT_THAT(values_of("--time", "start|boot", "times").words, ElementsAre("start", "boot"));
    const auto probe = values_of("--probe", "HOW", "how: auto|fexit|kretprobe (default auto)\nOr one|two.");
    EXPECT_EQ(probe.kind, ValueKind::choice);
    EXPECT_THAT(probe.words, ElementsAre("auto", "fexit", "kretprobe"));
}

TEST(OptionValues, OfAListAreItsWordsWithCommas) {
    const auto events = values_of("--events", "LIST", "so, this: exec,exit");
    EXPECT_EQ(events.kind, ValueKind::list);
    EXPECT_THAT(events.words, ElementsAre("exec", "exit"));
}

TEST(OptionValues, OfANameThatSaysNothingAreUnknown) {
    EXPECT_THAT(values_of("--thing", "THING", "a thing").words, ElementsAre("unknown"));
    CLI::App app;
    std::string value;
    app.add_option("--thing", value, "a thing")->type_name("THING");
    const auto line = read_command_line(app, {});
    ASSERT_FALSE(line);
    EXPECT_THAT(line.error().message, HasSubstr("--thing THING: how is a THING completed?"));
}

class Scripts : public testing::Test {
protected:
    Scripts() {
        bool flag = false;
        sub_.add_flag("--deep", flag, "what's [deep]");
        line_ = *read_command_line(app_, {{"examine", "looks at it", &sub_}});
    }

    CLI::App app_;
    CLI::App sub_;
    CommandLine line_;
};

TEST_F(Scripts, HaveTheOptionsOfASubcommandBehindItsName) {
    EXPECT_THAT(bash_completion(line_, "# @values@\n# @options@\n@subcommands@\n"),
                testing::ContainsRegex("\nexamine\\) printf .* --deep ;;\nexamine\n"));
    const auto zsh = zsh_completion(line_, "# @subcommands@\n# @suboptions@\n# @options@\n");
    EXPECT_THAT(zsh, HasSubstr("'examine:looks at it'\n"));
    EXPECT_THAT(zsh, HasSubstr(R"(--deep'[what'\''s \[deep\]]')"));
    const auto fish = fish_completion(line_, "# @options@\n@subcommands@\n");
    EXPECT_THAT(fish, HasSubstr("-n __exectap_begins -a examine -d 'looks at it'\n"));
    EXPECT_THAT(fish, HasSubstr(R"(-n '__exectap_in examine' -l deep -d 'what\'s [deep]')"));
}

TEST_F(Scripts, MustHaveThePlaceForEach) {
    EXPECT_THROW(bash_completion(line_, "# @values@\n"), std::runtime_error);
    EXPECT_THROW(fish_completion(line_, ""), std::runtime_error);
}

}  // namespace
}  // namespace exectap::packaging
