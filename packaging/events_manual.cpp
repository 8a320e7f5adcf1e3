// SPDX-License-Identifier: MIT OR Apache-2.0
#include "events_manual.h"

#include <fmt/format.h>

#include "cli/roff.h"
#include "markdown.h"
#include "sink/fields.h"

namespace exectap::packaging {
namespace {

using cli::paragraph;
using cli::roff;
using cli::section;

// --fields help, as a list.
std::string fields_of_a_line() {
    auto text = section("FIELDS OF A LINE");
    text += paragraph("What --fields can choose, and the kinds of events that have it:");
    for (const auto* field : fields_but(ShownIn::json)) {
        std::string kinds;
        for (std::size_t event = 0; event < kEventNames.size(); event++) {
            if (has_field(event, *field)) kinds += fmt::format("{}{}", kinds.empty() ? "" : ", ", kEventNames[event]);
        }
        text += fmt::format(".TP\n\\fB{}\\fP ({})\n{}\n", roff(field->name), kinds, roff(field->about));
    }
    return text;
}

}  // namespace

Result<std::string> events_manual(std::string_view docs) {
    auto body = cli::page_title("EXECTAP\\-EVENTS", "5", "File Formats");
    body += section("NAME") + "exectap\\-events \\- what exectap writes of events: lines and JSON Lines\n";
    const auto told = roff_of_markdown(docs);
    if (!told) return told.error();
    body += *told + fields_of_a_line();
    body += section("SEE ALSO") + ".BR exectap (1),\n.BR jq (1),\n.BR execve (2),\n.BR waitpid (2),\n.BR cgroups (7)\n";
    return body;
}

}  // namespace exectap::packaging
