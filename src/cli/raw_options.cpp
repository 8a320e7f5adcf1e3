// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/raw_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <string_view>
#include <utility>

#include "cli/size.h"
#include "cli/user.h"
#include "cli/words.h"
#include "exectap/target.h"
#include "filter/glob.h"
#include "sink/nearest.h"
#include "target/cgroup_words.h"

namespace exectap::cli {
namespace {

std::string run_it_hint(std::span<const char* const> arguments, std::string_view first) {
    const auto from = std::find(arguments.begin() + 1, arguments.end(), first);
    const std::vector<std::string> words(from, arguments.end());
    const auto* const other = first == "doctor" ? "; to check this machine: exectap doctor, before its options" : "";
    return fmt::format("{} is no pid{}; to run it: exectap -- {}", shown_plain(first), other, shell_line(words));
}

template <typename T>
void insert_once(std::vector<T>& values, T value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(value);
}

bool is_number(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

Result<void> read_pids(RawOptions& raw, std::span<const char* const> arguments) {
    for (const auto& text : raw.positional_pids) {
        if (!is_number(text)) return usage_error(run_it_hint(arguments, text));
        raw.pids.push_back(text);
    }
    for (const auto& text : raw.pids) {
        const auto pid = parse_pid(text);
        if (!pid) return pid.error();
        insert_once(raw.options.pids, *pid);
    }
    return {};
}

template <typename Parse>
Result<void> read_names(std::vector<std::string>& names, Parse parse) {
    for (const auto& text : std::exchange(names, {})) {
        auto name = parse(text);
        if (!name) return name.error();
        insert_once(names, std::move(*name));
    }
    return {};
}

Result<void> read_targets(RawOptions& raw) {
    raw.options.waits = !raw.no_wait;
    raw.options.watch_children = !raw.no_watch_children;
    for (auto& text : std::exchange(raw.options.cgroups, {})) insert_once(raw.options.cgroups, std::move(text));
    const auto units = read_names(raw.options.units, parse_unit);
    if (!units) return units.error();
    return read_names(raw.options.containers, parse_container);
}

Result<void> read_kernel_filters(RawOptions& raw) {
    auto& options = raw.options;
    for (const auto& text : raw.uids) {
        const auto uid = parse_uid(text);
        if (!uid) return uid.error();
        insert_once(options.filters.uids, *uid);
    }
    if (options.filters.uids.size() > kMostUids)
        return usage_error(
            fmt::format("--uid is given for {} users; it takes at most {}", options.filters.uids.size(), kMostUids));
    for (const auto& text : raw.excluded_trees) {
        const auto pid = parse_pid(text);
        if (!pid) return usage_error(fmt::format("--exclude-tree: {}", pid.error().message));
        insert_once(options.filters.excluded_trees, static_cast<std::uint32_t>(*pid));
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

struct NamedFormat {
    std::string_view name;
    FormatName format;
};

constexpr std::array kNamedFormats = {
    NamedFormat{"line", FormatName::line},
    NamedFormat{"tree", FormatName::tree},
    NamedFormat{"json", FormatName::json},
};

Result<FormatName> parse_format(std::string_view name, std::string_view source) {
    for (const auto& known : kNamedFormats)
        if (known.name == name) return known.format;
    return usage_error(fmt::format("{} is line, tree or json, not {}", source, shown(name)));
}

Result<void> read_format(RawOptions& raw) {
    struct Choice {
        std::string option;
        FormatName format;
    };
    std::vector<Choice> choices;
    if (raw.tree) choices.push_back({"--tree", FormatName::tree});
    if (raw.json) choices.push_back({"--json", FormatName::json});
    if (raw.format) {
        const auto format = parse_format(*raw.format, "--format");
        if (!format) return format.error();
        choices.push_back({"--format " + *raw.format, *format});
    }
    for (const auto& choice : choices)
        if (choice.format != choices.front().format)
            return usage_error(fmt::format("{} and {} contradict each other", choices.front().option, choice.option));
    // What only a line has chooses the line, too.
    if (choices.empty() && !raw.default_format.empty() && !raw.fields) {
        const auto format = parse_format(raw.default_format, "EXECTAP_FORMAT");
        if (!format) return format.error();
        choices.push_back({"EXECTAP_FORMAT", *format});
    }
    if (!choices.empty()) raw.options.format = choices.front().format;
    if (raw.options.format == FormatName::json && !raw.options.command.empty() && !raw.options.output)
        return usage_error(fmt::format("{}{} with a COMMAND needs -o FILE: stdout and stderr are COMMAND's",
                                       choices.front().option, raw.json || raw.format ? "" : "=json"));
    return {};
}

Result<void> read_looks(RawOptions& raw) {
    auto& options = raw.options;
    if (options.wide && options.format != FormatName::tree)
        return usage_error("--wide is for --tree: other formats never shorten anything");
    const auto colours = parse_colours(raw.color);
    if (!colours) return colours.error();
    options.colours = *colours;
    return {};
}

Result<void> read_fields(RawOptions& raw) {
    if (!raw.fields) return {};
    if (raw.options.format == FormatName::json)
        return usage_error("--fields chooses what a line shows; with --json each event has all fields");
    if (raw.options.format == FormatName::tree)
        return usage_error("--fields chooses what a line shows; --tree shows its own");
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
        events.exits = raw.options.format != FormatName::line;
        return {};
    }
    const auto parsed = parse_events(*raw.events);
    if (!parsed) return parsed.error();
    if (raw.no_failed && parsed->attempts)
        return usage_error("--events asks for attempt, which --no-failed leaves out: drop one of the two");
    events = *parsed;
    return {};
}

Result<void> read_probe(RawOptions& raw) {
    auto& options = raw.options;
    for (const auto mechanism : {AttemptMechanism::fexit, AttemptMechanism::kretprobe, AttemptMechanism::tracepoint})
        if (raw.probe == name_of(mechanism)) options.attempts_by = mechanism;
    if (!options.attempts_by && raw.probe != "auto")
        return usage_error(fmt::format("--probe is auto, fexit, kretprobe or tracepoint, not {}", shown(raw.probe)));
    if (options.attempts_by && !options.asked_for.attempts)
        return usage_error(
            fmt::format("--probe says how failed execs are seen, which {} leaves out: drop one of the two",
                        raw.no_failed ? "--no-failed" : "--events"));
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
    const bool has_live_target = has_live_targets(options);
    const bool has_target = !options.pids.empty() || has_live_target || options.all || !options.command.empty();
    if (!has_target)
        return usage_error(
            "nothing to watch: name a PID, --tty TTY, --container NAME, --systemd-unit UNIT, --all, or -- COMMAND");
    if (!options.waits && !has_live_target)
        return usage_error(
            "--no-wait is for terminals, cgroups, units and containers: nothing else is ever waited for");
    if (options.user && options.command.empty())
        return usage_error("--user needs a COMMAND to run: -- COMMAND [ARG...]");
    if (options.strict && options.command.empty())
        return usage_error(
            "--strict is for runs with a COMMAND; without one, 3 is always the status of an incomplete trace");
    if (options.output && options.output->empty()) return usage_error("-o needs the name of a file, or -");
    if (options.appends && (!options.output || *options.output == "-"))
        return usage_error("--append needs -o FILE: the file to append to");
    return {};
}

Result<std::vector<Glob>> parse_globs(std::span<const std::string> texts, std::string_view option) {
    std::vector<Glob> globs;
    for (const auto& text : texts) {
        auto glob = parse_glob(text, {.name = option});
        if (!glob) return usage_error(fmt::format("{} {}: {}", option, shown(text), glob.error().message));
        globs.push_back(std::move(*glob));
    }
    return globs;
}

Result<std::vector<Expression>> parse_expressions(std::span<const std::string> texts, std::string_view option) {
    std::vector<Expression> expressions;
    for (const auto& text : texts) {
        auto expression = parse_expression(text);
        if (!expression) return usage_error(fmt::format("{} {}", option, expression.error().message));
        expressions.push_back(std::move(*expression));
    }
    return expressions;
}

// Who tests what only ends have wants ends to be told: unless --events says what is wanted.
Result<EventKinds> with_kinds_of(const Expression& expression, const RawOptions& raw, std::string_view option) {
    auto kinds = raw.options.events;
    const auto named = expression.kinds_named();
    for (std::size_t kind = 0; kind < kNamedKinds.size(); kind++) {
        const auto& [name, member] = kNamedKinds.at(kind);
        if (!named.at(kind) || kinds.*member) continue;
        const bool is_chosen = option == "--where" && raw.events;
        const bool is_failed = member == &EventKinds::attempts && raw.no_failed;
        if (is_chosen || is_failed)
            return usage_error(fmt::format("{} tests what only events of kind {} have, which {} leaves out", option,
                                           name, is_failed ? "--no-failed" : "--events"));
        kinds.*member = true;
    }
    return kinds;
}

Result<void> read_shown(RawOptions& raw) {
    auto& options = raw.options;
    const auto& filters = options.filters;
    std::vector<Expression> parts;
    auto comms = parse_globs(filters.comms, "--comm");
    if (!comms) return comms.error();
    if (!comms->empty()) parts.push_back(matches_caller(std::move(*comms)));
    auto exes = parse_globs(filters.exes, "--exe");
    if (!exes) return exes.error();
    if (!exes->empty()) parts.push_back(matches_exe(std::move(*exes)));
    auto wheres = parse_expressions(filters.wheres, "--where");
    if (!wheres) return wheres.error();
    if (!wheres->empty()) {
        auto where = any_of(std::move(*wheres));
        auto kinds = with_kinds_of(where, raw, "--where");
        if (!kinds) return kinds.error();
        options.events = *kinds;
        parts.push_back(std::move(where));
    }
    if (!parts.empty()) options.shown = all_of(std::move(parts));
    return {};
}

Result<void> read_expressions(RawOptions& raw) {
    auto& options = raw.options;
    const auto shown = read_shown(raw);
    if (!shown) return shown.error();
    options.asked_for = options.events;
    auto forbidden = parse_expressions(options.filters.fail_ifs, "--fail-if");
    if (!forbidden) return forbidden.error();
    if (forbidden->empty()) return {};
    options.forbidden = any_of(std::move(*forbidden));
    const auto kinds = with_kinds_of(*options.forbidden, raw, "--fail-if");
    if (!kinds) return kinds.error();
    options.asked_for = *kinds;
    return {};
}

// An abbreviation of one, or what few changes make of the word. A letter is near to every other.
std::string_view meant_option(std::string_view name, std::span<const std::string_view> known) {
    if (name.size() <= 2) return {};
    const auto is_abbreviated = [&](std::string_view option) { return option.starts_with(name); };
    if (std::count_if(known.begin(), known.end(), is_abbreviated) == 1)
        return *std::find_if(known.begin(), known.end(), is_abbreviated);
    return nearest(name, known);
}

// Of the words that look like options the first one that is none.
Error unknown_option(const std::string& word, std::span<const std::string> names) {
    const auto name = word.substr(0, word.find('='));
    std::vector<std::string_view> known;
    std::copy_if(names.begin(), names.end(), std::back_inserter(known),
                 [](std::string_view option) { return option.starts_with("--"); });
    const auto meant = meant_option(name, known);
    const auto hint = meant.empty() ? std::string() : fmt::format("did you mean {}? ", meant);
    return usage_error(fmt::format("no option {}; {}exectap -h lists them", shown(word), hint));
}

// Whether the first word that makes no sense is an option: `--filds pid 1` is no wish to run pid.
bool begins_with_unknown_option(const RawOptions& raw, std::span<const char* const> arguments) {
    if (raw.unknown.empty()) return false;
    const std::string_view unknown = raw.unknown.front();
    const auto option = std::find(arguments.begin(), arguments.end(), unknown);
    return std::none_of(arguments.begin() + 1, option, [&](std::string_view word) {
        const auto& words = raw.positional_pids;
        return !is_number(word) && std::find(words.begin(), words.end(), word) != words.end();
    });
}

}  // namespace

Result<ColourUse> parse_colours(std::string_view when) {
    if (when == "auto") return ColourUse::automatic;
    if (when == "always") return ColourUse::always;
    if (when == "never") return ColourUse::never;
    return usage_error(fmt::format("--color is auto, always or never, not {}", shown(when)));
}

Result<Options> read_options(RawOptions raw, std::span<const char* const> arguments,
                             std::span<const std::string> names) {
    if (begins_with_unknown_option(raw, arguments)) return unknown_option(raw.unknown.front(), names);
    const auto pids = read_pids(raw, arguments);
    if (!pids) return pids.error();
    if (!raw.unknown.empty()) return unknown_option(raw.unknown.front(), names);
    // In this order: the format decides about fields and events, and those about what expressions may ask.
    for (const auto read : {read_targets, read_kernel_filters, read_time, read_format, read_looks, read_fields,
                            read_events, read_expressions, read_probe, read_limits}) {
        const auto done = read(raw);
        if (!done) return done.error();
    }
    const auto checked = check_combination(raw.options);
    if (!checked) return checked.error();
    // What is not known to have happened is not known not to have.
    if (raw.options.forbidden) raw.options.strict = true;
    return std::move(raw.options);
}

}  // namespace exectap::cli
