// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include "completions.h"

namespace exectap::packaging {
namespace {

using cli::ValueKind;

// Between single quotes.
std::string quoted(std::string text) { return "'" + replaced(std::move(text), "'", R"('\'')") + "'"; }

// What _arguments does for the value: its own functions where it has them.
std::string action_of(const cli::Values& values) {
    switch (values.kind) {
        case ValueKind::none:
        case ValueKind::text: break;
        case ValueKind::choice: return fmt::format("({})", joined(values.words));
        case ValueKind::list: return fmt::format("_sequence compadd - {}", joined(values.words));
        case ValueKind::process: return "_pids";
        case ValueKind::terminal: return "_exectap_terminals";
        case ValueKind::container: return "_exectap_containers";
        case ValueKind::unit: return "_exectap_units";
        case ValueKind::cgroup: return "_exectap_cgroups";
        case ValueKind::user: return "_users";
        case ValueKind::file: return "_files";
    }
    return " ";
}

// '*'{-p+,--pid=}'[watch this process]:PID:_pids'
std::string spec_of(const CompletedOption& option) {
    const bool has_value = option.values.kind != ValueKind::none;
    std::vector<std::string> names;
    for (const auto& name : option.names) {
        const bool is_long = name.starts_with("--");
        names.push_back(name + (!has_value ? "" : is_long ? "=" : "+"));
    }
    std::string spec;
    if (option.stands_alone) {
        spec = "'(- *)'";
    } else if (option.is_repeatable) {
        spec = "'*'";
    } else if (names.size() > 1) {
        spec = fmt::format("'({})'", joined(option.names));
    }
    spec += names.size() > 1 ? fmt::format("{{{}}}", joined(names, ",")) : names.front();
    auto text = fmt::format("[{}]", replaced(replaced(option.about, "[", "\\["), "]", "\\]"));
    if (has_value) text += fmt::format(":{}:{}", replaced(option.value_name, ":", "\\:"), action_of(option.values));
    return spec + quoted(text) + " \\";
}

std::vector<std::string> specs_of(const std::vector<CompletedOption>& options) {
    std::vector<std::string> specs;
    for (const auto& option : options) specs.push_back(spec_of(option));
    return specs;
}

}  // namespace

std::string zsh_completion(const CommandLine& line, std::string script) {
    std::vector<std::string> subcommands;
    std::vector<std::string> suboptions;
    for (const auto& subcommand : line.subcommands) {
        subcommands.push_back(quoted(fmt::format("{}:{}", subcommand.name, subcommand.about)));
        suboptions.push_back(fmt::format("if (( CURRENT > 2 )) && [[ $words[2] == {} ]]; then", subcommand.name));
        suboptions.emplace_back("    _arguments -s \\");
        for (const auto& spec : specs_of(subcommand.options)) suboptions.push_back("        " + spec);
        suboptions.emplace_back("        ':'");
        suboptions.emplace_back("    return");
        suboptions.emplace_back("fi");
    }
    put_lines(script, "subcommands", subcommands);
    put_lines(script, "suboptions", suboptions);
    put_lines(script, "options", specs_of(line.options));
    return script;
}

}  // namespace exectap::packaging
