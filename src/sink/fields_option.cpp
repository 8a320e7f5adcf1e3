// SPDX-License-Identifier: MIT OR Apache-2.0
// What --fields says and is told.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "sink/escape.h"
#include "sink/fields.h"
#include "sink/nearest.h"

namespace exectap {
namespace {

std::string_view nearest_name(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto* field : fields_but(ShownIn::json)) names.push_back(field->name);
    return nearest(name, names);
}

Error unknown_field(std::string_view name) {
    std::string quoted;
    append_escaped(quoted, name);
    const auto near = nearest_name(name);
    const auto hint = near.empty() ? std::string() : fmt::format("did you mean {}? ", near);
    return usage_error(fmt::format("no field '{}'; {}--fields help lists them", quoted, hint));
}

Result<const Field*> parse_field(std::string_view name) {
    if (name.empty()) return usage_error("--fields has an empty name in its list; it is like pid,comm,argv");
    const auto* field = find_field(name);
    if (field == nullptr) return unknown_field(name);
    if (field->shown_in == ShownIn::json)
        return usage_error(fmt::format("field '{}' is only in --json; --fields help lists what a line can show", name));
    return field;
}

std::string event_names(const Field& field) {
    std::string names;
    for (std::size_t event = 0; event < kEventNames.size(); event++) {
        if (!has_field(event, field)) continue;
        if (!names.empty()) names += ' ';
        names += kEventNames[event];
    }
    return names;
}

}  // namespace

Result<std::vector<const Field*>> parse_fields(std::string_view list) {
    if (list.empty()) return usage_error("--fields needs a list, like pid,comm,argv; --fields help lists them");
    std::vector<const Field*> fields;
    for (bool is_last = false; !is_last;) {
        const auto comma = list.find(',');
        const auto field = parse_field(list.substr(0, comma));
        if (!field) return field.error();
        if (std::find(fields.begin(), fields.end(), *field) == fields.end()) fields.push_back(*field);
        is_last = comma == std::string_view::npos;
        if (!is_last) list.remove_prefix(comma + 1);
    }
    return fields;
}

std::string fields_help() {
    std::string help;
    const auto append_row = [&](std::string_view name, std::string_view events, std::string_view about) {
        fmt::format_to(std::back_inserter(help), "{:<18}{:<29}{}\n", name, events, about);
    };
    append_row("FIELD", "OF", "MEANING");
    for (const auto* field : fields_but(ShownIn::json)) append_row(field->name, event_names(*field), field->about);
    help +=
        "\nWhatever is chosen, an attempt shows its error, an exit its exit_code or signal, a fork its child_pid, and "
        "what was\n"
        "lost is told.\n";
    return help;
}

}  // namespace exectap
