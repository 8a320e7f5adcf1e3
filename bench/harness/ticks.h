// SPDX-License-Identifier: MIT OR Apache-2.0
// Where an axis has its marks, and what stands there.
#pragma once

#include <string>
#include <vector>

namespace exectap::bench {

enum class Unit { plain, nanoseconds };

// From 0, in even steps, to the first mark that is not below `highest`: three to six of them.
std::vector<double> linear_ticks(double highest);

// From the last mark that is not above `lowest` to the first that is not below `highest`; both are more than 0. Marks
// are 1, 2 and 5 times powers of ten, or those powers alone where that would be too many.
std::vector<double> logarithmic_ticks(double lowest, double highest);

// 12,000 or 1.5; of nanoseconds 800 ns, 12 µs, 1.5 ms or 2 s. Three digits that count at most, but for whole numbers.
std::string label_of(double value, Unit unit);

// Centres of labels, as near as can be to where they are wanted (in any order), `gap` apart, none below `low` or, as
// far as there is room, above `high`.
std::vector<double> spread(const std::vector<double>& wanted, double gap, double low, double high);

}  // namespace exectap::bench
