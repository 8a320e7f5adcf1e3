// SPDX-License-Identifier: MIT OR Apache-2.0
// Reading bytes that somebody else chose: which of them are characters, and which of those can be shown as they are.
#pragma once

#include <cstddef>
#include <string_view>

namespace exectap {

// How many bytes at the start of `bytes` are printable ASCII other than a double quote and a backslash.
std::size_t plain_prefix(std::string_view bytes);

struct Utf8 {
    bool is_valid = false;
    char32_t code_point = 0;
    std::size_t length = 1;  // in bytes; of what is not valid its maximal subpart, as Unicode calls it (chapter 3.9)
};

// What is at the start of `bytes`, which is not empty. Overlong forms and surrogates are not valid.
Utf8 read_utf8(std::string_view bytes);

// A character, not of ASCII, that shows nothing, looks like a plain space, or changes the order of what is around it;
// or a control character.
bool is_hidden(char32_t code_point);

}  // namespace exectap
