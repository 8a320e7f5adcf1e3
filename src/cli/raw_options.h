// SPDX-License-Identifier: MIT OR Apache-2.0
// Options as they were written, and what they mean.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/options.h"
#include "exectap/result.h"

namespace exectap::cli {

struct RawOptions {
    Options options;  // those that mean what they say
    std::vector<std::string> positional_pids;
    std::vector<std::string> pids;
    std::string time = "start";
    std::optional<std::string> format;
    bool json = false;
    bool tree = false;
    std::string color = "auto";
    std::optional<std::string> fields;
    std::optional<std::string> events;
    std::optional<std::string> max_args;
    std::optional<std::string> ring;
    std::optional<std::string> buffer;
    bool no_watch_children = false;
    bool no_wait = false;
    std::vector<std::string> uids;
    std::vector<std::string> excluded_trees;
    bool no_failed = false;
    std::string probe = "auto";
    std::vector<std::string> unknown;  // words that look like options and are none
    std::string default_format;        // EXECTAP_FORMAT; empty: not set
};

Result<ColourUse> parse_colours(std::string_view when);

// `arguments`: what comes before COMMAND, the program's name first. `names`: those of all options.
Result<Options> read_options(RawOptions raw, std::span<const char* const> arguments,
                             std::span<const std::string> names);

}  // namespace exectap::cli
