// SPDX-License-Identifier: MIT OR Apache-2.0
// Bytes that an observed process chose, as text that can't reach the terminal as a control sequence nor forge a line.
#pragma once

#include <string>
#include <string_view>

#include "sink/appender.h"

namespace exectap {

// Appends `bytes` in double quotes. Inside: \\ \" \n \r \t; \xNN for any other control byte and for what is not UTF-8;
// \u{...} for invisible and bidirectional characters, spaces other than the plain one included. It is lossless.
void append_quoted(Appender& out, std::string_view bytes);

// The same without the quotes, for what is put together of pieces that end where characters do.
void append_escaped(Appender& out, std::string_view bytes);

inline void append_quoted(std::string& out, std::string_view bytes) {
    Appender appender(out);
    append_quoted(appender, bytes);
}

inline void append_escaped(std::string& out, std::string_view bytes) {
    Appender appender(out);
    append_escaped(appender, bytes);
}

}  // namespace exectap
