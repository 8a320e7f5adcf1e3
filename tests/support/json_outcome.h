// SPDX-License-Identifier: MIT OR Apache-2.0
// A run with --json, and what it came to. All that it wrote is validated: each line, and the whole.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/exectap.h"
#include "support/json_events.h"

namespace exectap::test {

struct JsonOutcome {
    ExitStatus status;
    std::vector<JsonEvent> lines;  // from `start` to `summary`
    std::vector<std::string> out;  // what COMMAND wrote; empty where the events went to stdout
    std::vector<std::string> err;

    const JsonEvent& start() const { return lines.front(); }
    const JsonEvent& summary() const { return lines.back(); }

    // Those with a place in the order: neither `start` nor processes nor `summary`.
    std::vector<JsonEvent> events() const;

    // In their order; empty when there is none.
    std::vector<JsonEvent> of(std::string_view type) const;
    std::vector<JsonEvent> of(std::string_view type, pid_t pid) const;

    // The only one. Throws, with all lines, when there is none or more than one.
    JsonEvent one(std::string_view type) const;
    JsonEvent one(std::string_view type, pid_t pid) const;
};

// Throws unless stdout is a whole stream, valid in every line, of a run that says it is complete.
JsonOutcome json_outcome(Outcome outcome);

// The same of a run that may have lost events.
JsonOutcome json_outcome_with_gaps(Outcome outcome);

// One that is ready and writes JSON to its stdout.
class JsonWatching : public Watching {
public:
    explicit JsonWatching(std::vector<std::string> arguments, ProcessOptions options = {})
        : Watching(with_json(std::move(arguments)), std::move(options)) {}

    JsonOutcome stop() { return json_outcome(Watching::stop()); }
    JsonOutcome finish() { return json_outcome(Watching::finish()); }

private:
    static std::vector<std::string> with_json(std::vector<std::string> arguments);
};

// Watches a program that says "ready", tells it to go on, and waits for the end of both.
JsonOutcome watch_json(Process& program, const std::vector<std::string>& options = {});

// Runs it to its end, with an empty stdin and the events in a file: so what COMMAND writes is in `out` and `err`.
JsonOutcome run_json(const std::vector<std::string>& arguments, ProcessOptions options = {});

// For messages.
std::string text_of(const std::vector<JsonEvent>& lines);

}  // namespace exectap::test
