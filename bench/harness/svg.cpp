// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/svg.h"

#include <fmt/format.h>

#include <array>

namespace exectap::bench {
namespace {

struct Colours {
    std::string_view paper, ink, faint, grid, warning;
    std::array<std::string_view, 6> series;
};

constexpr Colours kDay = {"#ffffff", "#1f2328", "#59636e",
                          "#e4e8ec", "#bc4c00", {"#0969da", "#bc4c00", "#1a7f37", "#8250df", "#bf3989", "#59636e"}};
constexpr Colours kNight = {"#0d1117", "#f0f6fc", "#9198a1",
                            "#262c36", "#f0883e", {"#58a6ff", "#f0883e", "#3fb950", "#bc8cff", "#f778ba", "#9198a1"}};

// Written out, not by CSS variables: some that show pictures know none.
std::string rules_of(const Colours& colours) {
    auto rules = fmt::format(
        ".paper{{fill:{0}}}text{{fill:{1}}}text.faint{{fill:{2}}}.grid{{stroke:{3}}}.axis{{stroke:{2}}}.bar{{fill:{2}}}"
        "text.warning{{fill:{4}}}.dot{{stroke:{0}}}",
        colours.paper, colours.ink, colours.faint, colours.grid, colours.warning);
    for (std::size_t i = 0; i < colours.series.size(); i++) {
        rules += fmt::format("text.s{0},.dot.s{0},.bar.s{0}{{fill:{1}}}.line.s{0},.spread.s{0}{{stroke:{1}}}", i,
                             colours.series.at(i));
    }
    return rules;
}

// Sans-serif digits of one width where the font has them: numbers stand in columns.
constexpr std::string_view kForms =
    "text{font:13px system-ui,-apple-system,'Segoe UI','Noto Sans',Helvetica,Arial,sans-serif;"
    "font-variant-numeric:tabular-nums}text.title{font-size:18px;font-weight:600}text.strong{font-weight:600}"
    ".grid,.axis{stroke-width:1}.line{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}"
    ".spread{stroke-width:6;stroke-linecap:round;opacity:.28}.dot{stroke-width:1.5}.bar{opacity:.45}.bar.s0{opacity:1}";

std::string_view name_of(Anchor anchor) {
    switch (anchor) {
        case Anchor::start: return "start";
        case Anchor::middle: return "middle";
        case Anchor::end: return "end";
    }
    return "";
}

}  // namespace

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default:
                if (static_cast<unsigned char>(c) >= ' ' && c != '\x7f') out += c;
        }
    }
    return out;
}

double width_of(std::string_view text, double font_size) {
    constexpr double kOfFontSize = 0.62;
    double characters = 0;
    for (const char c : text) {
        const auto is_continued = (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
        if (!is_continued) characters++;
    }
    return characters * font_size * kOfFontSize;
}

std::string text_at(Place place, Anchor anchor, std::string_view style, std::string_view text) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", place.x, place.y,
                       name_of(anchor), style, escaped(text));
}

std::string line_between(Place from, Place to, std::string_view style) {
    return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n", from.x, from.y,
                       to.x, to.y, style);
}

std::string document(const Page& page) {
    const auto titles = text_at({kPageMargin, 36}, Anchor::start, "title", page.title) +
                        text_at({kPageMargin, 58}, Anchor::start, "faint", page.subtitle);
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" height=\"{1}\" role=\"img\">\n"
        "<title>{2}</title>\n<desc>{3}</desc>\n"
        "<style>{4}{5}@media (prefers-color-scheme:dark){{{6}}}</style>\n"
        "<rect width=\"{0}\" height=\"{1}\" rx=\"8\" class=\"paper\"/>\n{7}{8}</svg>\n",
        kPageWidth, page.height, escaped(page.title), escaped(page.description), kForms, rules_of(kDay),
        rules_of(kNight), titles, page.body);
}

}  // namespace exectap::bench
