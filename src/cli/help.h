// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap says of itself.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::cli {

// What `exectap` alone prints: ten lines.
std::string_view short_help();

// -h: a line for each option.
std::string brief_help(const CLI::App& app);

// --help: with explanations, examples, and what exit statuses mean.
std::string long_help(const CLI::App& app);

// -h and --help of `exectap doctor`, whose options `app` has.
std::string doctor_brief_help(const CLI::App& app);
std::string doctor_long_help(const CLI::App& app);

// What `exectap doctor` does, in a paragraph.
std::string_view about_doctor();

// The options of one heading, in the order of the table.
struct OptionGroup {
    std::string name;
    std::vector<const CLI::Option*> options;
};
std::vector<OptionGroup> groups_of(const CLI::App& app);

// "-p, --pid PID"
std::string invocation(const CLI::Option& option);

// The first line of its description, and the others.
std::string_view brief(const CLI::Option& option);
std::string_view explanation(const CLI::Option& option);

// What exectap does, in a paragraph.
std::string_view about_text();

struct Example {
    std::string_view command;
    std::string_view about;
};
std::vector<Example> examples();

// What an exit status means: "3", "the trace is incomplete".
struct ExitStatus {
    std::string_view status;
    std::string_view about;
};
std::vector<ExitStatus> exit_statuses();

struct EnvironmentVariable {
    std::string_view name;
    std::string_view about;
};
std::vector<EnvironmentVariable> environment_variables();

}  // namespace exectap::cli
