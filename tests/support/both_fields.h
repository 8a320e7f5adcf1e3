// SPDX-License-Identifier: MIT OR Apache-2.0
// Two traces of the same processes at the same time, one in JSON and one in lines of chosen fields: each line must say
// of its exec or attempt exactly what JSON says.
#pragma once

#include <string>
#include <vector>

#include "support/both_formats.h"

namespace exectap::test {

// `fields` as --fields takes them. What they hold must be printable ASCII without quotes: how the formats escape is
// for other tests.
class WatchingFields {
public:
    WatchingFields(std::string fields, const Process& target)
        : fields_(std::move(fields)),
          line_({"--events=exec,attempt", "--fields", fields_, target.pid_text()}),
          json_({target.pid_text()}) {}

    Watching& line() { return line_; }
    JsonWatching& json() { return json_; }

    // Both stand still from here on, until they go on; what they watch does not.
    void pause();
    void go_on();

    // What both said, as JSON has it.
    JsonOutcome stop();
    // Waits until both end by themselves.
    JsonOutcome finish();

private:
    JsonOutcome compared(Outcome line, JsonOutcome json) const;

    std::string fields_;
    Watching line_;
    JsonWatching json_;
};

// Watches a program that says "ready", tells it to go on, and waits for the end of all.
JsonOutcome watch_fields(Process& program, const std::string& fields);

}  // namespace exectap::test
