// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

namespace exectap::bench {
namespace {

using Json = nlohmann::ordered_json;

// So many digits as tell anything: ratios near 1 want two behind the point.
std::string number(double value) {
    constexpr double kFew = 10;
    constexpr double kSome = 100;
    const bool is_whole = value == std::floor(value);
    if (std::abs(value) >= kSome || (is_whole && value != 1)) return fmt::format("{:.0f}", value);
    return std::abs(value) >= kFew ? fmt::format("{:.1f}", value) : fmt::format("{:.3g}", value);
}

std::string ratio(double value) { return fmt::format("{:.3f}", value); }

std::string with_unit(const Row& row, double value) {
    if (row.unit == "x") return ratio(value);
    return row.unit.empty() ? number(value) : number(value) + " " + row.unit;
}

std::string goal_of(const Row& row) { return row.goal ? "≤ " + with_unit(row, *row.goal) : "–"; }

std::string value_of(const Row& row) {
    if (!row.value) return "**not measured**";
    const auto& value = *row.value;
    if (value.count == 1) return with_unit(row, value.median);
    const auto quartile = [&](double each) { return row.unit == "x" ? ratio(each) : number(each); };
    return fmt::format("{} ({} to {})", with_unit(row, value.median), quartile(value.low_quartile),
                       quartile(value.high_quartile));
}

std::string verdict_of(const Row& row) {
    if (row.is_missed()) return "**no**";
    if (!row.goal) return "–";
    return row.value ? "yes" : "?";
}

std::set<std::string> peers_of(const Table& table) {
    std::set<std::string> names;
    for (const auto& row : table.rows) {
        for (const auto& [name, value] : row.peers) names.insert(name);
    }
    return names;
}

std::string peer_cell(const Row& row, const std::string& peer) {
    const auto found = row.peers.find(peer);
    if (found == row.peers.end()) return "";
    return found->second ? with_unit(row, found->second->median) : "?";
}

Json json_of(const Spread& value) {
    return {{"median", value.median},
            {"low_quartile", value.low_quartile},
            {"high_quartile", value.high_quartile},
            {"rounds", value.count}};
}

Json json_of(const std::optional<Spread>& value) { return value ? json_of(*value) : Json(nullptr); }

Json json_of(const Row& row) {
    Json json{{"name", row.name},
              {"figure", row.figure},
              {"unit", row.unit},
              {"goal", row.goal ? Json(*row.goal) : Json(nullptr)},
              {"value", json_of(row.value)},
              {"is_met", row.is_missed() || row.is_met() ? Json(row.is_met()) : Json(nullptr)},
              {"note", row.note}};
    for (const auto& [name, value] : row.peers) json["peers"][name] = json_of(value);
    return json;
}

}  // namespace

bool Table::has_missed() const {
    return std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.is_missed(); });
}

std::string to_markdown(const Table& table) {
    const auto peers = peers_of(table);
    std::string text = table.machine + "\n\n| figure | goal | exectap | met |";
    for (const auto& peer : peers) text += fmt::format(" {} |", peer);
    text += "\n|---|---|---|---|";
    for (std::size_t i = 0; i < peers.size(); i++) text += "---|";
    std::string notes;
    for (const auto& row : table.rows) {
        text += fmt::format("\n| {} | {} | {} | {} |", row.figure, goal_of(row), value_of(row), verdict_of(row));
        for (const auto& peer : peers) text += fmt::format(" {} |", peer_cell(row, peer));
        if (!row.note.empty()) notes += fmt::format("* {}: {}\n", row.figure, row.note);
    }
    return text + "\n" + (notes.empty() ? "" : "\n" + notes);
}

std::string to_json(const Table& table) {
    Json json{{"machine", table.machine}, {"rows", Json::array()}};
    for (const auto& row : table.rows) json["rows"].push_back(json_of(row));
    return json.dump(2) + "\n";
}

}  // namespace exectap::bench
