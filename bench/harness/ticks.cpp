// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/ticks.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

namespace exectap::bench {
namespace {

constexpr std::array<double, 3> kSteps = {1, 2, 5};

// 1, 2 and 5 stand for 0, 1 and 2; 10, 20 and 50 for 3, 4 and 5.
double step_number(int number) {
    const auto decade = static_cast<int>(std::floor(number / 3.0));
    return kSteps.at(static_cast<std::size_t>(number - 3 * decade)) * std::pow(10, decade);
}

// Logarithms are not exact: what differs by so little is the same.
constexpr double kNearly = 1e-9;

int first_step_not_below(double value) {
    auto number = 3 * static_cast<int>(std::floor(std::log10(value))) - 1;
    while (step_number(number) < value * (1 - kNearly)) number++;
    return number;
}

std::string with_commas(std::string digits) {
    for (auto place = static_cast<int>(digits.size()) - 3; place > 0; place -= 3) {
        digits.insert(static_cast<std::size_t>(place), 1, ',');
    }
    return digits;
}

std::string plain_label(double value) {
    if (value >= 1000) return with_commas(fmt::format("{:.0f}", value));
    return fmt::format("{:.3g}", value);
}

}  // namespace

std::vector<double> linear_ticks(double highest) {
    constexpr int kIntervals = 6;
    if (highest <= 0) return {0, 1};
    const auto step = step_number(first_step_not_below(highest / kIntervals));
    std::vector<double> ticks = {0};
    while (ticks.back() < highest * (1 - kNearly)) ticks.push_back(static_cast<double>(ticks.size()) * step);
    return ticks;
}

std::vector<double> logarithmic_ticks(double lowest, double highest) {
    constexpr int kMost = 11;
    auto first = first_step_not_below(lowest);
    if (step_number(first) > lowest * (1 + kNearly)) first--;
    auto last = std::max(first_step_not_below(highest), first + 1);
    auto stride = 1;
    if (last - first >= kMost) {
        stride = 3;
        first = 3 * static_cast<int>(std::floor(first / 3.0));
        last = 3 * static_cast<int>(std::ceil(last / 3.0));
    }
    std::vector<double> ticks;
    for (auto number = first; number <= last; number += stride) ticks.push_back(step_number(number));
    return ticks;
}

std::string label_of(double value, Unit unit) {
    if (unit == Unit::plain || value == 0) return plain_label(value);
    constexpr std::array<std::string_view, 4> kUnits = {"ns", "µs", "ms", "s"};
    std::size_t scale = 0;
    // 999.6 would be written as 1e+03.
    for (; std::abs(value) >= 999.5 && scale + 1 < kUnits.size(); scale++) value /= 1000;
    return fmt::format("{} {}", plain_label(value), kUnits.at(scale));
}

// Moved up by the gaps above them, labels in their order only must not decrease: those that do are replaced by their
// mean, with those before if need be.
std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high) {
    struct Group {
        double sum;
        std::size_t count;
        double mean() const { return sum / static_cast<double>(count); }
    };
    std::vector<std::size_t> order(wanted.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return wanted[a] < wanted[b]; });
    std::vector<Group> groups;
    for (std::size_t place = 0; place < order.size(); place++) {
        Group last{wanted[order[place]] - static_cast<double>(place) * gap, 1};
        for (; !groups.empty() && groups.back().mean() >= last.mean(); groups.pop_back())
            last = {groups.back().sum + last.sum, groups.back().count + last.count};
        groups.push_back(last);
    }
    const auto highest = high - static_cast<double>(order.size() - 1) * gap;
    std::vector<double> places(wanted.size());
    std::size_t place = 0;
    for (const auto& group : groups) {
        const auto base = std::max(low, std::min(highest, group.mean()));
        for (const auto end = place + group.count; place < end; place++)
            places[order[place]] = base + static_cast<double>(place) * gap;
    }
    return places;
}

}  // namespace exectap::bench
