// SPDX-License-Identifier: MIT OR Apache-2.0
// What is measured against what, and all that was measured of it.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bench/harness/plot.h"

namespace exectap::bench {

class Curves {
public:
    // `frame` is the picture without its series.
    Curves(std::string name, LinePlot frame) : name_(std::move(name)), frame_(std::move(frame)) {}

    // Of the picture's file: "scale-tasks".
    const std::string& name() const { return name_; }

    void add(const std::string& series, double x, double value);

    // The medians and quartiles of what was added, the series in the order of their first samples.
    LinePlot plot() const;

private:
    using Samples = std::map<double, std::vector<double>>;

    std::string name_;
    LinePlot frame_;
    std::vector<std::pair<std::string, Samples>> series_;
};

// All curves: medians for who reads them here, and everything as JSON.
std::string to_text(const std::vector<const Curves*>& curves);
std::string to_json(const std::string& machine, const std::vector<const Curves*>& curves);

}  // namespace exectap::bench
