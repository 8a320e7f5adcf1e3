// SPDX-License-Identifier: MIT OR Apache-2.0
// A run with --json, and what it came to.
#include "support/json_outcome.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>

#include "support/json_text.h"

namespace exectap::test {
namespace {

template <typename Condition>
std::vector<JsonEvent> those_that(const std::vector<JsonEvent>& lines, Condition condition) {
    std::vector<JsonEvent> found;
    std::copy_if(lines.begin(), lines.end(), std::back_inserter(found), condition);
    return found;
}

JsonEvent only_one(const JsonOutcome& outcome, std::vector<JsonEvent> found, const std::string& what) {
    if (found.size() == 1) return std::move(found.front());
    throw std::runtime_error(fmt::format("{} of {}, not one, in:\n{}", found.size(), what, text_of(outcome.lines)));
}

// Of stdout or a file.
JsonOutcome parsed_with_gaps(Outcome outcome, const std::vector<std::string>& lines) {
    JsonOutcome result{outcome.status, parse_json_lines(lines), {}, std::move(outcome.err)};
    if (lines.empty())
        throw std::runtime_error(fmt::format("no JSON at all; stderr:\n{}", fmt::join(result.err, "\n")));
    check_stream(result.lines);
    return result;
}

JsonOutcome parsed(Outcome outcome, const std::vector<std::string>& lines) {
    auto result = parsed_with_gaps(std::move(outcome), lines);
    if (!result.summary().at("complete").get<bool>())
        throw std::runtime_error(fmt::format("the run is not complete: {}", json_text(result.summary())));
    return result;
}

}  // namespace

std::vector<JsonEvent> JsonOutcome::events() const {
    return those_that(lines, [](const JsonEvent& line) { return line.contains("seq"); });
}

std::vector<JsonEvent> JsonOutcome::of(std::string_view type) const {
    return those_that(lines, [type](const JsonEvent& line) { return line.at("type") == type; });
}

std::vector<JsonEvent> JsonOutcome::of(std::string_view type, pid_t pid) const {
    return those_that(of(type), [pid](const JsonEvent& line) { return line.at("pid") == pid; });
}

JsonEvent JsonOutcome::one(std::string_view type) const { return only_one(*this, of(type), std::string(type)); }

JsonEvent JsonOutcome::one(std::string_view type, pid_t pid) const {
    return only_one(*this, of(type, pid), fmt::format("{} with pid {}", type, pid));
}

JsonOutcome json_outcome(Outcome outcome) {
    const auto lines = std::exchange(outcome.out, {});
    return parsed(std::move(outcome), lines);
}

JsonOutcome json_outcome_with_gaps(Outcome outcome) {
    const auto lines = std::exchange(outcome.out, {});
    return parsed_with_gaps(std::move(outcome), lines);
}

std::vector<std::string> JsonWatching::with_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "--json");
    return arguments;
}

JsonOutcome watch_json(Process& program, const std::vector<std::string>& options) {
    if (const auto line = program.out().next_line(); line != "ready")
        throw std::runtime_error(fmt::format("the program is not ready: '{}'", line));
    auto arguments = options;
    arguments.push_back(program.pid_text());
    JsonWatching trace(std::move(arguments));
    program.write("go\n");
    program.wait();
    return trace.finish();
}

JsonOutcome run_json(const std::vector<std::string>& arguments, ProcessOptions options) {
    const TempDir folder;
    const auto path = folder.path("events");
    std::vector<std::string> all{"--json", "-o", path};
    all.insert(all.end(), arguments.begin(), arguments.end());
    auto outcome = run_exectap(all, std::move(options));
    auto said = std::exchange(outcome.out, {});
    auto result = parsed(std::move(outcome), lines_of(read_file(path)));
    result.out = std::move(said);
    return result;
}

std::string text_of(const std::vector<JsonEvent>& lines) {
    std::string text;
    for (const auto& line : lines) text += json_text(line) + '\n';
    return text;
}

}  // namespace exectap::test
