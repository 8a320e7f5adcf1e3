// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/speed_chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace exectap::bench {
namespace {

using nlohmann::json;

// By the names of tracers.
using Medians = std::map<std::string, double>;

constexpr const char* kOurs = "exectap";

Medians medians_of(const json& table, const std::string& figure) {
    Medians medians;
    for (const auto& row : table.at("rows")) {
        if (row.at("name") != figure) continue;
        const auto take = [&](const std::string& tracer, const json& value) {
            if (!value.is_null()) medians[tracer] = value.at("median");
        };
        take(kOurs, row.at("value"));
        if (!row.contains("peers")) continue;
        for (const auto& [tracer, value] : row.at("peers").items()) take(tracer, value);
    }
    return medians;
}

std::string percent(double value) {
    return value < 10 ? fmt::format("{:.2g} %", value) : fmt::format("{:.0f} %", value);
}

std::string note_of(double lost, double blank) {
    // Less than that would be written as 0.
    constexpr double kNothing = 0.05;
    if (lost < kNothing && blank < kNothing) return "all, with all arguments";
    if (blank < kNothing) return percent(lost) + " not told";
    if (lost < kNothing) return percent(blank) + " without arguments";
    return fmt::format("{} not told, {} without arguments", percent(lost), percent(blank));
}

}  // namespace

BarChart speed_chart(const std::string& table_json) {
    const auto table = json::parse(table_json);
    const auto slowdowns = medians_of(table, "peers-slowdown");
    if (!slowdowns.contains(kOurs) || slowdowns.size() == 1)
        throw std::runtime_error("there are no figures of other tracers; ./dev bench speed measures them");
    auto lost = medians_of(table, "peers-lost");
    auto blank = medians_of(table, "peers-blank");

    BarChart chart{.title = "What tracing costs",
                   .subtitle = "how much longer a storm of tiny programs takes",
                   .notes_title = "what is told of its execs"};
    for (const auto& [tracer, slowdown] : slowdowns) {
        const auto more = std::lround(100 * (slowdown - 1));
        const auto is_ours = tracer == kOurs;
        const auto note = note_of(lost[tracer], blank[tracer]);
        const auto label = more == 0 ? "0 %" : fmt::format("{:+} %", more);
        chart.bars.push_back({tracer, slowdown - 1, label, note, is_ours, !note.starts_with("all")});
    }
    std::stable_sort(chart.bars.begin(), chart.bars.end(),
                     [](const Bar& a, const Bar& b) { return a.is_ours != b.is_ours ? a.is_ours : a.value < b.value; });
    for (const auto& bar : chart.bars) chart.description += fmt::format("{}: {}, {}. ", bar.name, bar.label, bar.note);
    return chart;
}

}  // namespace exectap::bench
