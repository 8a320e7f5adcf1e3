// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/size.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>

namespace exectap::cli {
namespace {

struct Unit {
    std::string_view name;
    unsigned int shift;
};

constexpr std::array kUnits = {
    Unit{"", 0},   Unit{"KiB", 10}, Unit{"k", 10},   Unit{"K", 10}, Unit{"MiB", 20},
    Unit{"m", 20}, Unit{"M", 20},   Unit{"GiB", 30}, Unit{"g", 30}, Unit{"G", 30},
};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
    constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    const auto name = text.substr(digits.size());
    const auto* const unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const auto& known) { return known.name == name; });
    if (digits.empty() || unit == kUnits.end()) return std::nullopt;
    std::uint64_t number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (read.ec != std::errc{} || number > kLargest >> unit->shift) return kLargest;
    return number << unit->shift;
}

std::string size_text(std::uint64_t bytes) {
    // The largest first.
    const auto unit = std::find_if(kUnits.rbegin(), kUnits.rend(), [&](const Unit& known) {
        const auto unit_bytes = std::uint64_t{1} << known.shift;
        return known.name.size() == 1 && bytes >= unit_bytes && bytes % unit_bytes == 0;
    });
    if (unit == kUnits.rend()) return fmt::format("{}", bytes);
    return fmt::format("{}{}", bytes >> unit->shift, unit->name);
}

}  // namespace exectap::cli
