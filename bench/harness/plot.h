// SPDX-License-Identifier: MIT OR Apache-2.0
// Lines over an axis, as SVG: by hand, without scripts or fonts, for light and for dark pages.
#pragma once

#include <string>
#include <vector>

#include "bench/harness/spread.h"
#include "bench/harness/ticks.h"

namespace exectap::bench {

struct PlotPoint {
    double x = 0;
    Spread y;
};

// Its name stands at its last point.
struct Series {
    std::string name;
    std::vector<PlotPoint> points;
};

struct Axis {
    std::string title;
    Unit unit = Unit::plain;
    bool is_logarithmic = false;  // then all its values are more than 0
};

// Six series at most: so many colours can be told apart.
struct LinePlot {
    std::string title;
    std::string description;  // for who can't see it
    Axis x;                   // marks stand where points are
    Axis y;                   // not logarithmic: it begins at 0
    std::vector<Series> series;
};

// A whole SVG document of 800 by 400. There is a point at least.
std::string draw(const LinePlot& plot);

}  // namespace exectap::bench
