// SPDX-License-Identifier: MIT OR Apache-2.0
// One round of each measurement: exectap is started anew for each point, which gets one sample.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/scaling/curves.h"

namespace exectap::bench {

struct RoundOptions {
    std::uint64_t execs = 0;    // of each point
    bool is_backwards = false;  // the last point first: what the machine does meanwhile hits each end in turn
};

// In the order of the round.
std::vector<unsigned> in_order(std::vector<unsigned> points, const RoundOptions& options);

// Against watched tasks that sleep: the cost of events, and how long exectap takes to be ready. What the machine has no
// room for is told once, on stderr, and left out.
struct TaskCurves {
    Curves cost;
    Curves ready;
};
TaskCurves task_curves();
void measure_tasks(const RoundOptions& options, TaskCurves& curves);

// Against the arguments of one exec.
Curves arguments_curves();
void measure_arguments(const RoundOptions& options, Curves& curves);

// Against the number of targets, of each kind that has a limit of its own.
Curves targets_curves();
void measure_targets(const RoundOptions& options, Curves& curves);

}  // namespace exectap::bench
