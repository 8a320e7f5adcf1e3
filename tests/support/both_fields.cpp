// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/both_fields.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <iterator>
#include <sstream>
#include <string_view>
#include <utility>

namespace exectap::test {
namespace {

bool holds(const JsonEvent& event, const char* list, std::string_view word) {
    if (!event.contains(list)) return false;
    const auto& words = event.at(list);
    return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_quoted(std::string_view name) {
    constexpr std::array kTexts{"comm", "filename", "exe", "interpreter", "script", "cwd", "tty", "cgroup", "unit"};
    return std::find(kTexts.begin(), kTexts.end(), name) != kTexts.end();
}

std::string joined_flags(const JsonEvent& event) {
    std::string text;
    for (const auto& each : event.at("flags")) text += (text.empty() ? "" : ",") + each.get<std::string>();
    return text;
}

std::string value_of(const JsonEvent& event, const std::string& name) {
    const auto& value = event.at(name);
    if (!value.is_string()) return value.dump();
    return is_quoted(name) ? fmt::format("\"{}\"", value.get<std::string>()) : value.get<std::string>();
}

// " name=value", or nothing where it is unknown or does not apply.
std::string field_of(const JsonEvent& event, const std::string& name) {
    if (holds(event, "unreadable", name)) return fmt::format(" {}=unreadable", name);
    if (name == "flags") {
        const auto flags = joined_flags(event);
        return flags.empty() ? "" : " flags=" + flags;
    }
    if (!event.contains(name)) return "";
    const bool is_cut = name == "filename" && holds(event, "flags", "filename_cut");
    return fmt::format(" {}={}{}", name, value_of(event, name), is_cut ? "..." : "");
}

// Without its time.
std::string line_of(const JsonEvent& event, const std::string& fields) {
    std::istringstream names(fields);
    std::string line;
    for (std::string name; std::getline(names, name, ',');) line += field_of(event, name);
    // Shown whatever is chosen.
    if (event.at("type") == "attempt") line += field_of(event, "error");
    return line;
}

std::string without_time(const std::string& line) {
    const auto end = line.find("] ");
    if (!line.starts_with("[") || end == std::string::npos) return "no event: " + line;
    return line.substr(end + 1);
}

// Returns when it stands still.
void pause_process(const Process& process) {
    process.send_signal(SIGSTOP);
    siginfo_t info{};
    checked(::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WSTOPPED), "waitid");
    EXPECT_EQ(info.si_code, CLD_STOPPED);
}

}  // namespace

void WatchingFields::pause() {
    pause_process(line_);
    pause_process(json_);
}

void WatchingFields::go_on() {
    line_.send_signal(SIGCONT);
    json_.send_signal(SIGCONT);
}

JsonOutcome WatchingFields::compared(Outcome line, JsonOutcome json) const {
    auto both = in_both_formats(std::move(line), std::move(json));
    std::vector<std::string> wanted;
    for (const auto& event : both.json.events()) {
        if (event.at("type") == "exec" || event.at("type") == "attempt") wanted.push_back(line_of(event, fields_));
    }
    std::vector<std::string> told;
    std::transform(both.line.out.begin(), both.line.out.end(), std::back_inserter(told), without_time);
    EXPECT_THAT(told, testing::ElementsAreArray(wanted));
    return std::move(both.json);
}

JsonOutcome WatchingFields::stop() {
    auto line = line_.stop();
    return compared(std::move(line), json_.stop());
}

JsonOutcome WatchingFields::finish() {
    auto line = line_.finish();
    return compared(std::move(line), json_.finish());
}

JsonOutcome watch_fields(Process& program, const std::string& fields) {
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingFields trace(fields, program);
    program.write("go\n");
    program.wait();
    return trace.finish();
}

}  // namespace exectap::test
