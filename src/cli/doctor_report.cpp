// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/doctor_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/words.h"
#include "sink/json_text.h"

namespace exectap::cli {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kSignColumns = 10;
constexpr std::size_t kTitleColumns = 16;
constexpr std::size_t kIndent = kSignColumns + kTitleColumns;

std::string_view colour_of(CheckState state) {
    switch (state) {
        case CheckState::ok: return "\x1b[32m";
        case CheckState::degraded: return "\x1b[33m";
        case CheckState::failed: break;
    }
    return "\x1b[31m";
}

// From `indent` on, where the line stands; a word that is too long for a line has one for itself.
void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
    auto column = indent;
    bool is_line_start = true;
    while (!text.empty()) {
        const auto end = std::min(text.find(' '), text.size());
        const auto word = text.substr(0, end);
        text.remove_prefix(std::min(text.size(), end + 1));
        if (!is_line_start && column + 1 + word.size() > kColumns) {
            out += fmt::format("\n{:{}}", "", indent);
            column = indent;
            is_line_start = true;
        }
        if (!is_line_start) out += ' ', column++;
        out += word;
        column += word.size();
        is_line_start = false;
    }
    out += '\n';
}

void append(std::string& out, const Check& check, bool has_colours) {
    const auto sign = name_of(check.state);
    out += has_colours ? fmt::format("{}{}\x1b[0m{:{}}", colour_of(check.state), sign, "", kSignColumns - sign.size())
                       : fmt::format("{:{}}", sign, kSignColumns);
    out += fmt::format("{:{}}", check.title, kTitleColumns);
    const auto text = check.means.empty() ? check.found : fmt::format("{}: {}", check.found, check.means);
    append_wrapped(out, shown_plain(text), kIndent);
    if (!check.remedy.empty()) {
        out += fmt::format("{:{}}-> ", "", kIndent);
        append_wrapped(out, shown_plain(check.remedy), kIndent + 3);
    }
    if (!check.command.empty()) out += fmt::format("    {}\n", shown_plain(check.command));
}

std::size_t count_of(const std::vector<Check>& checks, CheckState state) {
    return static_cast<std::size_t>(
        std::count_if(checks.begin(), checks.end(), [&](const auto& check) { return check.state == state; }));
}

void append_member(Appender& out, std::string_view key, std::string_view value) {
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
}

void append_json(Appender& out, const Check& check) {
    out += '{';
    append_member(out, "name", check.name);
    const auto add = [&](std::string_view key, std::string_view value) {
        if (value.empty()) return;
        out += ',';
        append_member(out, key, value);
    };
    add("state", name_of(check.state));
    add("found", check.found);
    add("means", check.means);
    add("remedy", check.remedy);
    add("command", check.command);
    out += '}';
}

}  // namespace

std::string_view name_of(CheckState state) {
    switch (state) {
        case CheckState::ok: return "ok";
        case CheckState::degraded: return "degraded";
        case CheckState::failed: break;
    }
    return "failed";
}

std::string doctor_text(const Diagnosis& diagnosis, bool has_colours) {
    std::string text;
    for (const auto& check : diagnosis.checks) append(text, check, has_colours);
    const auto degraded = count_of(diagnosis.checks, CheckState::degraded);
    text += fmt::format("\nexectap {}{}.\n", diagnosis.can_trace ? "can trace here" : "can't trace here",
                        diagnosis.can_trace && degraded > 0 ? ", less what is degraded" : "");
    return text;
}

std::string doctor_json(const Diagnosis& diagnosis) {
    std::string text;
    {
        Appender out(text);
        out += R"({"doctor":1,)";
        append_member(out, "exectap", EXECTAP_VERSION);
        out += ',';
        append_member(out, "kernel", diagnosis.kernel_release);
        out += diagnosis.can_trace ? R"(,"can_trace":true,"checks":[)" : R"(,"can_trace":false,"checks":[)";
        bool is_first = true;
        for (const auto& check : diagnosis.checks) {
            if (!is_first) out += ',';
            append_json(out, check);
            is_first = false;
        }
        out += "]}\n";
    }
    return text;
}

}  // namespace exectap::cli
