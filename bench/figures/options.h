// SPDX-License-Identifier: MIT OR Apache-2.0
// The command line of bench/speed.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "bench/figures/figures.h"
#include "exectap/result.h"

namespace exectap::bench {

struct Options {
    Setup setup;
    std::vector<std::string> only;  // names of figures; empty: all
    std::string json = EXECTAP_BENCH_JSON;
    std::string markdown;  // a file with the two markers of a table; empty: none
    bool wants_help = false;

    bool wants(const Figure& figure) const;
};

// The error's message is one line.
Result<Options> parse_options(const std::vector<std::string>& arguments);

std::string help_text();

}  // namespace exectap::bench
