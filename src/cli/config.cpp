// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "cli/formats.h"
#include "target/readers.h"

namespace exectap::cli {
namespace {

// A process that is named as a target would be watched all the same: its own mark comes first.
Result<void> open_excluded_trees(const Options& options, SessionConfig& config) {
    const std::vector<pid_t> roots(options.filters.excluded_trees.begin(), options.filters.excluded_trees.end());
    // COMMAND will be exectap's child.
    auto targets = options.pids;
    if (!options.command.empty()) targets.push_back(::getpid());
    for (const auto target : targets) {
        const auto line = line_of_ancestors(target);
        const auto root = std::find_first_of(roots.begin(), roots.end(), line.begin(), line.end());
        if (root == roots.end()) continue;
        const auto name = target == ::getpid() ? "COMMAND" : fmt::format("process {}", target);
        return usage_error(fmt::format("{} is in the tree of {}, which --exclude-tree leaves out", name, *root));
    }
    for (const auto root : roots) {
        auto process = open_process(root);
        if (!process) return Error{"--exclude-tree: " + process.error().message, process.error().kind};
        config.left_out.push_back(std::move(*process));
    }
    return {};
}

}  // namespace

FieldNeeds needs_of(const Options& options) {
    auto needs = needs_of_format(options);
    needs |= Selection::needs(selection_of(options));
    needs.names |= !options.containers.empty();
    return needs;
}

bool asks_for_names(const Options& options) {
    const bool is_shown = options.format == FormatName::line && exectap::needs_of(options.fields).names;
    return !options.containers.empty() || is_shown || Selection::needs(selection_of(options)).names;
}

Selection::Options selection_of(const Options& options) {
    return {.events = options.events, .shown = options.shown, .forbidden = options.forbidden, .on_forbidden = nullptr};
}

Result<SessionConfig> resolve_config(const Options& options) {
    SessionConfig config;
    config.all = options.all;
    config.watch_children = options.watch_children;
    config.uids = options.filters.uids;
    config.events = options.asked_for;
    config.attempts_by = options.attempts_by;
    config.max_args_bytes = options.max_args_bytes;
    config.ring_bytes = fitting_ring_bytes(options.ring_bytes, options.max_args_bytes);
    const auto needs = needs_of(options);
    config.wants_paths = needs.paths;
    config.wants_ancestry = needs.ancestry;
    for (const auto pid : options.pids) {
        auto process = open_process(pid);
        if (!process) return process.error();
        config.processes.push_back(std::move(*process));
    }
    const auto excluded = open_excluded_trees(options, config);
    if (!excluded) return excluded.error();
    for (const auto& text : options.terminals) {
        auto terminal = resolve_terminal(text);
        if (!terminal) return terminal.error();
        const bool is_known = std::any_of(config.terminals.begin(), config.terminals.end(), [&](const auto& known) {
            return known.device == terminal->device && known.instance == terminal->instance;
        });
        if (!is_known) config.terminals.push_back(std::move(*terminal));
    }
    return config;
}

}  // namespace exectap::cli
