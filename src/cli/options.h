// SPDX-License-Identifier: MIT OR Apache-2.0
// The command line: each option is defined once, for parsing and for the help.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "exectap/clock.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "exectap/trace.h"
#include "filter/expression.h"
#include "sink/fields.h"

namespace exectap::cli {

enum class FormatName { line, tree, json };

enum class ColourUse { automatic, always, never };

struct Options {
    std::vector<pid_t> pids;
    std::vector<std::string> terminals;  // as they were written
    std::vector<std::string> cgroups;    // the same
    std::vector<std::string> units;
    std::vector<std::string> containers;
    bool all = false;
    bool waits = true;  // for targets that are not there yet
    bool watch_children = true;
    TraceFilters filters;                 // as they were written
    std::optional<Expression> shown;      // --comm, --exe and --where together; empty: all is shown
    std::optional<Expression> forbidden;  // --fail-if
    std::vector<std::string> command;     // empty: none
    std::optional<std::string> user;
    std::optional<std::string> output;  // a path, or "-"
    bool appends = false;               // to that file
    FormatName format = FormatName::line;
    std::vector<const Field*> fields;  // of a line, in the order asked for; empty: the format's own
    EventKinds events;                 // that are shown
    // Those, and what only an expression of --fail-if asks about.
    EventKinds asked_for;
    std::optional<AttemptMechanism> attempts_by;  // empty: auto
    std::uint64_t max_args_bytes = 64 << 10;      // at most kMostArgsBytes; 0: arguments are only counted
    std::uint64_t ring_bytes = 16 << 20;          // as asked for: the kernel wants a power of two
    std::uint64_t buffer_bytes = 64 << 20;
    TimeStyle time = TimeStyle::start;
    bool wide = false;
    ColourUse colours = ColourUse::automatic;
    bool quiet = false;
    bool strict = false;
    int verbosity = 0;
};

// Some that come and go: terminals, cgroups, units, containers.
bool has_live_targets(const Options& options);

// What the user asked to read instead of tracing: goes to stdout, status 0.
struct Information {
    std::string text;
};

// `arguments` are those of main, the program's name first. There is at least one more.
// `default_format` is that of EXECTAP_FORMAT; empty: there is none.
Result<std::variant<Options, Information>> parse_options(std::span<const char* const> arguments,
                                                         const std::string& default_format = {});

}  // namespace exectap::cli
