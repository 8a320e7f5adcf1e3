// SPDX-License-Identifier: MIT OR Apache-2.0
// How much room text takes on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace exectap {

// Columns that escaped text takes (append_escaped: UTF-8, and nothing hidden in it). Wide characters of East Asia and
// emoji take two, combining ones none; terminals differ on few others.
std::size_t columns_of(std::string_view text);

// As it is, if it fits into so many columns; else its beginning and its end with "…" between them, the beginning being
// twice as long. A word in quotes that is broken up is in quotes on both sides.
std::string shortened(std::string_view text, std::size_t columns);

}  // namespace exectap
