// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap(1), from the same tables as --help.
#pragma once

#include <string>

namespace exectap::cli {

// The source of the manual page, for man(1).
std::string manual_page();

}  // namespace exectap::cli
