// SPDX-License-Identifier: MIT OR Apache-2.0
// The program under test, and what a run came to.
#include "support/exectap.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <regex>
#include <stdexcept>

namespace exectap::test {
namespace {

bool begins_with(std::string_view text, std::string_view beginning) {
    return text.substr(0, beginning.size()) == beginning;
}

bool ends_with(std::string_view text, std::string_view end) {
    return text.size() >= end.size() && text.substr(text.size() - end.size()) == end;
}

ProcessOptions around_exectap(const std::vector<std::string>& arguments, ProcessOptions options) {
    options.argv.emplace_back(EXECTAP_BINARY);
    options.argv.insert(options.argv.end(), arguments.begin(), arguments.end());
    return options;
}

// The number and its noun must agree: "1 exec", "2 execs".
std::uint64_t count_of(const std::csub_match& number, const std::csub_match& plural) {
    const auto value = std::stoull(number.str());
    if ((value == 1) == (plural.length() != 0)) throw std::runtime_error("wrong plural in the verdict");
    return value;
}

}  // namespace

std::optional<Verdict> parse_complete_verdict(std::string_view line) {
    static const std::regex grammar(
        "exectap: (\\d+) exec(s?)(?:, (\\d+) attempt(s?))? seen, all delivered: complete"
        "(?:; (\\d+) watched process((?:es)?) still alive)?");
    std::cmatch match;
    if (!std::regex_match(line.begin(), line.end(), match, grammar)) return std::nullopt;
    Verdict verdict;
    verdict.execs = count_of(match[1], match[2]);
    if (match[3].matched) verdict.attempts = count_of(match[3], match[4]);
    if (match[5].matched) verdict.still_alive = count_of(match[5], match[6]);
    return verdict;
}

std::string Outcome::last_words() const {
    if (err.empty()) throw std::runtime_error("nothing on stderr");
    return err.back();
}

Verdict Outcome::verdict() const {
    if (const auto verdict = parse_complete_verdict(last_words())) return *verdict;
    throw std::runtime_error(fmt::format("no verdict of a complete run at the end of:\n{}", fmt::join(err, "\n")));
}

std::vector<EventLine> Outcome::events_on_stderr() const {
    std::vector<std::string> lines;
    std::copy_if(err.begin(), err.end(), std::back_inserter(lines), [](const std::string& line) {
        return !begins_with(line, "exectap: ") && !is_banner(line) && line != "Exiting...";
    });
    return parse_events(lines);
}

void expect_one_error(const Outcome& outcome, int status, const std::vector<std::string>& words) {
    EXPECT_EQ(outcome.status, exited(status));
    EXPECT_THAT(outcome.out, testing::IsEmpty());
    EXPECT_THAT(outcome.err, testing::ElementsAre(testing::StartsWith("exectap: ")));
    for (const auto& each : words) EXPECT_THAT(outcome.err, testing::Each(testing::HasSubstr(each)));
}

bool is_banner(std::string_view line) {
    return begins_with(line, "Watching execve syscalls for") && ends_with(line, "(Ctrl-C to exit)");
}

Exectap::Exectap(const std::vector<std::string>& arguments, ProcessOptions options)
    : Process(around_exectap(arguments, std::move(options))) {}

void Exectap::wait_until_ready() {
    err().wait_until([](const auto& lines) { return std::any_of(lines.begin(), lines.end(), is_banner); },
                     "exectap's banner");
}

Outcome Exectap::stop() {
    send_signal(SIGINT);
    return finish();
}

Outcome Exectap::finish() {
    Outcome outcome;
    outcome.status = wait();
    if (has_out()) outcome.out = out().wait_for_end();
    if (has_err()) outcome.err = err().wait_for_end();
    return outcome;
}

Outcome run_exectap(const std::vector<std::string>& arguments, ProcessOptions options) {
    Exectap exectap(arguments, std::move(options));
    exectap.close_input();
    return exectap.finish();
}

Outcome watch_to_its_end(Process& program, const std::vector<std::string>& options) {
    if (const auto line = program.out().next_line(); line != "ready")
        throw std::runtime_error(fmt::format("the program is not ready: '{}'", line));
    auto arguments = options;
    arguments.push_back(program.pid_text());
    Watching trace(arguments);
    program.write("go\n");
    program.wait();
    return trace.finish();
}

std::vector<EventLine> events_in(const std::string& path) { return parse_events(lines_of(read_file(path))); }

ProcessOptions in_own_mounts(const std::string& script) {
    return {.argv = {"unshare", "--mount", "/bin/sh", "-c", script, "sh"}};
}

std::string test_program(std::string_view name) { return fmt::format("{}/{}", EXECTAP_TEST_PROGRAMS, name); }

}  // namespace exectap::test
