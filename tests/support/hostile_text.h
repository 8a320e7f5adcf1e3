// SPDX-License-Identifier: MIT OR Apache-2.0
// Text that would mislead who sees it on a terminal, and the check that none reached it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace exectap::test {

// Said by their numbers: as characters they would mislead who reads this file.
inline constexpr std::string_view kRightToLeftOverride = "\xe2\x80\xae";  // NOLINT(misc-misleading-bidirectional)
inline constexpr std::string_view kRightToLeftMark = "\xe2\x80\x8f";
inline constexpr std::string_view kRightToLeftIsolate = "\xe2\x81\xa7";  // NOLINT(misc-misleading-bidirectional)
inline constexpr std::string_view kZeroWidthSpace = "\xe2\x80\x8b";
inline constexpr std::string_view kZeroWidthJoiner = "\xe2\x80\x8d";
inline constexpr std::string_view kWordJoiner = "\xe2\x81\xa0";
inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
inline constexpr std::string_view kLineSeparator = "\xe2\x80\xa8";
inline constexpr std::string_view kTagLetter = "\xf3\xa0\x81\xa1";
inline constexpr std::string_view kC1ControlSequence = "\xc2\x9b";
// A surrogate, what is beyond Unicode, an overlong slash, a lead without its end, and bytes that never stand in UTF-8.
inline constexpr std::string_view kNotUtf8 = "\xed\xa0\x80 \xf4\x90\x80\x80 \xc0\xaf \xe2\x82 \xc3( \xff\xfe";

// Ends the string that it stands in, and the line, and begins another one. Has no slash: it can be a file's name.
inline constexpr std::string_view kForged = "x\"}\n{\"v\":1,\"type\":\"exec\",\"seq\":1,\"argv\":[\"";

// Every byte there is but NUL, and those that the place does not take.
inline std::string every_byte_but(std::string_view left_out) {
    std::string bytes;
    for (int byte = 1; byte < 256; byte++) {
        const char c = static_cast<char>(byte);
        if (left_out.find(c) == std::string_view::npos) bytes += c;
    }
    return bytes;
}

// Takes one character off the front of `rest`; -1, and one byte, where it is not UTF-8 in its shortest form.
inline long take_code_point(std::string_view& rest) {
    const auto byte = [&rest](std::size_t i) { return static_cast<unsigned char>(rest[i]); };
    const auto lead = byte(0);
    const std::size_t length = lead < 0x80   ? 1
                               : lead < 0xC2 ? 0
                               : lead < 0xE0 ? 2
                               : lead < 0xF0 ? 3
                               : lead < 0xF5 ? 4
                                             : 0;
    long point = length == 1 ? lead : lead & (0x7FU >> length);
    bool is_good = length != 0 && rest.size() >= length;
    for (std::size_t i = 1; is_good && i < length; i++) {
        is_good = (byte(i) & 0xC0U) == 0x80U;
        point = point * 64 + (byte(i) & 0x3F);
    }
    constexpr std::array<long, 5> kFirst{0, 0, 0x80, 0x800, 0x10000};
    is_good = is_good && point >= kFirst.at(length) && point <= 0x10FFFF && (point < 0xD800 || point > 0xDFFF);
    rest.remove_prefix(is_good ? length : 1);
    return is_good ? point : -1;
}

// Controls of C0 and C1, DEL, and what is bidirectional, has no width, or breaks lines.
inline bool is_harmful(long point) {
    const auto is_in = [point](long first, long last) { return first <= point && point <= last; };
    return is_in(-1, 0x1F) || is_in(0x7F, 0x9F) || point == 0xAD || point == 0x61C || is_in(0x200B, 0x200F) ||
           is_in(0x2028, 0x202E) || is_in(0x2060, 0x2069) || point == 0xFEFF || is_in(0xE0000, 0xE0FFF);
}

// Of what exectap wrote, without the newline that ends it.
inline void expect_harmless(std::string_view line) {
    while (!line.empty()) {
        const auto before = line;
        const auto point = take_code_point(line);
        EXPECT_FALSE(is_harmful(point)) << point << " at the beginning of '" << before << "'";
        if (is_harmful(point)) return;
    }
}

}  // namespace exectap::test
