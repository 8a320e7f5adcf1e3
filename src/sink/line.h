// SPDX-License-Identifier: MIT OR Apache-2.0
// The line format: one event, one line, always.
#pragma once

#include <chrono>
#include <string>

#include "exectap/event.h"
#include "exectap/sink.h"
#include "sink/output.h"

namespace exectap {

enum class TimeStyle {
    start,  // seconds since the trace began
    boot,   // seconds since the machine booted, suspended time included
    wall,   // UTC
};

// How the clock of events is shown; measured once, when the trace begins.
struct Clock {
    TimeStyle style = TimeStyle::start;
    std::chrono::nanoseconds start_since_boot{};  // CLOCK_BOOTTIME when the trace began
    std::chrono::nanoseconds wall_minus_boot{};   // CLOCK_REALTIME - CLOCK_BOOTTIME

    static Clock now(TimeStyle style);
};

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
