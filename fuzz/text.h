// SPDX-License-Identifier: MIT OR Apache-2.0
// What a text may be, known without src/sink/utf8.h, so that a mistake made there is not made here too.
#pragma once

#include <string_view>

namespace exectap::fuzz {

bool is_utf8(std::string_view bytes);

// It can be printed: UTF-8 on one line, without control characters, those that change the direction of what is around
// them, and those that have no width.
bool is_safe(std::string_view text);

}  // namespace exectap::fuzz
