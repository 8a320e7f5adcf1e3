// SPDX-License-Identifier: MIT OR Apache-2.0
// The manual pages say all that there is, and man(1) has nothing against them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "support/exectap.h"
#include "support/io.h"
#include "support/json_events.h"

namespace exectap::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSource = EXECTAP_MANUAL "/exectap.1";
constexpr const char* kEventsSource = EXECTAP_MANUAL "/exectap-events.5";

// What a command of the shell prints, in lines.
std::vector<std::string> printed_by(const std::string& command) {
    std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((command + " 2>&1").c_str(), "r"), ::pclose);
    std::vector<std::string> lines;
    std::array<char, 4096> line{};
    while (std::fgets(line.data(), line.size(), pipe.get()) != nullptr) {
        lines.emplace_back(line.data());
        if (lines.back().ends_with('\n')) lines.back().pop_back();
    }
    EXPECT_EQ(::pclose(pipe.release()), 0) << command;
    return lines;
}

// As a wide terminal shows it, without bold and underlined letters.
std::vector<std::string> shown_manual(const char* source = kSource) {
    return printed_by(std::string("LC_ALL=C.UTF-8 MANWIDTH=120 man --warnings -P cat -l ") + source);
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

TEST(Manual, HasEveryOptionOfTheHelp) {
    const auto manual = joined(shown_manual());
    static const std::regex option("^  (-[^ ]+(?:, --[^ ]+)?)");
    std::size_t options = 0;
    for (const auto& line : run_exectap({"-h"}).out) {
        std::smatch found;
        if (!std::regex_search(line, found, option)) continue;
        options++;
        EXPECT_THAT(manual, HasSubstr("       " + found[1].str()));
    }
    EXPECT_GT(options, 25U);
    for (const auto& line : run_exectap({"doctor", "-h"}).out) {
        std::smatch found;
        if (!std::regex_search(line, found, option)) continue;
        EXPECT_THAT(manual, HasSubstr("       " + found[1].str()));
    }
}

TEST(Manual, HasTheGrammarOfExpressions) {
    const auto manual = shown_manual();
    for (const auto& line : run_exectap({"--where", "help"}).out) {
        if (line.empty()) continue;
        const bool is_there = std::any_of(manual.begin(), manual.end(),
                                          [&](const auto& shown) { return shown.find(line) != std::string::npos; });
        EXPECT_TRUE(is_there) << line;
    }
}

TEST(Manual, HasItsSections) {
    const auto manual = shown_manual();
    for (const auto* section :
         {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "DOCTOR", "EXPRESSIONS", "OUTPUT", "EXIT STATUS", "ENVIRONMENT",
          "PERMISSIONS", "EXAMPLES", "DIAGNOSTICS", "BUGS", "SEE ALSO"})
        EXPECT_THAT(manual, testing::Contains(section));
}

TEST(Manual, IsRoffWithoutFault) {
    EXPECT_THAT(printed_by(std::string("groff -man -Tutf8 -ww -z ") + kSource), IsEmpty());
}

TEST(EventsManual, IsRoffWithoutFault) {
    EXPECT_THAT(printed_by(std::string("groff -man -Tutf8 -ww -z ") + kEventsSource), IsEmpty());
}

// Those of a section, up to the next one.
std::vector<std::string> lines_of_section(const std::vector<std::string>& page, const std::string& name) {
    auto from = std::find(page.begin(), page.end(), name);
    EXPECT_NE(from, page.end()) << name;
    if (from == page.end()) return {};
    const auto is_heading = [](const auto& line) { return !line.empty() && line.front() != ' '; };
    return {++from, std::find_if(from, page.end(), is_heading)};
}

using Names = std::multiset<std::string>;

// "       exec_id (exec, attempt)", and not what is said of it.
Names terms_of(const std::vector<std::string>& lines, const std::regex& term) {
    Names names;
    for (const auto& line : lines) {
        std::smatch found;
        if (std::regex_search(line, found, term)) names.insert(found[1]);
    }
    return names;
}

TEST(EventsManual, HasEveryFieldOfTheTableAndNoOther) {
    Names fields;
    const auto help = run_exectap({"--fields", "help"}).out;
    ASSERT_FALSE(help.empty());
    for (auto row = help.begin() + 1; row != help.end() && !row->empty(); ++row)
        fields.insert(row->substr(0, row->find(' ')));
    EXPECT_GT(fields.size(), 40U);
    static const std::regex term("^ {7}([a-z0-9_]+) \\((?:exec|attempt|exit|fork|lost)[a-z, ]*\\)");
    EXPECT_EQ(terms_of(lines_of_section(shown_manual(kEventsSource), "FIELDS OF A LINE"), term), fields);
}

TEST(EventsManual, HasEveryKeyOfTheDocsAndNoOther) {
    // Which are those of the schema: EventDocs.HaveARowForEveryKeyInItsOrder.
    const auto docs = read_file(schema_path().parent_path() / "events.md");
    static const std::regex row(R"(^\| `([a-z0-9_.]+)`(?: \([a-z, ]+\))? \|)");
    const auto keys = terms_of(lines_of(docs), row);
    EXPECT_GT(keys.size(), 100U);
    const auto page = shown_manual(kEventsSource);
    static const std::regex term(R"(^ {7}([a-z0-9_.]+)(?: \([a-z, ]+\))?(?:: | \((?:exec|attempt|both)\)))");
    EXPECT_EQ(terms_of(lines_of_section(page, "THE KEYS"), term), keys);
}

TEST(EventsManual, LeavesOutWhatIsForThePageOnly) {
    const auto page = joined(shown_manual(kEventsSource));
    EXPECT_THAT(page, HasSubstr("Absent means unknown"));
    EXPECT_THAT(page, testing::Not(HasSubstr("Elastic Common Schema")));
    EXPECT_THAT(page, testing::Not(HasSubstr("<!--")));
    EXPECT_THAT(page, testing::Not(HasSubstr("`")));
}

TEST(EventsManual, IsNamedByTheOtherPage) {
    EXPECT_THAT(lines_of_section(shown_manual(), "SEE ALSO"), testing::Contains(HasSubstr("exectap-events(5)")));
    EXPECT_THAT(lines_of_section(shown_manual(kEventsSource), "SEE ALSO"), testing::Contains(HasSubstr("exectap(1)")));
}

}  // namespace
}  // namespace exectap::test
