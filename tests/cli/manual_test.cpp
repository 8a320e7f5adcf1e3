// SPDX-License-Identifier: MIT OR Apache-2.0
// The manual page says all that there is, and man(1) has nothing against it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <regex>
#include <string>
#include <vector>

#include "support/exectap.h"

namespace exectap::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr const char* kSource = EXECTAP_MANUAL;

// What a command of the shell prints, in lines.
std::vector<std::string> lines_of(const std::string& command) {
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
std::vector<std::string> shown_manual() {
    return lines_of(std::string("LC_ALL=C.UTF-8 MANWIDTH=120 man -P cat -l ") + kSource);
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
    for (const auto* section : {"NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXPRESSIONS", "OUTPUT", "EXIT STATUS",
                                "ENVIRONMENT", "EXAMPLES", "DIAGNOSTICS", "BUGS", "SEE ALSO"})
        EXPECT_THAT(manual, testing::Contains(section));
}

TEST(Manual, IsRoffWithoutFault) {
    EXPECT_THAT(lines_of(std::string("groff -man -Tutf8 -ww -z ") + kSource), IsEmpty());
}

}  // namespace
}  // namespace exectap::test
