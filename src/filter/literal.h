// SPDX-License-Identifier: MIT OR Apache-2.0
// Values as they are written in an expression.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "exectap/result.h"
#include "sink/fields.h"

namespace exectap {

// Of any field, signed or not.
struct Number {
    bool is_negative = false;  // and then not 0
    std::uint64_t magnitude = 0;

    static Number of(std::uint64_t number) { return {false, number}; }
    static Number of(std::int64_t number) {
        const auto bits = static_cast<std::uint64_t>(number);
        return number < 0 ? Number{true, ~bits + 1} : Number{false, bits};
    }

    friend bool operator==(const Number&, const Number&) = default;
    friend std::strong_ordering operator<=>(const Number& one, const Number& other) {
        if (one.is_negative != other.is_negative) return other.is_negative <=> one.is_negative;
        return one.is_negative ? other.magnitude <=> one.magnitude : one.magnitude <=> other.magnitude;
    }
};

// Decimal with a sign or hexadecimal with 0x; of a duration with a unit and a fraction, too. Usage errors.
Result<Number> parse_number(std::string_view text, const Field& field);

// A string without its quotes. An escape that there is not: where it is.
struct Unquoted {
    std::string text;
    std::size_t wrong_at = std::string_view::npos;
};
Unquoted unquote(std::string_view inner);

}  // namespace exectap
