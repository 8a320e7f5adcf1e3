// SPDX-License-Identifier: MIT OR Apache-2.0
// Where events go. A sink never waits for who reads them: what it can't keep is counted.
#pragma once

#include "exectap/event.h"
#include "exectap/session.h"
#include "exectap/trace.h"

namespace exectap {

class Sink {
public:
    virtual ~Sink() = default;

    // Before all else, and for each process that ran before the trace.
    virtual void begin(const TraceStart& start) = 0;
    virtual void write(const ProcessInfo& process) = 0;

    virtual void write(const TargetChange& change) = 0;

    virtual void write(const Event& event) = 0;

    // No event comes any more: what was kept back is told.
    virtual void end_events() {}

    // After all else.
    virtual void end(const TraceEnd& end) = 0;

    // Everything written so far may go out.
    virtual void flush() = 0;

    virtual SinkLosses losses() const = 0;
};

}  // namespace exectap
