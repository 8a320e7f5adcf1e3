// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/bars.h"

#include <fmt/format.h>

#include <algorithm>

#include "bench/harness/svg.h"

namespace exectap::bench {
namespace {

constexpr double kRowHeight = 34;
constexpr double kBarHeight = 18;
constexpr double kGap = 12;
constexpr double kBaseLine = 4.5;
constexpr double kTop = kPageTop + 18;

// Where bars begin, and where the longest ends.
struct Columns {
    double from, to;
};

Columns columns_of(const BarChart& chart) {
    auto names = 0.0;
    auto labels = 0.0;
    auto notes = width_of(chart.notes_title, kFontSize);
    for (const auto& bar : chart.bars) {
        names = std::max(names, width_of(bar.name, kFontSize));
        labels = std::max(labels, width_of(bar.label, kFontSize));
        notes = std::max(notes, width_of(bar.note, kFontSize));
    }
    return {kPageMargin + names + kGap, kPageWidth - kPageMargin - notes - kGap - labels - kGap};
}

double highest(const BarChart& chart) {
    auto value = 0.0;
    for (const auto& bar : chart.bars) value = std::max(value, bar.value);
    return value;
}

// What is too short to be seen is a line.
double length_of(double value, double highest, double room) {
    constexpr double kShortest = 3;
    return highest <= 0 ? kShortest : std::max(kShortest, value / highest * room);
}

std::string drawn_bar(const Bar& bar, const Columns& columns, double length, double middle) {
    const auto base = middle + kBaseLine;
    const auto* name_style = bar.is_ours ? "strong s0" : "";
    return text_at({columns.from - kGap, base}, Anchor::end, name_style, bar.name) +
           fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{}\" rx=\"2\" class=\"bar{}\"/>\n",
                       columns.from, middle - kBarHeight / 2, length, kBarHeight, bar.is_ours ? " s0" : "") +
           text_at({columns.from + length + kGap / 2, base}, Anchor::start, bar.is_ours ? "strong s0" : "strong",
                   bar.label) +
           text_at({kPageWidth - kPageMargin, base}, Anchor::end, bar.is_warning ? "warning" : "faint", bar.note);
}

}  // namespace

std::string draw(const BarChart& chart) {
    const auto columns = columns_of(chart);
    const auto most = highest(chart);
    const auto bottom = kTop + kRowHeight * static_cast<double>(chart.bars.size());
    Page page = {bottom + kPageMargin, chart.title, chart.subtitle, chart.description, {}};
    page.body = text_at({kPageWidth - kPageMargin, 58}, Anchor::end, "faint", chart.notes_title);
    auto middle = kTop + kRowHeight / 2;
    for (const auto& bar : chart.bars) {
        page.body += drawn_bar(bar, columns, length_of(bar.value, most, columns.to - columns.from), middle);
        middle += kRowHeight;
    }
    page.body += line_between({columns.from, kTop}, {columns.from, bottom}, "axis");
    return document(page);
}

}  // namespace exectap::bench
