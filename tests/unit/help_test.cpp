// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap says of itself: every option, in 80 columns.
#include "cli/help.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <string_view>

#include "cli/option_table.h"
#include "sink/columns.h"

namespace exectap::cli {
namespace {

using testing::HasSubstr;

constexpr std::size_t kColumns = 80;

// All options, as the program defines them.
struct Table {
    Table() { add_options(app, raw); }

    RawOptions raw;
    CLI::App app;
};

void expect_narrow(std::string_view text) {
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(columns_of(line), kColumns) << line;
}

TEST(Help, FitsIntoEightyColumns) {
    const Table table;
    expect_narrow(short_help());
    expect_narrow(brief_help(table.app));
    expect_narrow(long_help(table.app));
    CLI::App doctor;
    RawDoctorOptions raw;
    add_doctor_options(doctor, raw);
    expect_narrow(doctor_brief_help(doctor));
    expect_narrow(doctor_long_help(doctor));
}

TEST(Help, HasALineForEachOptionAndAnExplanation) {
    const Table table;
    std::size_t options = 0;
    for (const auto& group : groups_of(table.app)) {
        for (const auto* option : group.options) {
            const auto name = invocation(*option);
            options++;
            EXPECT_FALSE(brief(*option).empty()) << name;
            EXPECT_THAT(brief_help(table.app), HasSubstr("  " + name + " "));
            EXPECT_THAT(brief_help(table.app), HasSubstr(std::string(brief(*option)) + "\n"));
            EXPECT_THAT(long_help(table.app), HasSubstr("\n  " + name + "\n      "));
            if (group.name == "Information") continue;
            EXPECT_FALSE(explanation(*option).empty()) << name;
            EXPECT_THAT(std::string(explanation(*option)), testing::EndsWith(".")) << name;
            EXPECT_EQ(explanation(*option).find('\n'), std::string_view::npos) << name;
        }
    }
    EXPECT_GT(options, 25U);
}

TEST(Help, AlignsBriefLines) {
    const Table table;
    std::istringstream lines(brief_help(table.app));
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with("  -")) continue;
        EXPECT_EQ(line.substr(25, 2), "  ") << line;
        EXPECT_NE(line.at(27), ' ') << line;
    }
}

TEST(Help, PutsInformationLast) {
    const Table table;
    const auto groups = groups_of(table.app);
    std::vector<std::string> names;
    for (const auto& group : groups) names.push_back(group.name);
    EXPECT_THAT(names, testing::ElementsAre("Targets", "Filters", "Output", "Limits", "Information"));
}

TEST(Help, NamesStatusesAndTheEnvironment) {
    const Table table;
    const auto help = long_help(table.app);
    for (const auto& status : exit_statuses()) EXPECT_THAT(help, HasSubstr(std::string(status.about).substr(0, 20)));
    for (const auto& example : examples()) EXPECT_THAT(help, HasSubstr(std::string(example.command)));
    for (const auto* name : {"EXECTAP_FORMAT", "EXECTAP_LOG", "NO_COLOR"}) EXPECT_THAT(help, HasSubstr(name));
}

TEST(Help, IsTenLinesForWhoAsksNothing) {
    const auto text = short_help();
    EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 11);
    EXPECT_TRUE(text.ends_with('\n'));
}

TEST(OptionTable, NamesEveryOption) {
    const Table table;
    const auto names = names_of_options(table.app);
    EXPECT_THAT(names, testing::IsSupersetOf({"--pid", "-p", "--tree", "--where", "-v", "-h", "--help", "--version"}));
}

}  // namespace
}  // namespace exectap::cli
