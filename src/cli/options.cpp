// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/options.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string_view>

#include "cli/size.h"
#include "exectap/target.h"
#include "sink/escape.h"

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
    std::optional<std::string> format;
    bool json = false;
    std::optional<std::string> fields;
    std::optional<std::string> events;
    std::optional<std::string> max_args;
    std::optional<std::string> ring;
    std::optional<std::string> buffer;
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
    app.add_option("--format", raw.format, "how events are written (default line)")
        ->group(kGroup)
        ->type_name("line|json");
    flag(app, "--json", raw.json, "the same as --format json: JSON Lines, every field of every event")->group(kGroup);
    app.add_option("--fields", raw.fields, "what a line shows, in this order: pid,comm,argv; --fields help lists them")
        ->group(kGroup)
        ->type_name("LIST");
    app.add_option("--events", raw.events,
                   "which of exec,attempt,exit,fork (default exec,attempt; with --json exit too)")
        ->group(kGroup)
        ->type_name("LIST");
    app.add_option("--time", raw.time, "seconds since the trace's start or the boot, or wall-clock time in UTC")
        ->group(kGroup)
        ->type_name("start|boot|wall");
    flag(app, "--quiet", raw.options.quiet, "no banner, no notices, and a verdict only when something is missing")
        ->group(kGroup);
    flag(app, "--strict", raw.options.strict, "with COMMAND: status 3 when the trace is incomplete")->group(kGroup);
    flag(app, "-v", raw.options.verbosity, "show what goes on inside; -vv shows more")->group(kGroup);
}

void add_limits(CLI::App& app, RawOptions& raw) {
    constexpr const char* kGroup = "Limits";
    app.add_option("--max-args", raw.max_args,
                   "keep so much of each call's arguments (default 64K, at most 6M; 0 keeps none)")
        ->group(kGroup)
        ->type_name("BYTES");
    app.add_option("--ring", raw.ring, "room for events between kernel and exectap (default 16M, at most 1G)")
        ->group(kGroup)
        ->type_name("SIZE");
    app.add_option("--buffer", raw.buffer, "room for events that wait to be written (default 64M, at most 64G)")
        ->group(kGroup)
        ->type_name("SIZE");
}

// As a message shows a word of the command line: on one line, whatever is in it.
std::string shown(std::string_view word) {
    std::string text = "'";
    append_escaped(text, word);
    return text += '\'';
}

// As it is, if that can be shown: quotes and backslashes are a shell's business.
std::string shown_plain(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (is_plain) return std::string(text);
    std::string escaped;
    append_escaped(escaped, text);
    return escaped;
}

// CLI11 says "--time: 1 required start|boot|wall missing", "--time: At Most 1 required but received 2" and "--quiet was
// given a disallowed flag override".
std::string mismatch_text(std::string_view said) {
    const auto option = said.substr(0, said.find_first_of(": "));
    const bool is_flag = said.find("override") != std::string_view::npos;
    if (is_flag) return fmt::format("--{} takes no value", option);
    const bool is_repeated = said.find("received") != std::string_view::npos;
    if (is_repeated) return fmt::format("{} can be given only once", option);
    return fmt::format("{} needs a value; exectap --help explains it", option);
}

// As --help does it: even where the rest makes no sense.
bool wants_fields_help(const CLI::App& app) {
    const auto& lists = app.get_option("--fields")->results();
    return std::find(lists.begin(), lists.end(), "help") != lists.end();
}

std::string run_it_hint(std::span<const char* const> arguments, std::string_view first) {
    const auto from = std::find(arguments.begin() + 1, arguments.end(), first);
    const std::vector<std::string> words(from, arguments.end());
    return fmt::format("{} is no pid; to run it: exectap -- {}", shown_plain(first), shell_line(words));
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
        return usage_error(fmt::format("--time is start, boot or wall, not {}", shown(raw.time)));
    }
    return {};
}

Result<void> read_format(RawOptions& raw) {
    if (raw.format && *raw.format != "line" && *raw.format != "json")
        return usage_error(fmt::format("--format is line or json, not {}", shown(*raw.format)));
    if (raw.json && raw.format == "line") return usage_error("--json and --format line contradict each other");
    raw.options.format = raw.json || raw.format == "json" ? FormatName::json : FormatName::line;
    return {};
}

Result<void> read_fields(RawOptions& raw) {
    if (!raw.fields) return {};
    if (raw.options.format == FormatName::json)
        return usage_error("--fields chooses what a line shows; with --json each event has all fields");
    auto fields = parse_fields(*raw.fields);
    if (!fields) return fields.error();
    raw.options.fields = std::move(*fields);
    return {};
}

struct NamedKind {
    std::string_view name;
    bool EventKinds::*kind;
};

constexpr std::array kNamedKinds = {
    NamedKind{"exec", &EventKinds::execs},
    NamedKind{"attempt", &EventKinds::attempts},
    NamedKind{"exit", &EventKinds::exits},
    NamedKind{"fork", &EventKinds::forks},
};

Result<EventKinds> parse_events(std::string_view list) {
    EventKinds events{.execs = false, .attempts = false, .exits = false, .forks = false};
    for (std::size_t from = 0; from <= list.size();) {
        const auto end = std::min(list.find(',', from), list.size());
        const auto name = list.substr(from, end - from);
        from = end + 1;
        const auto* const named =
            std::find_if(kNamedKinds.begin(), kNamedKinds.end(), [&](const auto& known) { return known.name == name; });
        if (named == kNamedKinds.end())
            return usage_error(fmt::format("no event {}; --events takes exec, attempt, exit, fork", shown(name)));
        events.*(named->kind) = true;
    }
    return events;
}

Result<void> read_events(RawOptions& raw) {
    auto& events = raw.options.events;
    if (!raw.events) {
        events.attempts = !raw.no_failed;
        events.exits = raw.options.format == FormatName::json;
        return {};
    }
    const auto parsed = parse_events(*raw.events);
    if (!parsed) return parsed.error();
    if (raw.no_failed && parsed->attempts)
        return usage_error("--events asks for attempt, which --no-failed leaves out: drop one of the two");
    events = *parsed;
    return {};
}

struct SizeOption {
    std::string_view name;
    std::string_view examples;
    std::uint64_t least;
    std::uint64_t most;
    std::string_view why_most;
};

Result<void> read_size(const std::optional<std::string>& text, const SizeOption& option, std::uint64_t& value) {
    if (!text) return {};
    const auto size = parse_size(*text);
    if (!size)
        return usage_error(fmt::format("{} is a size such as {}, not {}", option.name, option.examples, shown(*text)));
    if (*size > option.most)
        return usage_error(
            fmt::format("{} is at most {} ({}){}", option.name, size_text(option.most), option.most, option.why_most));
    if (*size < option.least)
        return usage_error(
            fmt::format("{} is at least {}, not {}", option.name, size_text(option.least), shown(*text)));
    value = *size;
    return {};
}

Result<void> read_limits(RawOptions& raw) {
    auto& options = raw.options;
    auto max_args = read_size(raw.max_args,
                              {.name = "--max-args",
                               .examples = "4096, 64K or 1M",
                               .least = 0,
                               .most = kMostArgsBytes,
                               .why_most = ": the kernel allows no more"},
                              options.max_args_bytes);
    if (!max_args) return max_args;
    auto ring = read_size(
        raw.ring, {.name = "--ring", .examples = "256K, 16M or 1G", .least = 1, .most = kMostRingBytes, .why_most = ""},
        options.ring_bytes);
    if (!ring) return ring;
    constexpr std::uint64_t kLeastBuffer = 64 << 10;
    constexpr std::uint64_t kMostBuffer = std::uint64_t{64} << 30;
    return read_size(
        raw.buffer,
        {.name = "--buffer", .examples = "1M, 64M or 1G", .least = kLeastBuffer, .most = kMostBuffer, .why_most = ""},
        options.buffer_bytes);
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
    if (options.format == FormatName::json && !options.command.empty() && !options.output)
        return usage_error("--json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's");
    return {};
}

Result<Options> finish(RawOptions& raw, const CLI::App& app, std::span<const char* const> arguments) {
    const auto pids = read_pids(raw, arguments);
    if (!pids) return pids.error();
    const auto unknown = app.remaining();
    if (!unknown.empty())
        return usage_error(fmt::format("no option {}; exectap --help lists the options", shown(unknown.front())));
    // In this order: the format decides about fields and events.
    for (const auto read : {read_time, read_format, read_fields, read_events, read_limits}) {
        const auto done = read(raw);
        if (!done) return done.error();
    }
    raw.options.watch_children = !raw.no_watch_children;
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
    return shown_plain(line);
}

Result<std::variant<Options, Information>> parse_options(std::span<const char* const> arguments) {
    RawOptions raw;
    // What comes after -- is COMMAND's, whatever it looks like.
    const auto separator = std::find(arguments.begin(), arguments.end(), std::string_view("--"));
    const auto own = arguments.first(static_cast<std::size_t>(separator - arguments.begin()));

    CLI::App app("exectap shows every program that chosen processes run, as it happens.");
    app.formatter(std::make_shared<Formatter>());
    app.footer(kFooter);
    app.allow_extras();
    add_targets(app, raw);
    add_output(app, raw);
    add_limits(app, raw);
    app.set_help_flag("-h,--help", "show this text")->group("Information");
    app.set_version_flag("--version", "exectap " EXECTAP_VERSION, "show the version")->group("Information");
    std::optional<Error> error;
    try {
        app.parse(static_cast<int>(own.size()), own.data());
    } catch (const CLI::CallForHelp&) {
        return std::variant<Options, Information>(Information{app.help()});
    } catch (const CLI::CallForVersion&) {
        return std::variant<Options, Information>(Information{app.version() + "\n"});
    } catch (const CLI::ArgumentMismatch& mismatch) {
        error = usage_error(mismatch_text(mismatch.what()));
    } catch (const CLI::ParseError& other) {
        error = usage_error(fmt::format("{}; exectap --help explains the options", other.what()));
    }
    if (wants_fields_help(app)) return std::variant<Options, Information>(Information{fields_help()});
    if (error) return *error;
    if (separator != arguments.end()) {
        raw.options.command.assign(separator + 1, arguments.end());
        if (raw.options.command.empty()) return usage_error("-- needs a COMMAND after it");
        if (raw.options.command.front().empty()) return usage_error("COMMAND is an empty word");
    }
    auto options = finish(raw, app, own);
    if (!options) return options.error();
    return std::variant<Options, Information>(std::move(*options));
}

}  // namespace exectap::cli
