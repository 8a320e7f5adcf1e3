// SPDX-License-Identifier: MIT OR Apache-2.0
// Targets that come and go while they are watched: what is told of that, and of what runs in them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "support/json_outcome.h"

namespace exectap::test {

// "appeared unit:probe.service" for each, in their order.
inline std::vector<std::string> changes_of(const JsonOutcome& outcome) {
    std::vector<std::string> changes;
    for (const auto& line : outcome.of("target"))
        changes.push_back(
            fmt::format("{} {}", line.at("what").get<std::string>(), line.at("target").get<std::string>()));
    return changes;
}

// argv of each exec, without what the init or the engine runs on the way to the first program: systemd from 254 on has
// a program for that.
inline std::vector<std::vector<std::string>> commands_of(const JsonOutcome& outcome) {
    std::vector<std::vector<std::string>> commands;
    for (const auto& exec : outcome.of("exec")) {
        auto argv = list_of(exec, "argv");
        if (!argv.at(0).ends_with("systemd-executor")) commands.push_back(std::move(argv));
    }
    return commands;
}

// Those that run /bin/true: what the shells of a test start beside it is no matter.
inline std::vector<std::vector<std::string>> true_commands(const JsonOutcome& outcome) {
    std::vector<std::vector<std::string>> commands;
    for (auto& command : commands_of(outcome)) {
        if (command.at(0) == "/bin/true") commands.push_back(std::move(command));
    }
    return commands;
}

// So many lines hold this text, once this returns.
inline void wait_for_lines_with(LineCollector& lines, std::string_view text, std::ptrdiff_t count = 1) {
    const auto holds = [text](const std::string& line) { return line.find(text) != std::string::npos; };
    lines.wait_until([&](const auto& all) { return std::count_if(all.begin(), all.end(), holds) >= count; },
                     fmt::format("{} lines with '{}'", count, text));
}

}  // namespace exectap::test
