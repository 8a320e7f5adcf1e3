// SPDX-License-Identifier: MIT OR Apache-2.0
// How a trace is shown. A new format is one file in src/sink and one line in the factory of src/cli/run.cpp.
#pragma once

#include <string>

#include "exectap/event.h"
#include "exectap/session.h"
#include "exectap/trace.h"

namespace exectap {

// Each function appends whole lines, ended by newlines, or nothing where the format does not tell of such things.
class Format {
public:
    virtual ~Format() = default;

    // Before all else, and for each process that ran before the trace.
    virtual void begin(std::string& /*out*/, const TraceStart& /*start*/) {}
    virtual void append(std::string& /*out*/, const ProcessInfo& /*process*/) {}

    virtual void append(std::string& /*out*/, const TargetChange& /*change*/) {}

    virtual void append(std::string& out, const Event& event) = 0;

    // After all else.
    virtual void end(std::string& /*out*/, const TraceEnd& /*end*/) {}
};

}  // namespace exectap
