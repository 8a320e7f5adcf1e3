// SPDX-License-Identifier: MIT OR Apache-2.0
// Lists are compared by EXPECT_TRUE: EXPECT_EQ would print megabytes.
#include "support/many_arguments.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace exectap::test {
namespace {

using testing::Optional;

std::string joined(const std::vector<std::string>& arguments) {
    std::string all;
    for (const auto& each : arguments) all += each + '\0';
    return all;
}

bool is_beginning(const std::vector<std::string>& shown, const std::string& all, std::size_t most_bytes) {
    auto told = joined(shown);
    // The last one that was cut has no NUL of its own.
    if (!told.empty() && told.size() > most_bytes) told.pop_back();
    return told == all.substr(0, most_bytes);
}

}  // namespace

std::vector<std::string> arguments_of(Amount amount) {
    std::vector<std::string> arguments{"args"};
    for (std::size_t i = 0; i < amount.count; i++) {
        arguments.push_back(std::to_string(i));
        arguments.back().resize(amount.bytes, '.');
    }
    return arguments;
}

ToldCall call_with(const std::string& path, Amount amount, const std::vector<std::string>& options,
                   const std::string& type) {
    Process program({test_program("args"), path, std::to_string(amount.count), std::to_string(amount.bytes)});
    const auto outcome = watch_in_both(program, options);
    const auto is_exec = type.empty() ? path == "/bin/true" : type == "exec";
    const auto lines = outcome.events();
    EXPECT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.at(0).is_attempt(), !is_exec);
    return {lines[0], outcome.json.one(is_exec ? "exec" : "attempt")};
}

void expect_whole(const ToldCall& call, Amount amount) {
    const auto expected = arguments_of(amount);
    EXPECT_TRUE(call.line.argv == expected) << call.line.argv->size() << " arguments";
    EXPECT_FALSE(call.line.argv_is_cut);
    EXPECT_TRUE(list_of(call.json, "argv") == expected) << call.json.at("argv").size() << " arguments";
    EXPECT_EQ(call.json.at("argc"), expected.size());
    EXPECT_EQ(call.json.at("argv_bytes"), joined(expected).size());
    EXPECT_FALSE(call.json.contains("argv_truncated"));
}

void expect_cut(const ToldCall& call, Amount amount, std::size_t most_bytes) {
    const auto expected = arguments_of(amount);
    const auto all = joined(expected);
    ASSERT_TRUE(call.line.argv.has_value());
    EXPECT_TRUE(is_beginning(*call.line.argv, all, most_bytes)) << call.line.argv->size() << " arguments";
    EXPECT_TRUE(call.line.argv_is_cut);
    EXPECT_THAT(call.line.argv_bytes, Optional(all.size()));
    EXPECT_THAT(call.line.argc, Optional(expected.size()));
    const auto listed = list_of(call.json, "argv");
    EXPECT_TRUE(is_beginning(listed, all, most_bytes)) << listed.size() << " arguments";
    EXPECT_EQ(call.json.at("argv_truncated"), true);
    EXPECT_EQ(call.json.at("argv_bytes"), all.size());
    EXPECT_EQ(call.json.at("argc"), expected.size());
}

void expect_cut_without_number(const ToldCall& call, Amount amount) {
    const auto expected = arguments_of(amount);
    const auto listed = list_of(call.json, "argv");
    ASSERT_LE(listed.size(), expected.size());
    ASSERT_THAT(listed, testing::Not(testing::IsEmpty()));
    EXPECT_TRUE(std::equal(listed.begin(), listed.end() - 1, expected.begin()));
    EXPECT_TRUE(expected[listed.size() - 1].starts_with(listed.back()));
    EXPECT_TRUE(call.line.argv == listed);
    EXPECT_EQ(call.json.at("argv_truncated"), true);
    EXPECT_TRUE(call.line.argv_is_cut);
    for (const auto* key : {"argc", "argv_bytes"}) EXPECT_FALSE(call.json.contains(key)) << key;
    EXPECT_EQ(call.line.argv_bytes, std::nullopt);
    EXPECT_EQ(call.line.argc, std::nullopt);
}

}  // namespace exectap::test
