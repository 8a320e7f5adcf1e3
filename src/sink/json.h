// SPDX-License-Identifier: MIT OR Apache-2.0
// JSON Lines: one object for each event, for the trace's start and end, and for each process that ran before.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "exectap/clock.h"
#include "exectap/session.h"
#include "exectap/trace.h"
#include "sink/fields.h"
#include "sink/format.h"

namespace exectap {

class JsonFormat final : public Format {
public:
    // What is looked up in is to know of an event before append() gets it.
    explicit JsonFormat(const Clock& clock, const Lookups& lookups = {});

    // What the session has to be asked for: each event has all its fields.
    static FieldNeeds needs();

    void begin(std::string& out, const TraceStart& start) override;
    void append(std::string& out, const ProcessInfo& process) override;
    void append(std::string& out, const TargetChange& change) override;
    void append(std::string& out, const Event& event) override;
    void end(std::string& out, const TraceEnd& end) override;

private:
    Clock clock_;
    Lookups lookups_;
    FieldsByEvent fields_;
    EventKinds events_;                         // those that the summary counts
    std::vector<std::string_view> unreadable_;  // of the event at hand
};

}  // namespace exectap
