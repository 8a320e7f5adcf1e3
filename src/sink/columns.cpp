// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/columns.h"

#include <algorithm>
#include <array>

#include "sink/utf8.h"

namespace exectap {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Unicode's East_Asian_Width W and F, in blocks, and the emoji.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2E80, 0x303E},   Range{0x3041, 0x33FF},
    Range{0x3400, 0x4DBF},   Range{0x4E00, 0x9FFF},   Range{0xA000, 0xA4CF},   Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE30, 0xFE6F},   Range{0xFF01, 0xFF60},
    Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18DFF}, Range{0x1AFF0, 0x1B2FF}, Range{0x1F300, 0x1F64F},
    Range{0x1F680, 0x1F6FF}, Range{0x1F900, 0x1F9FF}, Range{0x20000, 0x3FFFD},
};

// Combining marks, in blocks.
constexpr std::array kWithoutWidth = {
    Range{0x0300, 0x036F}, Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x064B, 0x065F}, Range{0x1AB0, 0x1AFF},
    Range{0x1DC0, 0x1DFF}, Range{0x20D0, 0x20FF}, Range{0x3099, 0x309A}, Range{0xFE20, 0xFE2F},
};

bool is_in(const auto& ranges, char32_t character) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](Range range) { return range.first <= character && character <= range.last; });
}

std::size_t width_of(const Utf8& character) {
    if (character.code_point < 0x300) return 1;
    if (is_in(kWithoutWidth, character.code_point)) return 0;
    return is_in(kWide, character.code_point) ? 2 : 1;
}

// How many bytes at the start of `text` fit into so many columns.
std::size_t fitting_prefix(std::string_view text, std::size_t columns) {
    std::size_t bytes = 0;
    while (bytes < text.size()) {
        const auto character = read_utf8(text.substr(bytes));
        const auto width = width_of(character);
        if (width > columns) break;
        columns -= width;
        bytes += character.length;
    }
    return bytes;
}

// Where a text that goes on is between quotes, and in an escape.
struct Place {
    char quote = '\0';             // that is open
    std::size_t escape_bytes = 0;  // of the escape that has begun and not ended
    std::size_t escape_left = 0;   // of it, behind
};

std::size_t escape_length(std::string_view text) {
    if (text.starts_with("\\x")) return 4;
    const auto end = text.find('}');
    return text.starts_with("\\u{") && end != std::string_view::npos ? end + 1 : 2;
}

Place place_at(std::string_view text, std::size_t end) {
    Place place;
    for (std::size_t at = 0; at < end; at++) {
        const char c = text[at];
        if (c == '\\' && place.quote == '"') {
            const auto length = std::min(escape_length(text.substr(at)), text.size() - at);
            if (at + length > end) return {place.quote, end - at, at + length - end};
            at += length - 1;
        } else if (c == place.quote) {
            place.quote = '\0';
        } else if (place.quote == '\0' && (c == '"' || c == '\'')) {
            place.quote = c;
        }
    }
    return place;
}

struct Parts {
    std::string_view head;
    std::string_view tail;
};

Parts parts_of(std::string_view text, std::size_t columns) {
    const auto all = columns_of(text);
    const auto room = columns - 1;
    const auto head = fitting_prefix(text, room - room / 3);
    // What is left out before the end: as much as does not fit.
    auto tail = text.size() - fitting_prefix(text, all - room / 3);
    if (columns_of(text.substr(text.size() - tail)) > room / 3)
        tail -= read_utf8(text.substr(text.size() - tail)).length;
    return {text.substr(0, head), text.substr(text.size() - tail)};
}

// What stands between quotes still does when its quotes are left out: each part gets its own.
std::string with_quotes(std::string_view text, Parts parts) {
    const auto before = place_at(text, parts.head.size());
    const auto behind = place_at(text, text.size() - parts.tail.size());
    std::string out(parts.head.substr(0, parts.head.size() - before.escape_bytes));
    if (before.quote != '\0' && out.back() == before.quote && place_at(out, out.size() - 1).quote == '\0')
        out.pop_back();
    else if (before.quote != '\0')
        out += before.quote;
    out += "…";
    auto tail = parts.tail.substr(std::min(behind.escape_left, parts.tail.size()));
    if (behind.quote != '\0' && tail.starts_with(behind.quote))
        tail.remove_prefix(1);
    else if (behind.quote != '\0' && !tail.empty())
        out += behind.quote;
    out += tail;
    return out;
}

}  // namespace

std::size_t columns_of(std::string_view text) {
    std::size_t columns = 0;
    while (!text.empty()) {
        const auto character = read_utf8(text);
        columns += width_of(character);
        text.remove_prefix(character.length);
    }
    return columns;
}

std::string shortened(std::string_view text, std::size_t columns) {
    if (columns_of(text) <= columns) return std::string(text);
    if (columns == 0) return {};
    auto out = with_quotes(text, parts_of(text, columns));
    // Quotes were put in: at most two.
    for (auto fewer = columns - 1; fewer > 0 && columns_of(out) > columns; fewer--)
        out = with_quotes(text, parts_of(text, fewer));
    return out;
}

}  // namespace exectap
