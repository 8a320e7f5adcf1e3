// SPDX-License-Identifier: MIT OR Apache-2.0
// The picture of what tracing costs, from the JSON that bench/speed writes.
#pragma once

#include <string>

#include "bench/harness/bars.h"

namespace exectap::bench {

// exectap first, then the others, the cheapest first. Throws where the JSON has no figures of other tracers.
BarChart speed_chart(const std::string& table_json);

}  // namespace exectap::bench
