// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/banner.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "sink/escape.h"

namespace exectap::cli {
namespace {

std::string count_of(std::uint64_t count, std::string_view singular, std::string_view plural) {
    return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string quoted(std::string_view text) {
    std::string out;
    append_quoted(out, text);
    return out;
}

void append_list(std::string& text, std::string_view kind, std::span<const std::string> names) {
    if (names.empty()) return;
    std::vector<std::string> shown;
    for (const auto& name : names) shown.push_back(quoted(name));
    text += fmt::format("({}: [{}]) ", kind, fmt::join(shown, ", "));
}

std::vector<std::string> what_is_missing(const SessionSummary& summary) {
    std::vector<std::string> missing;
    const auto total = summary.total();
    const auto accounted =
        total.delivered + total.filtered + total.lost + total.not_queued + total.not_written + summary.bad_records;
    if (total.lost > 0) missing.push_back(fmt::format("{} lost (ring full)", total.lost));
    if (total.not_queued > 0) missing.push_back(fmt::format("{} lost (buffer full)", total.not_queued));
    if (total.not_written > 0) missing.push_back(fmt::format("{} not written", total.not_written));
    if (summary.bad_records > 0)
        missing.push_back(fmt::format("{} not understood (an internal error)", summary.bad_records));
    if (accounted != total.seen)
        missing.push_back(
            fmt::format("{} unaccounted for (an internal error)", total.seen > accounted ? total.seen - accounted : 0));
    if (summary.undecided > 0) missing.push_back(fmt::format("{} undecided (unreadable or cut)", summary.undecided));
    if (summary.skipped > 0) missing.push_back(fmt::format("{} skipped (by the kernel)", summary.skipped));
    if (summary.marks_lost > 0)
        missing.push_back(fmt::format("{} could not be marked, what {} ran is unknown",
                                      count_of(summary.marks_lost, "thread", "threads"),
                                      summary.marks_lost == 1 ? "it" : "they"));
    if (summary.cgroups_lost > 0)
        missing.push_back(fmt::format("{} could not be followed, what ran in {} is unknown",
                                      count_of(summary.cgroups_lost, "cgroup", "cgroups"),
                                      summary.cgroups_lost == 1 ? "it" : "them"));
    if (summary.lineage_lost > 0)
        missing.push_back(fmt::format("{} could not be followed while the trace started",
                                      count_of(summary.lineage_lost, "process", "processes")));
    return missing;
}

}  // namespace

std::optional<std::string> banner(const Options& options, std::span<const TerminalTarget> terminals) {
    const bool has_command = !options.command.empty();
    const auto until =
        has_command ? fmt::format("(until {} ends)", quoted(options.command.front())) : "(Ctrl-C to exit)";
    if (options.all) return fmt::format("Watching execve syscalls for all processes {}", until);
    if (options.pids.empty() && !has_live_targets(options)) return std::nullopt;

    auto text = fmt::format("Watching execve syscalls for PIDs: [{}] ", fmt::join(options.pids, ", "));
    std::vector<std::string> paths;
    for (const auto& terminal : terminals) paths.push_back(terminal.path);
    append_list(text, "TTY filters", paths);
    append_list(text, "cgroups", options.cgroups);
    append_list(text, "units", options.units);
    append_list(text, "containers", options.containers);
    if (has_command) text += fmt::format("and {} ", quoted(options.command.front()));
    text += fmt::format("(children {}) {}", options.watch_children ? "included" : "ignored", until);
    return text;
}

std::string verdict(const SessionSummary& summary) {
    auto text = count_of(summary.execs.seen, "exec", "execs");
    if (summary.attempt_mechanism != AttemptMechanism::off)
        text += ", " + count_of(summary.attempts.seen, "attempt", "attempts");
    const bool is_exact = exectap::is_exact(summary.attempt_mechanism);
    const auto filtered = summary.total().filtered;
    const auto missing = what_is_missing(summary);
    if (missing.empty() && filtered == 0) {
        text += " seen, all delivered: complete";
    } else if (missing.empty()) {
        text +=
            fmt::format(" seen, {} filtered, all others delivered: complete", count_of(filtered, "event", "events"));
    } else {
        // Named here because the sums that follow include them.
        if (summary.exits.seen > 0) text += ", " + count_of(summary.exits.seen, "exit", "exits");
        if (summary.forks.seen > 0) text += ", " + count_of(summary.forks.seen, "fork", "forks");
        text += fmt::format(" seen, {}{} delivered, {}: incomplete",
                            filtered > 0 ? count_of(filtered, "event", "events") + " filtered, " : "",
                            summary.total().delivered, fmt::join(missing, ", "));
    }
    if (!is_exact) text += "; attempts are not exact (kretprobe)";
    if (summary.still_alive > 0)
        text += "; " + count_of(summary.still_alive, "watched process", "watched processes") + " still alive";
    return text;
}

}  // namespace exectap::cli
