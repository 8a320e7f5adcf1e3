// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string_view>

#include "exectap/target.h"

namespace exectap::cli {
namespace {

constexpr std::string_view kShortHelp = R"(exectap shows every program that chosen processes run, as it happens.

  sudo exectap -- make                     what does this command run?
  sudo exectap 1234                        what does this process run, and its children?
  sudo exectap --tty pts/9                 what is run in that terminal?
  sudo exectap --all -o execs.log          everything, to a file

usage: exectap [PID...] [OPTION...] [-- COMMAND [ARG...]]
One line for each exec, on stdout (with COMMAND: on stderr), until Ctrl-C or the end of COMMAND.
exectap --help lists all options.
)";

constexpr const char* kFooter =
    R"(
Targets are a union. Events go to stdout, or with COMMAND to stderr; -o says otherwise.
Exit status: 0; 1 failure; 2 usage; 3 the trace is incomplete. With COMMAND its own, 128+N for signal N;
2 usage; 125 exectap failed, 126 COMMAND can't be executed, 127 it was not found; 3 with --strict.
EXECTAP_LOG=LEVEL or MODULE=LEVEL,... shows diagnostics (modules: capture, libbpf, target, cli).)";

class Formatter : public CLI::Formatter {
public:
    std::string make_usage(const CLI::App* /*app*/, std::string /*name*/) const override {
        return "usage: exectap [PID...] [OPTION...] [-- COMMAND [ARG...]]\n";
    }
    std::string make_positionals(const CLI::App* /*app*/) const override { return ""; }
    std::string make_group(std::string group, bool /*is_positional*/,
                           std::vector<const CLI::Option*> options) const override {
        std::string text = "\n" + group + ":";
        for (const auto* option : options) text += "\n" + make_option(option, false);
        return text;
    }
    std::string make_option(const CLI::Option* option, bool /*is_positional*/) const override {
        auto name = option->get_name(false, true);
        if (const auto comma = name.find(','); comma != std::string::npos) name.insert(comma + 1, " ");
        if (!option->get_type_name().empty()) name += " " + option->get_type_name();
        return fmt::format("  {:26}{}", name, option->get_description());
    }
};

struct RawOptions {
    Options options;
    std::vector<std::string> positional_pids;
    std::vector<std::string> pids;
    std::string time = "start";
    bool no_watch_children = false;
    bool no_failed = false;
};

// One value a time: `-p 1 2` is the option's 1 and the positional 2.
CLI::Option* repeatable(CLI::Option* option) { return option->expected(1)->take_all()->allow_extra_args(false); }

// A flag takes no value: --quiet=no would else mean its contrary.
template <typename T>
CLI::Option* flag(CLI::App& app, const char* name, T& value, const char* description) {
    return app.add_flag(name, value, description)->disable_flag_override();
}

void add_targets(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Targets";
    app.add_option("PID", raw.positional_pids)->type_name("");
    repeatable(app.add_option("-p,--pid", raw.pids, "watch this process; PID alone says the same (repeatable)"))
        ->group(kGroup)
        ->type_name("PID");
    repeatable(app.add_option("-t,--tty", raw.options.terminals,
                              "watch the processes of this terminal: /dev/pts/9, pts/9, pts9, tty1 (repeatable)"))
        ->group(kGroup)
        ->type_name("TTY");
    flag(app, "-a,--all", raw.options.all, "watch every process but exectap's own")->group(kGroup);
    flag(app, "--no-watch-children", raw.no_watch_children,
         "only the processes named, with all their threads, not what they start")
        ->group(kGroup);
    app.add_option("--user", raw.options.user, "run COMMAND as this user")->group(kGroup)->type_name("NAME");
}

void add_output(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Output";
    flag(app, "--no-failed", raw.no_failed, "leave out execs that fail; watching them may slow system calls")
        ->group("Filters");
    app.add_option("-o,--output", raw.options.output,
                   "write the events there (truncated; reopened on SIGUSR1); - is stdout")
        ->group(kGroup)
        ->type_name("FILE");
    app.add_option("--time", raw.time, "seconds since the trace's start or the boot, or wall-clock time in UTC")
        ->group(kGroup)
        ->type_name("start|boot|wall");
    flag(app, "--quiet", raw.options.quiet, "no banner, no notices, and a verdict only when something is missing")
        ->group(kGroup);
    flag(app, "--strict", raw.options.strict, "with COMMAND: status 3 when the trace is incomplete")->group(kGroup);
    flag(app, "-v", raw.options.verbosity, "show what goes on inside; -vv shows more")->group(kGroup);
}

// CLI11 says "--time: 1 required start|boot|wall missing" and "--quiet was given a disallowed flag override".
std::string mismatch_text(std::string_view said) {
    const auto option = said.substr(0, said.find_first_of(": "));
    const bool is_flag = said.find("override") != std::string_view::npos;
    if (is_flag) return fmt::format("--{} takes no value", option);
    return fmt::format("{} needs a value; exectap --help explains it", option);
}

std::string run_it_hint(std::span<const char* const> arguments, std::string_view first) {
    const auto from = std::find(arguments.begin() + 1, arguments.end(), first);
    const std::vector<std::string> words(from, arguments.end());
    return fmt::format("{} is no pid; to run it: exectap -- {}", first, shell_line(words));
}

Result<void> read_pids(RawOptions& raw, std::span<const char* const> arguments) {
    for (const auto& text : raw.positional_pids) {
        const bool is_number = text.find_first_not_of("0123456789") == std::string::npos;
        if (!is_number) return usage_error(run_it_hint(arguments, text));
        raw.pids.push_back(text);
    }
    for (const auto& text : raw.pids) {
        const auto pid = parse_pid(text);
        if (!pid) return pid.error();
        if (std::find(raw.options.pids.begin(), raw.options.pids.end(), *pid) == raw.options.pids.end())
            raw.options.pids.push_back(*pid);
    }
    return {};
}

Result<void> read_time(RawOptions& raw) {
    if (raw.time == "start") {
        raw.options.time = TimeStyle::start;
    } else if (raw.time == "boot") {
        raw.options.time = TimeStyle::boot;
    } else if (raw.time == "wall") {
        raw.options.time = TimeStyle::wall;
    } else {
        return usage_error(fmt::format("--time is start, boot or wall, not '{}'", raw.time));
    }
    return {};
}

Result<void> check_combination(const Options& options) {
    const bool has_target =
        !options.pids.empty() || !options.terminals.empty() || options.all || !options.command.empty();
    if (!has_target) return usage_error("nothing to watch: name a PID, --tty TTY, --all, or -- COMMAND");
    if (options.user && options.command.empty())
        return usage_error("--user needs a COMMAND to run: -- COMMAND [ARG...]");
    if (options.strict && options.command.empty())
        return usage_error(
            "--strict is for runs with a COMMAND; without one, 3 is always the status of an incomplete trace");
    if (options.output && options.output->empty()) return usage_error("-o needs the name of a file, or -");
    return {};
}

Result<Options> finish(RawOptions& raw, const CLI::App& app, std::span<const char* const> arguments) {
    const auto pids = read_pids(raw, arguments);
    if (!pids) return pids.error();
    const auto unknown = app.remaining();
    if (!unknown.empty())
        return usage_error(fmt::format("no option '{}'; exectap --help lists the options", unknown.front()));
    const auto time = read_time(raw);
    if (!time) return time.error();
    raw.options.watch_children = !raw.no_watch_children;
    raw.options.watch_attempts = !raw.no_failed;
    const auto checked = check_combination(raw.options);
    if (!checked) return checked.error();
    return std::move(raw.options);
}

}  // namespace

std::string_view short_help() { return kShortHelp; }

std::string shell_line(std::span<const std::string> words) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
    std::string line;
    for (const auto& word : words) {
        if (!line.empty()) line += ' ';
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

Result<std::variant<Options, Information>> parse_options(std::span<const char* const> arguments) {
    RawOptions raw;
    // What comes after -- is COMMAND's, whatever it looks like.
    const auto separator = std::find(arguments.begin(), arguments.end(), std::string_view("--"));
    const auto own = arguments.first(static_cast<std::size_t>(separator - arguments.begin()));
    if (separator != arguments.end()) {
        raw.options.command.assign(separator + 1, arguments.end());
        if (raw.options.command.empty()) return usage_error("-- needs a COMMAND after it");
        if (raw.options.command.front().empty()) return usage_error("COMMAND is an empty word");
    }

    CLI::App app("exectap shows every program that chosen processes run, as it happens.");
    app.formatter(std::make_shared<Formatter>());
    app.footer(kFooter);
    app.allow_extras();
    add_targets(app, raw);
    add_output(app, raw);
    app.set_help_flag("-h,--help", "show this text")->group("Information");
    app.set_version_flag("--version", "exectap " EXECTAP_VERSION, "show the version")->group("Information");
    try {
        app.parse(static_cast<int>(own.size()), own.data());
    } catch (const CLI::CallForHelp&) {
        return std::variant<Options, Information>(Information{app.help()});
    } catch (const CLI::CallForVersion&) {
        return std::variant<Options, Information>(Information{app.version() + "\n"});
    } catch (const CLI::ArgumentMismatch& error) {
        return usage_error(mismatch_text(error.what()));
    } catch (const CLI::ParseError& error) {
        return usage_error(fmt::format("{}; exectap --help explains the options", error.what()));
    }
    auto options = finish(raw, app, own);
    if (!options) return options.error();
    return std::variant<Options, Information>(std::move(*options));
}

}  // namespace exectap::cli
