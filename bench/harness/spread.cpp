// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/spread.h"

#include <algorithm>
#include <stdexcept>

namespace exectap::bench {

double quantile(std::vector<double> samples, double share) {
    if (samples.empty()) throw std::invalid_argument("nothing was measured");
    std::sort(samples.begin(), samples.end());
    const double place = share * static_cast<double>(samples.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const auto above = std::min(below + 1, samples.size() - 1);
    return samples[below] + (samples[above] - samples[below]) * (place - static_cast<double>(below));
}

Spread spread_of(const std::vector<double>& samples) {
    return {quantile(samples, 0.5), quantile(samples, 0.25), quantile(samples, 0.75), samples.size()};
}

}  // namespace exectap::bench
