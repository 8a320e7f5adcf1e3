// SPDX-License-Identifier: MIT OR Apache-2.0
// docs/filters.md shows the language as the program does, and its examples are in that language.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <vector>

#include "unit/expressions.h"

namespace exectap {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

std::string docs() {
    const auto root = std::filesystem::path(__FILE__).parent_path().parent_path().parent_path();
    std::ifstream file(root / "docs" / "filters.md");
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    for (; !text.empty(); text.remove_prefix(lines.back().size() + 1))
        lines.emplace_back(text.substr(0, text.find('\n')));
    return lines;
}

TEST(ExpressionGrammar, IsPlainTextThatATerminalHasRoomFor) {
    const auto lines = lines_of(expression_grammar());
    EXPECT_LE(lines.size(), 40U);
    for (const auto& line : lines) {
        EXPECT_LE(line.size(), 80U) << line;
        EXPECT_TRUE(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; })) << line;
        EXPECT_FALSE(line.ends_with(' ')) << line;
    }
    EXPECT_TRUE(expression_grammar().ends_with('\n'));
}

TEST(ExpressionGrammar, EndsWithExamplesThatAreExpressions) {
    auto lines = lines_of(expression_grammar());
    const auto last_gap = std::find(lines.rbegin(), lines.rend(), "");
    const std::vector<std::string> examples(last_gap.base(), lines.end());
    EXPECT_THAT(examples, SizeIs(4));
    for (const auto& example : examples) EXPECT_TRUE(parse_expression(example)) << example;
}

TEST(FilterDocs, ShowTheGrammarAsItIs) {
    EXPECT_THAT(docs(), HasSubstr("```\n" + std::string(expression_grammar()) + "```\n"));
}

TEST(FilterDocs, ShowExamplesThatAreExpressions) {
    const auto text = docs();
    const std::regex example("--(where|fail-if) '([^']*)'");
    const std::regex bar(R"(\\\|)");  // as a table needs it
    std::size_t count = 0;
    for (std::sregex_iterator each(text.begin(), text.end(), example), end; each != end; ++each, count++) {
        const auto written = std::regex_replace((*each)[2].str(), bar, "|");
        const auto parsed = parse_expression(written);
        EXPECT_TRUE(parsed) << written << "\n" << (parsed ? "" : parsed.error().message);
    }
    EXPECT_GE(count, 12U);
}

}  // namespace
}  // namespace exectap
