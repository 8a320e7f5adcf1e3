// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/tree_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <vector>

#include "sink/columns.h"
#include "sink/escape.h"
#include "sink/word.h"

namespace exectap {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kMostNameColumns = 24;

// What is worth a word about the end of a program.
constexpr milliseconds kMuchCpu{100};
constexpr std::uint64_t kMuchMemoryKb = 64 << 10;

// More of a command is never shown.
constexpr std::size_t kMostCommandBytes = 64 << 10;

std::string_view last_component(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    return path.substr(path.rfind('/') + 1);
}

// A word that stands as it is. Anything else is quoted: a word of a tree's signs is no sign.
void append_word(std::string& out, std::string_view word) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_^~";
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) {
        out += word;
        return;
    }
    std::string escaped;
    append_escaped(escaped, word);
    const bool has_quotes = word.find_first_of("'\"\\") != std::string_view::npos;
    const char quote = escaped == word && !has_quotes ? '\'' : '"';
    out += quote;
    out += escaped;
    out += quote;
}

// `first`, and the arguments from there on.
std::string words_of(const Arguments& arguments, std::size_t from, std::string first) {
    std::string text = std::move(first);
    bool is_cut = arguments.is_cut;
    std::size_t index = 0;
    arguments.for_each([&](std::string_view argument, bool /*is_cut*/) {
        if (index++ < from) return;
        if (text.size() > kMostCommandBytes) {
            is_cut = true;
            return;
        }
        if (!text.empty()) text += ' ';
        append_word(text, argument);
    });
    if (is_cut) text += " …";
    return text;
}

std::string one_word(std::string_view word) {
    std::string text;
    append_word(text, word);
    return text;
}

std::string_view filename_of(const Call& call) { return call.filename ? call.filename->bytes : std::string_view(); }

std::vector<std::string_view> first_arguments(const Arguments& arguments) {
    // A script's own name comes after its interpreter and at most one argument of it, and interpreters can be nested
    // five deep.
    constexpr std::size_t kMost = 12;
    std::vector<std::string_view> first;
    arguments.for_each([&](std::string_view argument, bool /*is_cut*/) {
        if (first.size() < kMost) first.push_back(argument);
    });
    return first;
}

CommandText text_without_arguments(const Call& call) {
    const auto filename = filename_of(call);
    CommandText text{one_word(filename) + " (arguments unreadable)", tree_name(filename), {}};
    if (filename.empty()) text.command = "? (unreadable)";
    return text;
}

std::string file_or_unknown(std::string_view filename) { return filename.empty() ? "?" : one_word(filename); }

// The name of a file, where the first argument does not say the same.
std::string file_besides(std::string_view filename, std::string_view argv0) {
    if (argv0.starts_with('-')) argv0.remove_prefix(1);  // a login shell
    if (filename.empty() || last_component(filename) == last_component(argv0)) return {};
    return one_word(filename);
}

}  // namespace

std::size_t tree_time_columns(const Clock& clock) { return clock.style == TimeStyle::wall ? 12 : 5; }

std::string tree_time(nanoseconds since_boot, const Clock& clock) {
    if (clock.style == TimeStyle::wall) {
        const auto utc = utc_word(since_boot + clock.wall_minus_boot, 3);
        const auto text = utc.text();
        return std::string(text.substr(text.find('T') + 1, 12));
    }
    const auto since = clock.style == TimeStyle::boot ? since_boot : since_boot - clock.start_since_boot;
    const auto shown = std::max(since, nanoseconds::zero());
    for (std::size_t digits = 3; digits > 0; digits--) {
        const auto word = seconds_word(shown, digits);
        if (word.text().size() <= 5) return std::string(word.text());
    }
    return fmt::format("{:5}", duration_cast<seconds>(shown).count());
}

std::string short_duration(nanoseconds duration) {
    const auto ms = duration_cast<milliseconds>(duration).count();
    if (ms < 10) return fmt::format("{} ms", seconds_word(duration * 1000, 1).text());
    if (ms < 1000) return fmt::format("{} ms", ms);
    const auto whole = duration_cast<seconds>(duration).count();
    if (whole < 60) return fmt::format("{} s", seconds_word(duration, 2).text());
    if (whole < 3600) return fmt::format("{}m {:02}s", whole / 60, whole % 60);
    return fmt::format("{}h {:02}m", whole / 3600, whole / 60 % 60);
}

std::string shortened_command(std::string_view command, std::size_t columns) {
    const auto program = command.substr(0, command.find(' '));
    const auto slash = program.rfind('/');
    // A quoted word may be anything.
    const bool has_directories =
        slash != std::string_view::npos && slash > 0 && program.find_first_of("'\"") == std::string_view::npos;
    if (columns_of(command) <= columns || !has_directories) return shortened(command, columns);
    return shortened(fmt::format("…{}", command.substr(slash)), columns);
}

std::string tree_name(std::string_view path) {
    return path.empty() ? "?" : shortened(one_word(last_component(path)), kMostNameColumns);
}

std::string tree_name_of_comm(std::string_view comm) { return shortened(one_word(comm), kMostNameColumns); }

CommandText command_text(const ExecEvent& exec) {
    const auto& call = exec.call;
    if (!call.arguments) return text_without_arguments(call);
    const auto filename = filename_of(call);
    const auto first = first_arguments(*call.arguments);
    const auto interpreter = exec.interpreter ? one_word(exec.interpreter->bytes) : "interpreter unreadable";
    // There were none, or none was kept.
    if (first.empty())
        return {words_of(*call.arguments, 0, file_or_unknown(filename)), tree_name(filename),
                exec.is_script ? interpreter : std::string()};
    const auto argv0 = first.front();
    if (!exec.is_script)
        return {words_of(*call.arguments, 0, {}), tree_name(argv0.empty() ? filename : argv0),
                file_besides(filename, argv0)};
    // What the kernel committed begins with the interpreter; the script was called as `filename`.
    const auto script = std::find(first.begin() + 1, first.end(), filename);
    if (script == first.end()) return {words_of(*call.arguments, 0, {}), tree_name(filename), interpreter};
    const auto index = static_cast<std::size_t>(script - first.begin());
    return {words_of(*call.arguments, index + 1, one_word(filename)), tree_name(filename), interpreter};
}

CommandText command_text(const AttemptEvent& attempt) {
    const auto& call = attempt.call;
    if (!call.arguments) return text_without_arguments(call);
    const auto filename = filename_of(call);
    const auto first = first_arguments(*call.arguments);
    if (first.empty()) return {words_of(*call.arguments, 0, file_or_unknown(filename)), tree_name(filename), {}};
    CommandText text{words_of(*call.arguments, 0, {}), tree_name(filename), {}};
    // Of a search along PATH its many directories are not told.
    if (call.folded_attempts == 0 && filename != first.front() && !filename.empty()) text.file = one_word(filename);
    return text;
}

std::string end_text(const ExitEvent& exit) {
    auto text = exit.signal == 0 ? fmt::format("exited {}", exit.exit_code)
                                 : fmt::format("killed by {}", signal_word(exit.signal).text());
    if (exit.core_dumped) text += " (core dumped)";
    if (exit.duration) text += " after " + short_duration(*exit.duration);
    const auto cpu = exit.user_time.value_or(nanoseconds::zero()) + exit.system_time.value_or(nanoseconds::zero());
    if (cpu >= kMuchCpu) text += fmt::format(", {} cpu", short_duration(cpu));
    if (exit.max_rss_kb.value_or(0) >= kMuchMemoryKb) text += fmt::format(", {} MiB", *exit.max_rss_kb >> 10U);
    return text;
}

}  // namespace exectap
