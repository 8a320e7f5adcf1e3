// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/values.h"

#include <fmt/format.h>

#include <charconv>
#include <cstring>
#include <vector>

#include "sink/escape.h"
#include "sink/nearest.h"

namespace exectap {
namespace {

std::string quoted(std::string_view text) {
    constexpr std::size_t kLongest = 64;
    std::string quoted;
    append_quoted(quoted, text.substr(0, kLongest));
    if (text.size() > kLongest) quoted.insert(quoted.size() - 1, "...");
    return quoted;
}

std::string_view form_of(const Field& field) {
    if (is_number(field)) return "a number";
    if (field.form == Form::list) return "a list of texts";
    return "text";
}

// Events name signals and errors, where people may have numbers in mind.
std::string text_for(std::string_view word, const Field& field) {
    int number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error == std::errc{} && end == word.data() + word.size() && number > 0) {
        if (field.name == "signal" && number <= 64) return quoted(signal_word(number).text());
        const char* name = field.name == "error" ? ::strerrorname_np(number) : nullptr;
        if (name != nullptr) return quoted(name);
    }
    return quoted(word);
}

}  // namespace

bool is_number(const Field& field) { return field.form == Form::number || field.form == Form::duration; }

std::string no_field(std::string_view name) {
    std::vector<std::string_view> names;
    for (const auto& field : all_fields()) names.push_back(field.name);
    const auto near = nearest(name, names);
    const auto hint = near.empty() ? std::string() : fmt::format("did you mean {}? ", near);
    return fmt::format("no field '{}'; {}--fields help lists them", name, hint);
}

std::optional<std::string> objection_to(std::string_view sign, const Field& field) {
    if (field.form == Form::yes_no) return fmt::format("{0} is yes or no; write {0} or !{0}", field.name);
    const bool is_order = sign.starts_with('<') || sign.starts_with('>');
    if (sign.ends_with('~') && is_number(field))
        return fmt::format("{} is for text, and {} is a number; write == or in", sign, field.name);
    if (!is_order || is_number(field)) return std::nullopt;
    const auto* other = find_field(fmt::format("{}_ns", field.name));
    const auto advice = other == nullptr ? std::string("write == or ~") : fmt::format("write {}", other->name);
    return fmt::format("{} is for numbers, and {} is {}; {}", sign, field.name, form_of(field), advice);
}

Result<Number> read_number(const Token& value, std::string_view word, const Field& field) {
    if (value.kind == TokenKind::number) return parse_number(value.text, field);
    if (word.empty() && value.kind != TokenKind::string) return usage_error("a value is missing here");
    const auto inner = value.kind == TokenKind::string ? value.text.substr(1, value.text.size() - 2) : word;
    if (parse_number(inner, field)) return usage_error(fmt::format("{} is a number; write {}", field.name, inner));
    return usage_error(fmt::format("{} is a number; write one, like 12", field.name));
}

std::string instead_of_text(const Token& value, std::string_view word, const Field& field) {
    if (value.kind == TokenKind::string)
        return R"(no such escape; there are \\ \" \' \n \r \t \xNN \u{...}, and a backslash itself is \\)";
    if (value.kind == TokenKind::wrong && (value.text[0] == '"' || value.text[0] == '\''))
        return std::string(value.advice);
    if (word.empty()) return "a value is missing here";
    return fmt::format("{} is {}; write {}", field.name, form_of(field), text_for(word, field));
}

std::string_view example_set(const Field& field) { return is_number(field) ? R"({1, 2})" : R"({"a", "b"})"; }

}  // namespace exectap
