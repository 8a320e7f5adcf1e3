// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/utf8.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace exectap {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Code points that show nothing, look like a plain space, or change the order of what is around them. From Unicode's
// general categories Cc (beyond ASCII), Cf, Zl, Zp and Zs, and the property Default_Ignorable_Code_Point.
constexpr std::array kHidden = {
    Range{0x0080, 0x00A0},   Range{0x00AD, 0x00AD},   Range{0x034F, 0x034F},   Range{0x0600, 0x0605},
    Range{0x061C, 0x061C},   Range{0x06DD, 0x06DD},   Range{0x070F, 0x070F},   Range{0x0890, 0x0891},
    Range{0x08E2, 0x08E2},   Range{0x115F, 0x1160},   Range{0x1680, 0x1680},   Range{0x17B4, 0x17B5},
    Range{0x180B, 0x180F},   Range{0x2000, 0x200F},   Range{0x2028, 0x202F},   Range{0x205F, 0x206F},
    Range{0x2800, 0x2800},   Range{0x3000, 0x3000},   Range{0x3164, 0x3164},   Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF},
};

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

// Without a branch: of a block compilers make vector instructions.
bool is_odd(std::uint8_t c) { return (c < 0x20) | (c >= 0x7F) | (c == '"') | (c == '\\'); }

constexpr std::size_t kBlock = 16;
bool is_plain_block(const char* bytes) {
    std::uint8_t odd = 0;
    for (std::size_t i = 0; i < kBlock; i++) odd |= std::uint8_t{is_odd(static_cast<std::uint8_t>(bytes[i]))};
    return odd == 0;
}

struct ByteRange {
    std::uint8_t first;
    std::uint8_t last;
};

// What may come after the first byte. Here overlong forms, surrogates and what is beyond Unicode are kept out.
ByteRange second_bytes(std::uint8_t lead) {
    switch (lead) {
        case 0xE0: return {0xA0, 0xBF};
        case 0xED: return {0x80, 0x9F};
        case 0xF0: return {0x90, 0xBF};
        case 0xF4: return {0x80, 0x8F};
        default: return {0x80, 0xBF};
    }
}

}  // namespace

std::size_t plain_prefix(std::string_view bytes) {
    std::size_t plain = 0;
    while (bytes.size() - plain >= kBlock && is_plain_block(bytes.data() + plain)) plain += kBlock;
    while (plain < bytes.size() && !is_odd(byte_at(bytes, plain))) plain++;
    return plain;
}

Utf8 read_utf8(std::string_view bytes) {
    const auto lead = byte_at(bytes, 0);
    if (lead < 0x80) return {true, lead, 1};
    if (lead < 0xC2 || lead > 0xF4) return {false, 0, 1};
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    char32_t point = lead & (0xFFU >> (length + 1));
    auto range = second_bytes(lead);
    for (std::size_t i = 1; i < length; i++) {
        if (i == bytes.size() || byte_at(bytes, i) < range.first || byte_at(bytes, i) > range.last)
            return {false, 0, i};
        point = point << 6 | (byte_at(bytes, i) & 0x3FU);
        range = {0x80, 0xBF};
    }
    return {true, point, length};
}

bool is_hidden(char32_t code_point) {
    const auto* range = std::lower_bound(kHidden.begin(), kHidden.end(), code_point,
                                         [](const Range& r, char32_t point) { return r.last < point; });
    return range != kHidden.end() && range->first <= code_point;
}

}  // namespace exectap
