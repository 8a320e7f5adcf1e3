// SPDX-License-Identifier: MIT OR Apache-2.0
// What all pictures share: one size of page, its colours by day and by night, and text.
#pragma once

#include <string>
#include <string_view>

namespace exectap::bench {

struct Place {
    double x = 0;
    double y = 0;
};

enum class Anchor { start, middle, end };

// As text or the value of an attribute; control characters, which XML does not allow, are left out.
std::string escaped(std::string_view text);

// Room for that much text, in pixels: generous, because nobody knows the font.
double width_of(std::string_view text, double font_size);

// `style` is classes of the style sheet: title, strong, faint, warning, or s0 to s5, the colours of series.
std::string text_at(Place place, Anchor anchor, std::string_view style, std::string_view text);

std::string line_between(Place from, Place to, std::string_view style);

// A whole document, 800 pixels wide, with a title and what is said below it. `description` is for who can't see it.
struct Page {
    double height = 0;
    std::string title;
    std::string subtitle;
    std::string description;
    std::string body;
};
std::string document(const Page& page);

inline constexpr double kPageWidth = 800;
inline constexpr double kPageMargin = 24;
// Where title and subtitle end.
inline constexpr double kPageTop = 76;
inline constexpr double kFontSize = 13;

}  // namespace exectap::bench
