// SPDX-License-Identifier: MIT OR Apache-2.0
// The line format: one event, one line, always.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "sink/buffered_sink.h"
#include "sink/fields.h"

namespace exectap {

// Which fields a line shows, and in which order.
class LineFormat {
public:
    // Without fields: the usual ones. What tells that an event is not a plain exec is shown in any case.
    explicit LineFormat(std::span<const Field* const> fields = {});

    // Appends the event's line, without its newline.
    void append(std::string& out, const Event& event, const EventContext& context) const;

private:
    bool is_usual_;
    FieldsByEvent fields_;
    std::vector<const Field*> true_size_;  // of arguments that are cut
};

struct LineOptions {
    std::vector<const Field*> fields;     // empty: the usual ones
    const ProcessTable* table = nullptr;  // for `ancestry`; it is to know of an event before write() gets it
};

class LineSink final : public BufferedSink {
public:
    LineSink(Output& output, const Clock& clock, const LineOptions& options = {})
        : BufferedSink(output), clock_(clock), table_(options.table), format_(options.fields) {}

    using Sink::write;
    void write(const Event& event) override;

private:
    Clock clock_;
    const ProcessTable* table_;
    LineFormat format_;
};

}  // namespace exectap
