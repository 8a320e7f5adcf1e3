// SPDX-License-Identifier: MIT OR Apache-2.0
// What formats with a line for each event have in common: when lines go out, and when an error is told.
#pragma once

#include <cstdint>
#include <string>

#include "exectap/sink.h"
#include "sink/output.h"

namespace exectap {

class BufferedSink : public Sink {
public:
    Result<void> flush() final;

    // Asides are not counted, unless somebody flushes the Output behind the sink's back while one waits in it.
    std::uint64_t events_not_written() const final { return output_.lines_not_written() - asides_not_written_; }

protected:
    explicit BufferedSink(Output& output) : output_(output) {}

    // An aside is a line that is no event: of the trace, or of a process that ran before it.
    enum class Line { event, aside };

    // Where to append one line, which then is ended by end_line(). Events and asides are never in the buffer together,
    // for the output counts lines.
    std::string& begin_line(Line line);
    void end_line();

private:
    void flush_early();
    Result<void> flush_buffer();

    Output& output_;
    Result<void> early_;  // what a flush of a full buffer said
    Line line_ = Line::event;
    std::uint64_t asides_not_written_ = 0;
};

}  // namespace exectap
