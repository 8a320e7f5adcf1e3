// SPDX-License-Identifier: MIT OR Apache-2.0
#include "completions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <stdexcept>

#include "cli/help.h"

namespace exectap::packaging {
namespace {

Result<std::vector<CompletedOption>> options_of(const CLI::App& app) {
    std::vector<CompletedOption> options;
    for (const auto& group : cli::groups_of(app)) {
        for (const auto* option : group.options) {
            auto values = cli::values_of(*option);
            if (!values)
                return Error{fmt::format("{}: how is a {} completed? src/cli/option_values.cpp has to say it",
                                         cli::invocation(*option), option->get_type_name()),
                             ErrorKind::failure, 0};
            CompletedOption completed;
            for (const auto& name : option->get_snames()) completed.names.push_back("-" + name);
            for (const auto& name : option->get_lnames()) completed.names.push_back("--" + name);
            completed.about = cli::brief(*option);
            completed.value_name = option->get_type_name();
            completed.values = std::move(*values);
            completed.is_repeatable = option->get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll;
            completed.stands_alone = group.name == "Information";
            options.push_back(std::move(completed));
        }
    }
    return options;
}

}  // namespace

Result<CommandLine> read_command_line(const CLI::App& app, const std::vector<Subcommand>& subcommands) {
    auto options = options_of(app);
    if (!options) return options.error();
    CommandLine line{std::move(*options), {}};
    for (const auto& subcommand : subcommands) {
        auto its_options = options_of(*subcommand.app);
        if (!its_options) return its_options.error();
        line.subcommands.push_back({subcommand.name, subcommand.about, std::move(*its_options)});
    }
    return line;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
        text.replace(at, what.size(), with);
    return text;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

void put_lines(std::string& script, std::string_view name, const std::vector<std::string>& lines) {
    const auto mark = fmt::format("# @{}@", name);
    const auto at = script.find(mark);
    if (at == std::string::npos) throw std::runtime_error("the script has no line " + mark);
    const auto begin = script.rfind('\n', at) + 1;
    const auto indent = script.substr(begin, at - begin);
    std::string text;
    for (const auto& line : lines) text += fmt::format("{}{}\n", indent, line);
    script.replace(begin, script.find('\n', at) + 1 - begin, text);
}

void put_subcommands(std::string& script, const CommandLine& line) {
    std::vector<std::string> names;
    for (const auto& subcommand : line.subcommands) names.push_back(subcommand.name);
    script = replaced(std::move(script), "@subcommands@", joined(names));
}

}  // namespace exectap::packaging
