// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap-events(5): docs/events.md, and the table of fields.
#pragma once

#include <string>
#include <string_view>

#include "exectap/result.h"

namespace exectap::packaging {

// `docs`: the text of docs/events.md, which tells what a table of fields can't. Tests hold it to the schema and to what
// the program says, so that there is one text for all.
Result<std::string> events_manual(std::string_view docs);

}  // namespace exectap::packaging
