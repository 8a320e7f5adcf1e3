// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/scaling/curves.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace exectap::bench {
namespace {

using Json = nlohmann::ordered_json;

Json json_of(const Series& series) {
    Json points = Json::array();
    for (const auto& [x, y] : series.points) {
        points.push_back({{"x", x},
                          {"median", y.median},
                          {"low_quartile", y.low_quartile},
                          {"high_quartile", y.high_quartile},
                          {"rounds", y.count}});
    }
    return {{"name", series.name}, {"points", std::move(points)}};
}

}  // namespace

void Curves::add(const std::string& series, double x, double value) {
    auto found = std::find_if(series_.begin(), series_.end(), [&](const auto& each) { return each.first == series; });
    if (found == series_.end()) found = series_.insert(found, {series, {}});
    found->second[x].push_back(value);
}

LinePlot Curves::plot() const {
    auto plot = frame_;
    for (const auto& [name, samples] : series_) {
        Series series{name, {}};
        for (const auto& [x, values] : samples) series.points.push_back({x, spread_of(values)});
        plot.series.push_back(std::move(series));
    }
    return plot;
}

std::string to_text(const std::vector<const Curves*>& curves) {
    std::string text;
    for (const auto* each : curves) {
        const auto plot = each->plot();
        text += fmt::format("{}: {}, {}, by {}\n", each->name(), plot.title, plot.y.title, plot.x.title);
        for (const auto& series : plot.series) {
            text += fmt::format("  {:<28}", series.name);
            for (const auto& [x, y] : series.points)
                text += fmt::format("  {}: {}", label_of(x, plot.x.unit), label_of(y.median, plot.y.unit));
            text += '\n';
        }
    }
    return text;
}

std::string to_json(const std::string& machine, const std::vector<const Curves*>& curves) {
    Json json{{"machine", machine}, {"curves", Json::array()}};
    for (const auto* each : curves) {
        const auto plot = each->plot();
        Json series = Json::array();
        for (const auto& one : plot.series) series.push_back(json_of(one));
        json["curves"].push_back({{"name", each->name()},
                                  {"title", plot.title},
                                  {"x", plot.x.title},
                                  {"y", plot.y.title},
                                  {"series", std::move(series)}});
    }
    return json.dump(2) + "\n";
}

}  // namespace exectap::bench
