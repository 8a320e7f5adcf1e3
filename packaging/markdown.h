// SPDX-License-Identifier: MIT OR Apache-2.0
// A page of docs/ as a manual page: the Markdown that docs/events.md is written in, and no more.
#pragma once

#include <string>
#include <string_view>

#include "exectap/result.h"

namespace exectap::packaging {

// Sections of roff for each ## of the page; what stands before the first one, its title and text, becomes DESCRIPTION.
// A table is a list: the first column its terms, of `key | form | meaning and source | where` all four are told. A
// paragraph behind the line <!-- this page only --> is left out. What it can't read is an error with its line.
Result<std::string> roff_of_markdown(std::string_view markdown);

}  // namespace exectap::packaging
