// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include "completions.h"

namespace exectap::packaging {
namespace {

using cli::ValueKind;

// A function of packaging/completions/exectap.bash.
std::string action_of(const cli::Values& values) {
    switch (values.kind) {
        case ValueKind::none:
        case ValueKind::text: break;
        case ValueKind::choice: return fmt::format("_exectap_offer \"$3\" {}", joined(values.words));
        case ValueKind::list: return fmt::format("_exectap_list \"$3\" {}", joined(values.words));
        case ValueKind::process: return "_exectap_process \"$3\"";
        case ValueKind::terminal: return "_exectap_terminal \"$3\"";
        case ValueKind::container: return "_exectap_container \"$3\"";
        case ValueKind::unit: return "_exectap_unit \"$3\"";
        case ValueKind::cgroup: return "_exectap_cgroup \"$3\"";
        case ValueKind::user: return "_exectap_user \"$3\"";
        case ValueKind::file: return "_exectap_file \"$3\"";
    }
    return ":";
}

void add_values(std::vector<std::string>& lines, std::string_view subcommand,
                const std::vector<CompletedOption>& options) {
    for (const auto& option : options) {
        if (option.values.kind == ValueKind::none) continue;
        std::vector<std::string> patterns;
        for (const auto& name : option.names) patterns.push_back(fmt::format("{}:{}", subcommand, name));
        lines.push_back(fmt::format("{}) {} ;;", joined(patterns, " | "), action_of(option.values)));
    }
}

std::string all_names(const std::vector<CompletedOption>& options) {
    std::string names;
    for (const auto& option : options) names += " " + joined(option.names);
    return names;
}

}  // namespace

std::string bash_completion(const CommandLine& line, std::string script) {
    std::vector<std::string> values;
    std::vector<std::string> options;
    add_values(values, "", line.options);
    options.push_back(fmt::format("'') printf '%s\\n'{} -- ;;", all_names(line.options)));
    for (const auto& subcommand : line.subcommands) {
        add_values(values, subcommand.name, subcommand.options);
        options.push_back(fmt::format("{}) printf '%s\\n'{} ;;", subcommand.name, all_names(subcommand.options)));
    }
    put_lines(script, "values", values);
    put_lines(script, "options", options);
    put_subcommands(script, line);
    return script;
}

}  // namespace exectap::packaging
