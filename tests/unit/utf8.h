// SPDX-License-Identifier: MIT OR Apache-2.0
// A code point as UTF-8.
#pragma once

#include <string>

namespace exectap {

inline std::string utf8(char32_t point) {
    const auto six_bits_from = [point](unsigned bit) { return static_cast<char>(0x80 | (point >> bit & 0x3F)); };
    if (point < 0x80) return {static_cast<char>(point)};
    if (point < 0x800) return {static_cast<char>(0xC0 | point >> 6), six_bits_from(0)};
    if (point < 0x10000) return {static_cast<char>(0xE0 | point >> 12), six_bits_from(6), six_bits_from(0)};
    return {static_cast<char>(0xF0 | point >> 18), six_bits_from(12), six_bits_from(6), six_bits_from(0)};
}

}  // namespace exectap
