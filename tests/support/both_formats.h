// SPDX-License-Identifier: MIT OR Apache-2.0
// Two traces of the same processes at the same time, one in lines and one in JSON: what a case comes to must be said by
// both.
#pragma once

#include <string>
#include <vector>

#include "support/exectap.h"
#include "support/json_outcome.h"

namespace exectap::test {

struct InBothFormats {
    Outcome line;
    JsonOutcome json;

    // Those of the lines; all of stdout must be events.
    std::vector<EventLine> events() const { return line.events(); }
};

// Throws unless both runs ended with a verdict that they are complete, and the same one.
InBothFormats in_both_formats(Outcome line, JsonOutcome json);

class WatchingInBoth {
public:
    explicit WatchingInBoth(const std::vector<std::string>& arguments) : line_(arguments), json_(arguments) {}

    Watching& line() { return line_; }
    JsonWatching& json() { return json_; }

    InBothFormats stop();
    // Waits until both end by themselves.
    InBothFormats finish();

private:
    Watching line_;
    JsonWatching json_;
};

// Watches a program that says "ready", tells it to go on, and waits for the end of both traces.
InBothFormats watch_in_both(Process& program, const std::vector<std::string>& options = {});

}  // namespace exectap::test
