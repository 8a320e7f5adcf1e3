// SPDX-License-Identifier: MIT OR Apache-2.0
// A whole run as JSON Lines: the order of its lines, and its sums.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <stdexcept>

#include "support/json_events.h"
#include "support/json_text.h"

namespace exectap::test {
namespace {

[[noreturn]] void fail(const std::string& reason, const JsonEvent& line) {
    throw std::runtime_error(fmt::format("no whole stream: {}: {}", reason, json_text(line)));
}

std::string type_of(const JsonEvent& line) { return line.at("type").get<std::string>(); }

std::uint64_t number_of(const JsonEvent& line, const char* key) { return line.at(key).get<std::uint64_t>(); }

// start, process..., events..., summary. Only events have a seq.
void check_order(const std::vector<JsonEvent>& lines) {
    if (lines.empty()) throw std::runtime_error("no whole stream: no line at all");
    if (type_of(lines.front()) != "start") fail("it begins with another line than start", lines.front());
    if (lines.size() < 2 || type_of(lines.back()) != "summary") fail("it ends without a summary", lines.back());
    bool is_past_processes = false;
    for (std::size_t i = 1; i + 1 < lines.size(); i++) {
        const auto type = type_of(lines[i]);
        if (type == "start" || type == "summary") fail("there is a second one", lines[i]);
        if (type == "process" && is_past_processes) fail("a process comes after an event", lines[i]);
        is_past_processes = type != "process";
    }
}

void check_seq(const std::vector<JsonEvent>& lines) {
    std::uint64_t next = 1;
    for (const auto& line : lines) {
        if (!line.contains("seq")) continue;
        if (number_of(line, "seq") != next) fail(fmt::format("seq {} is wanted", next), line);
        next += type_of(line) == "lost" ? number_of(line, "count") : 1;
    }
}

// What was asked for is what is told and counted. Failed execs that nothing can see are not counted either.
void check_kinds(const std::vector<JsonEvent>& lines) {
    const auto& start = lines.front();
    const auto& asked = start.at("filters").at("events");
    const auto is_asked = [&asked](const std::string& kind) {
        return std::find(asked.begin(), asked.end(), JsonEvent(kind)) != asked.end();
    };
    for (const auto& line : lines) {
        const auto type = type_of(line);
        const bool is_event = line.contains("seq") && type != "lost";
        if (is_event && !is_asked(type)) fail("nobody asked for such events", line);
    }
    for (const std::string kind : {"attempt", "exit", "fork"}) {
        const bool may_be_off = kind == "attempt" && start.at("attempts") == "off";
        const bool is_counted = lines.back().contains(kind + "s_seen");
        if (is_counted != is_asked(kind) && !may_be_off) fail(kind + "s are not counted as asked for", lines.back());
    }
}

void check_sums(const std::vector<JsonEvent>& lines) {
    const auto& summary = lines.back();
    const auto& by_reason = summary.at("lost_by_reason");
    std::uint64_t lost = 0;
    for (const auto& [reason, count] : by_reason.items()) lost += count.get<std::uint64_t>();
    if (lost != number_of(summary, "lost")) fail("lost is not the sum of lost_by_reason", summary);
    // What the output did not take, and what the kernel skipped, can't be told in its place; all else is.
    std::uint64_t told_as_lost =
        by_reason.value("output", std::uint64_t{0}) + by_reason.value("skipped", std::uint64_t{0});
    for (const auto& line : lines) {
        if (type_of(line) == "lost") told_as_lost += number_of(line, "count");
    }
    if (told_as_lost != lost) fail(fmt::format("{} lost events are told", told_as_lost), summary);
    // Then the lines are not all that was delivered.
    if (by_reason.contains("output")) return;
    std::map<std::string, std::uint64_t> told;
    for (const auto& line : lines) told[type_of(line)]++;
    for (const std::string kind : {"exec", "attempt", "exit", "fork"}) {
        const auto delivered = summary.find(kind + "s_delivered");
        if (delivered != summary.end() && delivered->get<std::uint64_t>() != told[kind])
            fail(fmt::format("{} {}s are told", told[kind], kind), summary);
    }
}

}  // namespace

void check_stream(const std::vector<JsonEvent>& lines) {
    check_order(lines);
    check_seq(lines);
    check_kinds(lines);
    check_sums(lines);
}

}  // namespace exectap::test
