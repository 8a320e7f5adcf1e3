// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/filtered.h"

#include <gtest/gtest.h>

#include <regex>
#include <stdexcept>

namespace exectap::test {
namespace {

template <typename Argv>
void append_last(std::vector<std::string>& last, const Argv& argv) {
    if (argv.size() > 1) last.push_back(argv.back());
}

}  // namespace

FilteredVerdict filtered_verdict(const Outcome& outcome) {
    static const std::regex grammar(
        R"(exectap: (\d+) execs?(?:, (\d+) attempts?)? seen, (\d+) events? filtered, all others delivered: complete)"
        R"((?:; \d+ watched process(?:es)? still alive)?)");
    const auto line = outcome.last_words();
    std::smatch match;
    if (!std::regex_match(line, match, grammar)) throw std::runtime_error("no verdict of a filtered run: " + line);
    return {std::stoull(match[1]), match[2].matched ? std::stoull(match[2]) : 0, std::stoull(match[3])};
}

void expect_sums(const JsonOutcome& outcome) {
    const auto& summary = outcome.summary();
    std::uint64_t seen = 0;
    std::uint64_t delivered = 0;
    for (const std::string kind : {"exec", "attempt", "exit", "fork"}) {
        if (!summary.contains(kind + "s_seen")) continue;
        seen += summary.at(kind + "s_seen").get<std::uint64_t>();
        const auto told = outcome.of(kind).size();
        EXPECT_EQ(summary.at(kind + "s_delivered"), told) << kind;
        delivered += told;
    }
    EXPECT_EQ(seen, delivered + summary.at("filtered").get<std::uint64_t>() + summary.at("lost").get<std::uint64_t>())
        << summary;
}

std::vector<std::string> last_arguments(const std::vector<EventLine>& events) {
    std::vector<std::string> last;
    for (const auto& event : events) append_last(last, event.argv.value());
    return last;
}

std::vector<std::string> last_arguments(const JsonOutcome& outcome, std::string_view type) {
    std::vector<std::string> last;
    for (const auto& event : outcome.of(type)) append_last(last, list_of(event, "argv"));
    return last;
}

std::vector<std::string> types_of(const JsonOutcome& outcome) {
    std::vector<std::string> types;
    for (const auto& event : outcome.events()) types.push_back(event.at("type").get<std::string>());
    return types;
}

}  // namespace exectap::test
