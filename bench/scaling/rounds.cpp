// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/scaling/rounds.h"

#include <algorithm>

namespace exectap::bench {

std::vector<unsigned> in_order(std::vector<unsigned> points, const RoundOptions& options) {
    if (options.is_backwards) std::reverse(points.begin(), points.end());
    return points;
}

}  // namespace exectap::bench
