// SPDX-License-Identifier: MIT OR Apache-2.0
// Any bytes as JSON: a string that is always valid and always safe to print, and base64 of the bytes themselves.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "sink/appender.h"

namespace exectap {

// Appends `bytes` as they stand inside a JSON string's quotes. Quotes, backslashes, control, invisible and
// bidirectional characters (is_hidden) are escaped; what is not UTF-8 becomes U+FFFD, one for each maximal subpart.
// Returns whether all of it was UTF-8.
bool append_json_text(Appender& out, std::string_view bytes);

// The same in double quotes.
bool append_json_string(Appender& out, std::string_view bytes);

// Appends the base64 (RFC 4648, padded) of bytes that come in pieces.
class Base64 {
public:
    explicit Base64(Appender& out) : out_(out) {}

    void append(std::string_view bytes);
    void end();  // once, after the last piece

private:
    void append_group(std::size_t digits);

    Appender& out_;
    std::array<unsigned char, 3> group_{};
    std::size_t in_group_ = 0;
};

}  // namespace exectap
