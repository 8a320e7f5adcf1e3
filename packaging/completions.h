// SPDX-License-Identifier: MIT OR Apache-2.0
// What bash, zsh and fish complete after `exectap`: the same table as --help, told to each of them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/option_values.h"
#include "exectap/result.h"

namespace exectap::packaging {

struct CompletedOption {
    std::vector<std::string> names;  // "-p", "--pid"
    std::string about;
    std::string value_name;  // "PID"; empty for a flag
    cli::Values values;
    bool is_repeatable = false;
    bool stands_alone = false;  // it asks for information: nothing else makes sense with it
};

struct CompletedSubcommand {
    std::string name;
    std::string about;
    std::vector<CompletedOption> options;
};

struct CommandLine {
    std::vector<CompletedOption> options;
    std::vector<CompletedSubcommand> subcommands;
};

// A word in the first place that has options of its own.
struct Subcommand {
    std::string name;
    std::string about;
    const CLI::App* app;
};

// Fails where an option takes a value that option_values.h knows nothing of.
Result<CommandLine> read_command_line(const CLI::App& app, const std::vector<Subcommand>& subcommands);

// The script of a shell: packaging/completions has it, with a line `# @name@` where something of the table goes.
std::string bash_completion(const CommandLine& line, std::string script);
std::string zsh_completion(const CommandLine& line, std::string script);
std::string fish_completion(const CommandLine& line, std::string script);

// What they have in common.

// Puts `lines` where the script has `# @name@`, indented as that is, and fails the build where it has not.
void put_lines(std::string& script, std::string_view name, const std::vector<std::string>& lines);
// Puts the names of all subcommands wherever the script has @subcommands@.
void put_subcommands(std::string& script, const CommandLine& line);
// "one two"
std::string joined(const std::vector<std::string>& words, std::string_view separator = " ");
std::string replaced(std::string text, std::string_view what, std::string_view with);

}  // namespace exectap::packaging
