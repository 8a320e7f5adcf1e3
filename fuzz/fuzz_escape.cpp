// SPDX-License-Identifier: MIT OR Apache-2.0
// What a line shows of any bytes is safe to print, and can be read back to the byte.
#include <string>
#include <string_view>

#include "sink/escape.h"
#include "target.h"
#include "text.h"
#include "unit/unquoted.h"

namespace exectap::fuzz {

void run(std::string_view input) {
    std::string quoted;
    append_quoted(quoted, input);
    check(is_safe(quoted), "what is quoted is safe to print", quoted);
    check(unquoted(quoted) == input, "what is quoted can be read back", quoted);

    const std::string before = "comm=";
    auto escaped = before;
    append_escaped(escaped, input);
    check(escaped.starts_with(before), "what was there stays", escaped);
    check('"' + escaped.substr(before.size()) + '"' == quoted, "quoted is escaped, between quotes", escaped);
}

}  // namespace exectap::fuzz
