// SPDX-License-Identifier: MIT OR Apache-2.0
// Manual pages in the source that man(1) reads: roff with its macros of the package man.
#pragma once

#include <string>
#include <string_view>

namespace exectap::cli {

// Plain text as roff has to have it.
std::string roff(std::string_view text);

// .TH: "EXECTAP", "1", "User Commands".
std::string page_title(std::string_view name, std::string_view section, std::string_view manual);

std::string section(std::string_view name);
std::string paragraph(std::string_view text);

// A term in bold, and what it means.
std::string item(std::string_view term, std::string_view text);

// Lines that stay as they are.
std::string verbatim(std::string_view text);

}  // namespace exectap::cli
