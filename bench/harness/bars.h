// SPDX-License-Identifier: MIT OR Apache-2.0
// Bars beside names, as SVG like those of plot.h.
#pragma once

#include <string>
#include <vector>

namespace exectap::bench {

struct Bar {
    std::string name;
    double value = 0;   // below 0: no bar
    std::string label;  // the value as it is read, at the bar's end
    std::string note;   // at the right edge
    bool is_ours = false;
    bool is_warning = false;  // the note's colour
};

struct BarChart {
    std::string title;
    std::string subtitle;
    std::string description;  // for who can't see it
    std::string notes_title;  // above the notes
    std::vector<Bar> bars;    // in this order
};

// A whole SVG document, 800 wide, and as high as its bars need.
std::string draw(const BarChart& chart);

}  // namespace exectap::bench
