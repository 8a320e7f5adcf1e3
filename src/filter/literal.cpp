// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/literal.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <system_error>

#include "sink/escape.h"

namespace exectap {
namespace {

struct Unit {
    std::string_view name;
    std::uint64_t nanoseconds;
};

constexpr std::array kUnits = {Unit{"ns", 1}, Unit{"us", 1'000}, Unit{"ms", 1'000'000}, Unit{"s", 1'000'000'000},
                               Unit{"m", 60'000'000'000}};

std::string escaped(std::string_view text) {
    std::string escaped;
    append_escaped(escaped, text);
    return escaped;
}

Error too_large(std::string_view text) {
    return usage_error(fmt::format("{} is too large; the largest number is {}", escaped(text),
                                   std::numeric_limits<std::uint64_t>::max()));
}

Error no_number(std::string_view text, const Field& field) {
    constexpr std::string_view kUnitNames = ", or with a unit: 2s, 1.5ms (ns us ms s m)";
    return usage_error(fmt::format("{} is no number; one is written 12, -12 or 0x1f{}", escaped(text),
                                   field.form == Form::duration ? kUnitNames : ""));
}

// Takes digits off `text`. Nothing: too large.
std::optional<std::uint64_t> take_digits(std::string_view& text, int base) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (error == std::errc::result_out_of_range) return std::nullopt;
    return number;
}

// Takes a fraction off `text`, in nanoseconds. Nothing: it is no whole number of them.
std::optional<std::uint64_t> take_fraction(std::string_view& text, std::uint64_t unit) {
    std::uint64_t nanoseconds = 0;
    for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1)) {
        const auto digit = static_cast<std::uint64_t>(text[0] - '0');
        if (digit != 0 && unit % 10 != 0) return std::nullopt;
        unit /= 10;
        nanoseconds += digit * unit;
    }
    return nanoseconds;
}

// `rest` is what follows the digits of `text`: a fraction and a unit.
Result<std::uint64_t> parse_duration(std::string_view text, std::string_view rest, std::uint64_t whole,
                                     const Field& field) {
    const auto name = rest.substr(std::min(rest.find_first_not_of(".0123456789"), rest.size()));
    const auto* unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& known) { return known.name == name; });
    if (unit == kUnits.end()) return no_number(text, field);
    std::uint64_t nanoseconds = 0;
    if (__builtin_mul_overflow(whole, unit->nanoseconds, &nanoseconds)) return too_large(text);
    if (rest[0] != '.') return rest == name ? Result(nanoseconds) : no_number(text, field);
    rest.remove_prefix(1);
    if (rest == name) return no_number(text, field);
    const auto fraction = take_fraction(rest, unit->nanoseconds);
    if (!fraction) return usage_error(fmt::format("{} is no whole number of nanoseconds", escaped(text)));
    if (rest != name) return no_number(text, field);
    if (__builtin_add_overflow(nanoseconds, *fraction, &nanoseconds)) return too_large(text);
    return nanoseconds;
}

bool is_hex_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

void append_utf8(std::string& out, std::uint32_t point) {
    const auto append = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto append_low = [&](unsigned bit) { append(0x80U | (point >> bit & 0x3FU)); };
    if (point < 0x80) return append(point);
    if (point < 0x800) {
        append(0xC0U | point >> 6);
    } else if (point < 0x10000) {
        append(0xE0U | point >> 12);
        append_low(6);
    } else {
        append(0xF0U | point >> 18);
        append_low(12);
        append_low(6);
    }
    append_low(0);
}

// What stands between the backslash's character and the end of the escape, in hexadecimal.
std::optional<std::uint32_t> hex_of(std::string_view digits, std::size_t most_digits) {
    if (digits.empty() || digits.size() > most_digits || !std::all_of(digits.begin(), digits.end(), is_hex_digit))
        return std::nullopt;
    std::uint32_t number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return number;
}

// Of an escape without its backslash; returns how many characters it takes, or 0: there is no such escape.
std::size_t append_unescaped(std::string& out, std::string_view escape) {
    constexpr std::string_view kSimple = "\\\"'nrt";
    constexpr std::string_view kMeaning = "\\\"'\n\r\t";
    if (escape.empty()) return 0;
    if (const auto simple = kSimple.find(escape[0]); simple != std::string_view::npos) {
        out += kMeaning[simple];
        return 1;
    }
    if (escape[0] == 'x') {
        const auto byte = escape.size() < 3 ? std::nullopt : hex_of(escape.substr(1, 2), 2);
        if (byte) out += static_cast<char>(*byte);
        return byte ? 3 : 0;
    }
    const auto end = escape.find('}');
    if (!escape.starts_with("u{") || end == std::string_view::npos) return 0;
    const auto point = hex_of(escape.substr(2, end - 2), 6);
    if (!point || *point > 0x10FFFF || (*point >= 0xD800 && *point <= 0xDFFF)) return 0;
    append_utf8(out, *point);
    return end + 1;
}

}  // namespace

Result<Number> parse_number(std::string_view text, const Field& field) {
    auto rest = text;
    const bool is_negative = rest.starts_with('-');
    if (is_negative) rest.remove_prefix(1);
    const bool is_hex = rest.starts_with("0x") || rest.starts_with("0X");
    if (is_hex) rest.remove_prefix(2);
    const auto is_digit = [&] { return is_hex ? is_hex_digit(rest[0]) : rest[0] >= '0' && rest[0] <= '9'; };
    if (rest.empty() || !is_digit() || (is_hex && is_negative)) return no_number(text, field);
    auto magnitude = take_digits(rest, is_hex ? 16 : 10);
    if (!magnitude) return too_large(text);
    if (!rest.empty()) {
        const bool is_unit = std::any_of(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return rest == u.name; });
        if (is_unit && field.form != Form::duration)
            return usage_error(fmt::format("{} is not in nanoseconds; write a number without {}", field.name, rest));
        if (is_hex || field.form != Form::duration) return no_number(text, field);
        const auto nanoseconds = parse_duration(text, rest, *magnitude, field);
        if (!nanoseconds) return nanoseconds.error();
        magnitude = *nanoseconds;
    }
    return Number{is_negative && *magnitude != 0, *magnitude};
}

Unquoted unquote(std::string_view inner) {
    Unquoted unquoted;
    for (std::size_t at = 0; at < inner.size();) {
        const auto backslash = std::min(inner.find('\\', at), inner.size());
        unquoted.text += inner.substr(at, backslash - at);
        at = backslash;
        if (at == inner.size()) break;
        const auto taken = append_unescaped(unquoted.text, inner.substr(at + 1));
        if (taken == 0) {
            unquoted.wrong_at = at;
            break;
        }
        at += 1 + taken;
    }
    return unquoted;
}

}  // namespace exectap
