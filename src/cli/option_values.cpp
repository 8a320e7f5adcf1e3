// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/option_values.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "cli/help.h"
#include "sink/fields.h"

namespace exectap::cli {
namespace {

struct NamedKind {
    std::string_view name;
    ValueKind kind;
};

constexpr std::array kNamedKinds = {
    NamedKind{"PID", ValueKind::process},       NamedKind{"TTY", ValueKind::terminal},
    NamedKind{"NAME|ID", ValueKind::container}, NamedKind{"UNIT", ValueKind::unit},
    NamedKind{"PATH", ValueKind::cgroup},       NamedKind{"NAME", ValueKind::user},
    NamedKind{"USER", ValueKind::user},         NamedKind{"FILE", ValueKind::file},
    NamedKind{"LIST", ValueKind::list},         NamedKind{"GLOB", ValueKind::text},
    NamedKind{"EXPR", ValueKind::text},         NamedKind{"BYTES", ValueKind::text},
    NamedKind{"SIZE", ValueKind::text},
};

std::vector<std::string> split(std::string_view text, char separator) {
    std::vector<std::string> words;
    for (std::size_t from = 0; from <= text.size();) {
        const auto end = std::min(text.find(separator, from), text.size());
        words.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    return words;
}

bool is_word(const std::string& text) {
    return !text.empty() &&
           std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
}

// The first words of a text with nothing but `separator` between them: two or more.
std::vector<std::string> words_in(std::string_view text, char separator) {
    for (const auto& part : split(text, ' ')) {
        auto words = split(part, separator);
        if (words.size() > 1 && std::all_of(words.begin(), words.end(), is_word)) return words;
    }
    return {};
}

std::vector<std::string> names_of_fields() {
    std::vector<std::string> names;
    for (const auto* field : fields_but(ShownIn::json)) names.emplace_back(field->name);
    return names;
}

Values list_of(const CLI::Option& option) {
    auto words = words_in(brief(option), ',');
    // Too many for a line: --fields help is the list.
    return {ValueKind::list, words.empty() ? names_of_fields() : words};
}

}  // namespace

std::optional<Values> values_of(const CLI::Option& option) {
    if (option.get_items_expected_max() == 0) return Values{};
    const auto name = option.get_type_name();
    const auto* const named =
        std::find_if(kNamedKinds.begin(), kNamedKinds.end(), [&](const auto& known) { return known.name == name; });
    if (named != kNamedKinds.end()) return named->kind == ValueKind::list ? list_of(option) : Values{named->kind, {}};
    for (const std::string_view text : {std::string_view{name}, brief(option)})
        if (auto words = words_in(text, '|'); !words.empty()) return Values{ValueKind::choice, std::move(words)};
    return std::nullopt;
}

}  // namespace exectap::cli
