// SPDX-License-Identifier: MIT OR Apache-2.0
// A place in a document that a program fills.
#pragma once

#include <string>
#include <string_view>

namespace exectap::bench {

// What stands between the lines "<!-- NAME: begin -->" and "<!-- NAME: end -->" of the file. Throws where they are
// missing, and so does the other.
std::string marked_text(const std::string& path, std::string_view name);

void replace_marked(const std::string& path, std::string_view name, std::string_view text);

}  // namespace exectap::bench
