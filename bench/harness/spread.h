// SPDX-License-Identifier: MIT OR Apache-2.0
// What many rounds of one measurement come to.
#pragma once

#include <cstddef>
#include <vector>

namespace exectap::bench {

struct Spread {
    double median = 0;
    double low_quartile = 0;
    double high_quartile = 0;
    std::size_t count = 0;
};

// Of samples in any order; between two of them it is the straight line. `share` is from 0 to 1.
double quantile(std::vector<double> samples, double share);

// Throws std::invalid_argument where there is no sample.
Spread spread_of(const std::vector<double>& samples);

}  // namespace exectap::bench
