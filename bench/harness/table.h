// SPDX-License-Identifier: MIT OR Apache-2.0
// The table of figures: rows with goals, and how they are written.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/spread.h"

namespace exectap::bench {

// A figure that is the less the better.
struct Row {
    std::string name;             // as --only takes it, and JSON's key: "exec-unwatched"
    std::string figure;           // what it is
    std::string unit;             // "ns"; empty of a ratio or a number
    std::optional<double> goal;   // the most it may be; absent: told for information
    std::optional<Spread> value;  // absent: not measured, and the note says why
    std::string note;
    bool has_failed = false;  // the measurement went wrong, whatever its value
    std::map<std::string, std::optional<Spread>> peers = {};

    bool is_met() const { return !has_failed && goal && value && value->median <= *goal; }
    bool is_missed() const { return has_failed || (goal && value && value->median > *goal); }
};

struct Table {
    std::string machine;  // a line on what it was measured on
    std::vector<Row> rows;

    bool has_missed() const;
};

// With notes below it.
std::string to_markdown(const Table& table);

std::string to_json(const Table& table);

}  // namespace exectap::bench
