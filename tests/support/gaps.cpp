// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/gaps.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>
#include <optional>
#include <regex>
#include <stdexcept>

namespace exectap::test {
namespace {

std::optional<Gap> parse_gap(const std::string& line, std::size_t place) {
    static const std::regex grammar(R"(\[[^\]]+\] lost=(\d+) reason=([a-z]+))");
    std::smatch match;
    if (!std::regex_match(line, match, grammar)) return std::nullopt;
    return Gap{place, std::stoull(match[1]), match[2]};
}

// "173 lost (ring full), 2 lost (queue full)"
std::uint64_t parse_lost(const std::string& text) {
    static const std::regex grammar(R"((\d+) lost \([a-z ]+\)(?:, )?)");
    std::uint64_t lost = 0;
    std::ptrdiff_t length = 0;
    for (std::sregex_iterator each(text.begin(), text.end(), grammar), end; each != end; ++each) {
        lost += std::stoull((*each)[1]);
        length += each->length();
    }
    if (length != std::ssize(text)) throw std::runtime_error(fmt::format("more is missing than lost events: {}", text));
    return lost;
}

}  // namespace

Account account_of(const Outcome& outcome) {
    const auto line = outcome.last_words();
    if (const auto verdict = parse_complete_verdict(line)) {
        const auto seen = verdict->execs + verdict->attempts.value_or(0);
        return {seen, seen, 0, true};
    }
    static const std::regex grammar(
        R"(exectap: (\d+) execs? seen, (\d+) delivered, (.+): incomplete(?:; \d+ watched process(?:es)? still alive)?)");
    std::smatch match;
    if (!std::regex_match(line, match, grammar)) throw std::runtime_error("no verdict: " + line);
    return {std::stoull(match[1]), std::stoull(match[2]), parse_lost(match[3]), false};
}

RunWithGaps with_gaps(const Outcome& line) {
    RunWithGaps run{line.status, {}, {}, account_of(line)};
    for (const auto& each : line.out) {
        if (auto gap = parse_gap(each, run.argvs.size())) {
            run.gaps.push_back(std::move(*gap));
        } else {
            run.argvs.push_back(parse_event(each).argv.value());
        }
    }
    return run;
}

RunWithGaps with_gaps(const JsonOutcome& json) {
    const auto& summary = json.summary();
    const auto number = [](const JsonEvent& line, const char* key) { return line.at(key).get<std::uint64_t>(); };
    RunWithGaps run{json.status,
                    {},
                    {},
                    {number(summary, "execs_seen"), number(summary, "execs_delivered"), number(summary, "lost"),
                     summary.at("complete").get<bool>()}};
    for (const auto& event : json.events()) {
        if (event.at("type") == "lost") {
            run.gaps.push_back({run.argvs.size(), number(event, "count"), event.at("reason").get<std::string>()});
        } else {
            run.argvs.push_back(list_of(event, "argv"));
        }
    }
    return run;
}

void send_signal(WatchingInBoth& trace, int signal) {
    trace.line().send_signal(signal);
    trace.json().send_signal(signal);
}

MoreToldThanNow::MoreToldThanNow(WatchingInBoth& trace)
    : trace_(trace), line_(trace.line().out().so_far().size()), json_(trace.json().out().so_far().size()) {}

void MoreToldThanNow::wait_for(std::size_t more) {
    const auto has = [more](std::size_t before) {
        return [=](const auto& lines) { return lines.size() >= before + more; };
    };
    trace_.line().out().wait_until(has(line_), "more lines");
    trace_.json().out().wait_until(has(json_), "more JSON");
}

std::vector<RunWithGaps> finish_with_gaps(WatchingInBoth& trace) {
    const auto line = trace.line().finish();
    return {with_gaps(line), with_gaps(json_outcome_with_gaps(trace.json().Watching::finish()))};
}

void expect_exact(const RunWithGaps& run, std::uint64_t truth) {
    EXPECT_EQ(run.account.seen, truth);
    EXPECT_EQ(run.account.delivered + run.account.lost, truth);
    EXPECT_EQ(run.argvs.size(), run.account.delivered);
    const auto told = std::accumulate(run.gaps.begin(), run.gaps.end(), std::uint64_t{0},
                                      [](std::uint64_t sum, const Gap& gap) { return sum + gap.count; });
    EXPECT_EQ(told, run.account.lost);
    EXPECT_EQ(run.account.is_complete, run.account.lost == 0);
    EXPECT_EQ(run.status, exited(run.account.lost == 0 ? 0 : 3));
}

}  // namespace exectap::test
