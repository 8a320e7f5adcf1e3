// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/buffered_sink.h"

#include <utility>

namespace exectap {

Result<void> BufferedSink::flush() {
    auto flushed = flush_buffer();
    return early_ ? flushed : std::exchange(early_, {});
}

std::string& BufferedSink::begin_line(Line line) {
    if (line != line_) flush_early();
    line_ = line;
    return output_.buffer();
}

void BufferedSink::end_line() {
    output_.buffer() += '\n';
    if (output_.is_full()) flush_early();
}

void BufferedSink::flush_early() {
    auto flushed = flush_buffer();
    if (!flushed) early_ = std::move(flushed);
}

Result<void> BufferedSink::flush_buffer() {
    const auto before = output_.lines_not_written();
    auto flushed = output_.flush();
    if (line_ == Line::aside) asides_not_written_ += output_.lines_not_written() - before;
    return flushed;
}

}  // namespace exectap
