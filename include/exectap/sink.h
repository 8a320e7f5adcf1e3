// SPDX-License-Identifier: MIT OR Apache-2.0
// Where events go. A new format is one file in src/sink and one line in the factory.
#pragma once

#include <cstdint>

#include "exectap/event.h"
#include "exectap/result.h"
#include "exectap/trace.h"

namespace exectap {

class Sink {
public:
    virtual ~Sink() = default;

    // Before all else, and for each process that ran before the trace. Not every format tells of them.
    virtual void begin(const TraceStart& /*start*/) {}
    virtual void write(const ProcessInfo& /*process*/) {}

    virtual void write(const Event& event) = 0;

    // After all else.
    virtual void end(const TraceEnd& /*end*/) {}

    // Everything written so far goes out. Error::code is EPIPE when the reader has gone.
    virtual Result<void> flush() = 0;

    // Events that were accepted and can't be delivered any more, since an error.
    virtual std::uint64_t events_not_written() const = 0;
};

}  // namespace exectap
