// SPDX-License-Identifier: MIT OR Apache-2.0
// The figures of the table: which there are, with their goals, and who measures them.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/spread.h"
#include "bench/harness/table.h"
#include "bench/harness/tracer.h"

namespace exectap::bench {

struct Setup {
    std::string exectap = EXECTAP_BINARY;
    int rounds = 15;
    bool is_quick = false;
    std::chrono::seconds loss_time{60};

    // Of one storm: short, so that a round is over before the machine has changed.
    std::uint64_t execs() const { return is_quick ? 500 : 2000; }

    Tracer start(std::vector<std::string> arguments, int out = -1) const {
        return Tracer({exectap, std::move(arguments), out});
    }
};

struct Measured {
    std::optional<Spread> value;
    std::string note = {};
    bool has_failed = false;
    std::map<std::string, std::optional<Spread>> peers = {};
};

// By the names of figures.
using Figures = std::map<std::string, Measured>;

// Of one figure in many rounds, by its name.
using Samples = std::map<std::string, std::vector<double>>;
Figures figures_of(const Samples& samples);

// One run of the machine that some figures come from. What throws, throws for all of them.
Figures measure_kernel(const Setup& setup);
Figures measure_calls(const Setup& setup);
Figures measure_slowdown(const Setup& setup);
Figures measure_cpu(const Setup& setup);
Figures measure_format(const Setup& setup);
Figures measure_latency(const Setup& setup);
Figures measure_ready(const Setup& setup);
Figures measure_memory(const Setup& setup);
Figures measure_loss(const Setup& setup);
Figures measure_peers(const Setup& setup);

using Measure = Figures (*)(const Setup& setup);

struct Figure {
    const char* name;
    Measure measure;
    const char* text;
    const char* unit;  // "x": a ratio
    std::optional<double> goal;
};

// In the order of the table; those of one measurement stand together.
std::span<const Figure> all_figures();

}  // namespace exectap::bench
