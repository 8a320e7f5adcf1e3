// SPDX-License-Identifier: MIT OR Apache-2.0
#include "text.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace exectap::fuzz {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode's Bidi_Control, and what has no width of its own, from the names of the characters.
constexpr std::array kUnsafe = {
    Range{0x00, 0x1F},     Range{0x7F, 0x9F},     Range{0xAD, 0xAD},       Range{0x034F, 0x034F},
    Range{0x061C, 0x061C}, Range{0x180E, 0x180E}, Range{0x200B, 0x200F},   Range{0x2028, 0x202E},
    Range{0x2060, 0x2069}, Range{0xFEFF, 0xFEFF}, Range{0xE0000, 0xE007F},
};

// The least that each length is needed for.
constexpr std::array<char32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};

std::size_t length_by(unsigned lead) {
    if (lead < 0x80) return 1;
    if (lead >> 5 == 0b110) return 2;
    if (lead >> 4 == 0b1110) return 3;
    if (lead >> 3 == 0b11110) return 4;
    return 0;
}

// Takes the first character off `bytes`, which is not empty.
std::optional<char32_t> take_character(std::string_view& bytes) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<std::uint8_t>(bytes[at])); };
    const auto length = length_by(byte(0));
    if (length == 0 || length > bytes.size()) return std::nullopt;
    char32_t point = length == 1 ? byte(0) : byte(0) & (0x7FU >> length);
    for (std::size_t at = 1; at < length; at++) {
        if (byte(at) >> 6 != 0b10) return std::nullopt;
        point = point << 6 | (byte(at) & 0x3FU);
    }
    if (point < kLeast[length] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
    bytes.remove_prefix(length);
    return point;
}

template <typename Predicate>
bool consists_of(std::string_view bytes, Predicate is_allowed) {
    while (!bytes.empty()) {
        const auto point = take_character(bytes);
        if (!point || !is_allowed(*point)) return false;
    }
    return true;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
    return consists_of(bytes, [](char32_t) { return true; });
}

bool is_safe(std::string_view text) {
    return consists_of(text, [](char32_t point) {
        return std::none_of(kUnsafe.begin(), kUnsafe.end(),
                            [point](const Range& range) { return point >= range.first && point <= range.last; });
    });
}

}  // namespace exectap::fuzz
