// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "bench/harness/svg.h"

namespace exectap::bench {
namespace {

constexpr double kHeight = 400;
constexpr double kTop = kPageTop + 16;
constexpr double kBottom = kHeight - 64;
constexpr double kLineHeight = 17;
// From the middle of a line of text down to its base line.
constexpr double kBaseLine = 4.5;
constexpr double kGap = 10;

// From values to pixels.
class Scale {
public:
    struct Range {
        double from, to;
    };

    Scale(bool is_logarithmic, Range values, Range pixels)
        : is_logarithmic_(is_logarithmic), values_{mapped(values.from), mapped(values.to)}, pixels_(pixels) {}

    double operator()(double value) const {
        const auto part =
            values_.from == values_.to ? 0.5 : (mapped(value) - values_.from) / (values_.to - values_.from);
        return pixels_.from + part * (pixels_.to - pixels_.from);
    }

private:
    double mapped(double value) const { return is_logarithmic_ ? std::log10(value) : value; }

    bool is_logarithmic_;
    Range values_;
    Range pixels_;
};

std::vector<double> x_values(const LinePlot& plot) {
    std::set<double> values;
    for (const auto& series : plot.series) {
        for (const auto& point : series.points) values.insert(point.x);
    }
    return {values.begin(), values.end()};
}

std::vector<double> y_ticks(const LinePlot& plot) {
    const auto& first = plot.series.front().points.front().y;
    auto lowest = first.low_quartile;
    auto highest = first.high_quartile;
    for (const auto& series : plot.series) {
        for (const auto& point : series.points) {
            lowest = std::min(lowest, point.y.low_quartile);
            highest = std::max(highest, point.y.high_quartile);
        }
    }
    return plot.y.is_logarithmic ? logarithmic_ticks(lowest, highest) : linear_ticks(highest);
}

double widest(const std::vector<std::string>& texts) {
    double width = 0;
    for (const auto& text : texts) width = std::max(width, width_of(text, kFontSize));
    return width;
}

std::vector<std::string> labels_of(const std::vector<double>& values, Unit unit) {
    std::vector<std::string> labels;
    labels.reserve(values.size());
    for (const auto value : values) labels.push_back(label_of(value, unit));
    return labels;
}

struct Frame {
    double left, right;
    Scale x, y;
};

Frame frame_of(const LinePlot& plot, const std::vector<double>& xs, const std::vector<double>& ys) {
    std::vector<std::string> names;
    for (const auto& series : plot.series) names.push_back(series.name);
    const auto left = kPageMargin + widest(labels_of(ys, plot.y.unit)) + kGap;
    const auto right = kPageWidth - kPageMargin - widest(names) - kGap;
    // A point at the very edge would stand on the axis.
    return {left, right, Scale(plot.x.is_logarithmic, {xs.front(), xs.back()}, {left + 2 * kGap, right - kGap}),
            Scale(plot.y.is_logarithmic, {ys.front(), ys.back()}, {kBottom, kTop})};
}

std::string drawn_y_axis(const LinePlot& plot, const Frame& frame, const std::vector<double>& ticks) {
    std::string out;
    for (const auto tick : ticks) {
        const auto y = frame.y(tick);
        out += line_between({frame.left, y}, {frame.right, y}, tick == ticks.front() ? "axis" : "grid");
        out += text_at({frame.left - kGap, y + kBaseLine}, Anchor::end, "faint", label_of(tick, plot.y.unit));
    }
    return out;
}

std::string drawn_x_axis(const LinePlot& plot, const Frame& frame, const std::vector<double>& values) {
    std::string out;
    auto free_from = 0.0;
    for (const auto value : values) {
        const auto label = label_of(value, plot.x.unit);
        const auto x = frame.x(value);
        const auto width = width_of(label, kFontSize);
        out += line_between({x, kBottom}, {x, kBottom + 5}, "axis");
        if (x - width / 2 < free_from) continue;
        out += text_at({x, kBottom + 21}, Anchor::middle, "faint", label);
        free_from = x + width / 2 + kGap;
    }
    const auto middle = (frame.left + frame.right) / 2;
    return out + text_at({middle, kHeight - 18}, Anchor::middle, "", plot.x.title);
}

std::string drawn_series(const Series& series, std::size_t number, const Frame& frame) {
    std::string spreads;
    std::string path;
    std::string dots;
    for (const auto& point : series.points) {
        const auto x = frame.x(point.x);
        const auto y = frame.y(point.y.median);
        spreads += line_between({x, frame.y(point.y.low_quartile)}, {x, frame.y(point.y.high_quartile)},
                                fmt::format("spread s{}", number));
        path += fmt::format("{}{:.1f} {:.1f}", path.empty() ? 'M' : 'L', x, y);
        dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\" class=\"dot s{}\"/>\n", x, y, number);
    }
    return spreads + fmt::format("<path d=\"{}\" class=\"line s{}\"/>\n", path, number) + dots;
}

std::string drawn_names(const LinePlot& plot, const Frame& frame) {
    std::vector<double> wanted;
    for (const auto& series : plot.series) wanted.push_back(frame.y(series.points.back().y.median));
    const auto places = spread(wanted, kLineHeight, kTop, kBottom - kBaseLine);
    std::string out;
    for (std::size_t i = 0; i < plot.series.size(); i++) {
        out += text_at({frame.right + kGap, places[i] + kBaseLine}, Anchor::start, fmt::format("strong s{}", i),
                       plot.series[i].name);
    }
    return out;
}

}  // namespace

std::string draw(const LinePlot& plot) {
    const auto xs = x_values(plot);
    const auto ys = y_ticks(plot);
    const auto frame = frame_of(plot, xs, ys);
    Page page = {kHeight, plot.title, plot.y.title, plot.description, {}};
    page.body = drawn_y_axis(plot, frame, ys) + drawn_x_axis(plot, frame, xs);
    for (std::size_t i = 0; i < plot.series.size(); i++) page.body += drawn_series(plot.series[i], i, frame);
    page.body += drawn_names(plot, frame);
    return document(page);
}

}  // namespace exectap::bench
