// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/nearest.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

namespace exectap {
namespace {

// How many characters have to be put in, left out, changed, or swapped with their neighbours.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> before_last(to.size() + 1);
    std::vector<std::size_t> last(to.size() + 1);
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= from.size(); i++) {
        row[0] = i;
        for (std::size_t j = 1; j <= to.size(); j++) {
            const std::size_t change = from[i - 1] == to[j - 1] ? 0 : 1;
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, row);
    }
    return last[to.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> names) {
    constexpr std::size_t kLongest = 32;
    if (word.size() > kLongest) return {};
    std::string_view nearest;
    auto least = std::max<std::size_t>(2, word.size() / 3 + 1);  // so many changes are too many
    for (const auto name : names) {
        const auto changes = edit_distance(word, name);
        if (changes >= least) continue;
        least = changes;
        nearest = name;
    }
    return nearest;
}

}  // namespace exectap
