// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

namespace exectap::cli {
namespace {

constexpr std::size_t kColumns = 80;

constexpr std::string_view kShortHelp = R"(exectap shows every program that chosen processes run, as it happens.

  sudo exectap --tree -- make              what does this command run?
  sudo exectap -u nginx.service            what does this service start?
  sudo exectap --tty pts/9                 what is run in that terminal?
  sudo exectap --all --json -o execs.json  everything, in every detail

usage: exectap [PID...] [OPTION...] [-- COMMAND [ARG...]]
A line for each exec, on stdout (with COMMAND: stderr), until Ctrl-C or its end.
exectap -h lists options, --help explains them; doctor checks this machine.
)";

constexpr std::string_view kUsage =
    "usage: exectap [PID...] [OPTION...] [-- COMMAND [ARG...]]\n"
    "       exectap doctor [OPTION...]\n";

constexpr std::string_view kDoctorUsage = "usage: exectap doctor [OPTION...]\n";

constexpr std::string_view kAboutDoctor =
    "Checks whether exectap can trace on this machine, by trying it, and what of it works: kernel, rights, namespaces, "
    "cgroups, container engines. What is degraded or fails is said with its remedy. It needs no rights itself, watches "
    "nobody and changes nothing. Exit status 0: exectap can trace here; 1: it can't.";

constexpr std::string_view kAbout =
    "Shows every program that chosen processes run, as it happens: who called exec, with which arguments, whether it "
    "worked, and, where it is asked for, how it ended. Targets are a union; of filters all must hold. It ends with "
    "COMMAND, when no watched process is left, or on Ctrl-C, and says whether anything was missed.";

void append_wrapped(std::string& out, std::string_view text, std::size_t indent) {
    while (!text.empty()) {
        auto end = std::min(text.size(), kColumns - indent);
        if (end < text.size()) end = text.rfind(' ', end);
        out += fmt::format("{:{}}{}\n", "", indent, text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
    }
}

std::string_view description_of(const CLI::Option& option) {
    // Kept by the option itself.
    return option.get_description();
}

void append_brief(std::string& help, const CLI::App& app) {
    for (const auto& group : groups_of(app)) {
        help += fmt::format("\n{}:\n", group.name);
        for (const auto* option : group.options)
            help += fmt::format("  {:25}{}\n", invocation(*option), brief(*option));
    }
}

void append_explained(std::string& help, const CLI::App& app) {
    for (const auto& group : groups_of(app)) {
        help += fmt::format("\n{}:\n", group.name);
        for (const auto* option : group.options) {
            help += fmt::format("  {}\n", invocation(*option));
            append_wrapped(help, brief(*option), 6);
            append_wrapped(help, explanation(*option), 6);
        }
    }
}

}  // namespace

std::string_view short_help() { return kShortHelp; }

std::string_view about_text() { return kAbout; }

std::string_view about_doctor() { return kAboutDoctor; }

std::vector<OptionGroup> groups_of(const CLI::App& app) {
    std::vector<OptionGroup> groups;
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) continue;
        auto group = std::find_if(groups.begin(), groups.end(),
                                  [&](const auto& known) { return known.name == option->get_group(); });
        if (group == groups.end()) group = groups.insert(group, {option->get_group(), {}});
        group->options.push_back(option);
    }
    // CLI11 makes those that ask for information first.
    if (!groups.empty() && groups.front().name == "Information")
        std::rotate(groups.begin(), groups.begin() + 1, groups.end());
    return groups;
}

std::string invocation(const CLI::Option& option) {
    auto text = option.get_name(false, true);
    if (const auto comma = text.find(','); comma != std::string::npos) text.insert(comma + 1, " ");
    if (!option.get_type_name().empty()) text += " " + option.get_type_name();
    return text;
}

std::string_view brief(const CLI::Option& option) {
    const auto text = description_of(option);
    return text.substr(0, text.find('\n'));
}

std::string_view explanation(const CLI::Option& option) {
    const auto text = description_of(option);
    const auto end = text.find('\n');
    return end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
}

std::string brief_help(const CLI::App& app) {
    std::string help(kUsage);
    append_brief(help, app);
    help += "\nexectap --help explains them.\n";
    return help;
}

std::string doctor_brief_help(const CLI::App& app) {
    std::string help(kDoctorUsage);
    append_brief(help, app);
    help += "\nexectap doctor --help explains them.\n";
    return help;
}

std::string doctor_long_help(const CLI::App& app) {
    std::string help(kDoctorUsage);
    help += '\n';
    append_wrapped(help, kAboutDoctor, 0);
    append_explained(help, app);
    return help;
}

std::string long_help(const CLI::App& app) {
    std::string help(kUsage);
    help += '\n';
    append_wrapped(help, kAbout, 0);
    append_explained(help, app);
    help += "\nExamples:\n";
    for (const auto& example : examples()) {
        help += fmt::format("  {}\n", example.command);
        append_wrapped(help, example.about, 6);
    }
    help += "\nExit status:\n";
    for (const auto& status : exit_statuses()) help += fmt::format("  {:>3}  {}\n", status.status, status.about);
    help += "\nEnvironment:\n";
    for (const auto& variable : environment_variables())
        help += fmt::format("  {:14}  {}\n", variable.name, variable.about);
    return help;
}

std::vector<EnvironmentVariable> environment_variables() {
    return {
        {"EXECTAP_FORMAT", "line, tree or json: the default of --format"},
        {"EXECTAP_LOG", "diagnostics by module: capture, libbpf, target, cli"},
        {"NO_COLOR", "if it is set and not empty: no colours"},
    };
}

std::vector<Example> examples() {
    return {
        {"sudo exectap --tree --user ann -- make -j8", "What does this build run? As ann, not as root."},
        {"sudo exectap --tty pts/9", "What is run in that terminal, by a colleague or an agent?"},
        {"sudo exectap --json -o nginx.jsonl -u nginx.service", "What does this service start, in every detail?"},
        {"sudo exectap --tree -c web", "What runs in this container, from its first program on?"},
        {R"(sudo exectap --all --uid ann --where 'error == "EACCES"')", "What does ann try to run and may not?"},
        {R"(sudo exectap --fail-if 'exe ~ "curl" || exe ~ "wget"' -- ./build.sh)",
         "Exit status 4 if the build runs one of the two, wherever it gets it from."},
        {"sudo exectap --fields argv0,cwd,ancestry -- make", "Who started each program, and where?"},
    };
}

std::vector<ExitStatus> exit_statuses() {
    return {
        {"0", "done; with COMMAND its own status instead, 128+N for signal N"},
        {"1", "it failed"},
        {"2", "the command line makes no sense"},
        {"3", "the trace is incomplete (with COMMAND: if --strict is given)"},
        {"4", "--fail-if matched; this goes before 3 and COMMAND's own"},
        {"125", "with COMMAND: exectap failed"},
        {"126", "COMMAND can't be executed"},
        {"127", "COMMAND was not found"},
    };
}

}  // namespace exectap::cli
