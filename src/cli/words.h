// SPDX-License-Identifier: MIT OR Apache-2.0
// How words of the command line are shown in messages: on one line, whatever is in them.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace exectap::cli {

// In single quotes, escaped.
std::string shown(std::string_view word);

// As it is, if that can be shown: quotes and backslashes are a shell's business.
std::string shown_plain(std::string_view text);

// As one would type it in a shell, quoted only where that is needed; what can't be shown is escaped.
std::string shell_line(std::span<const std::string> words);

}  // namespace exectap::cli
