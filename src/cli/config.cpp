// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/config.h"

#include <algorithm>
#include <utility>

#include "sink/json.h"

namespace exectap::cli {

FieldNeeds needs_of(const Options& options) {
    return options.format == FormatName::json ? JsonFormat::needs() : exectap::needs_of(options.fields);
}

Result<SessionConfig> resolve_config(const Options& options) {
    SessionConfig config;
    config.all = options.all;
    config.watch_children = options.watch_children;
    config.events = options.events;
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
    for (const auto& text : options.terminals) {
        auto terminal = resolve_terminal(text);
        if (!terminal) return terminal.error();
        const bool is_known = std::any_of(config.terminals.begin(), config.terminals.end(),
                                          [&](const auto& known) { return known.device == terminal->device; });
        if (!is_known) config.terminals.push_back(std::move(*terminal));
    }
    return config;
}

}  // namespace exectap::cli
