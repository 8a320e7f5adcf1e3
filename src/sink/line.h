// SPDX-License-Identifier: MIT OR Apache-2.0
// The line format: one event, one line, always.
#pragma once

#include <string>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/sink.h"
#include "sink/output.h"

namespace exectap {

// Appends the event's line and its newline.
void append_line(std::string& out, const Event& event, const Clock& clock);

class LineSink final : public Sink {
public:
    LineSink(Output& output, const Clock& clock) : output_(output), clock_(clock) {}

    void write(const Event& event) override;
    Result<void> flush() override;
    std::uint64_t events_not_written() const override { return output_.lines_not_written(); }

private:
    Output& output_;
    Clock clock_;
    Result<void> early_;  // what a flush of a full buffer said
};

}  // namespace exectap
