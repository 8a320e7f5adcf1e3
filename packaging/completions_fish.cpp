// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include "completions.h"

namespace exectap::packaging {
namespace {

using cli::ValueKind;

std::string quoted(std::string text) {
    return "'" + replaced(replaced(std::move(text), "\\", "\\\\"), "'", "\\'") + "'";
}

// -x: a value, and no files for it.
std::string value_of(const cli::Values& values) {
    const auto from = [](std::string_view function) { return fmt::format(" -x -a '({})'", function); };
    switch (values.kind) {
        case ValueKind::none: return "";
        case ValueKind::text: return " -x";
        case ValueKind::choice: return fmt::format(" -x -a '{}'", joined(values.words));
        case ValueKind::list: return from("__exectap_list " + joined(values.words));
        case ValueKind::process: return from("__fish_complete_pids");
        case ValueKind::terminal: return from("__exectap_terminals");
        case ValueKind::container: return from("__exectap_containers");
        case ValueKind::unit: return from("__exectap_units");
        case ValueKind::cgroup: return from("__exectap_cgroups");
        case ValueKind::user: return from("__fish_complete_users");
        case ValueKind::file: return " -r -F";
    }
    return "";
}

std::string line_of(std::string_view condition, const CompletedOption& option) {
    auto line = fmt::format("complete -c exectap -n {}", quoted(std::string(condition)));
    for (const auto& name : option.names)
        line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    return line + value_of(option.values) + " -d " + quoted(option.about);
}

}  // namespace

std::string fish_completion(const CommandLine& line, std::string script) {
    constexpr std::string_view kNone = "__exectap_in_none";
    std::vector<std::string> lines;
    lines.push_back(fmt::format("complete -c exectap -n {} -a '(__fish_complete_pids)'", kNone));
    for (const auto& option : line.options) lines.push_back(line_of(kNone, option));
    for (const auto& subcommand : line.subcommands) {
        lines.push_back(fmt::format("complete -c exectap -n __exectap_begins -a {} -d {}", subcommand.name,
                                    quoted(subcommand.about)));
        for (const auto& option : subcommand.options)
            lines.push_back(line_of("__exectap_in " + subcommand.name, option));
    }
    put_lines(script, "options", lines);
    put_subcommands(script, line);
    return script;
}

}  // namespace exectap::packaging
