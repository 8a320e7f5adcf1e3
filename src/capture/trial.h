// SPDX-License-Identifier: MIT OR Apache-2.0
// Whether exectap can trace here: tried, with its own programs and nobody watched.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "exectap/session.h"

namespace exectap {

// What bpf(2) does when it is asked for something that needs no rights.
struct BpfAnswer {
    int code = 0;            // errno; 0: it is there
    bool is_deadly = false;  // who calls it is ended by a signal
};

// Asked by a child, which may not survive it.
BpfAnswer ask_bpf();

struct Trial {
    std::optional<Error> error;  // why nothing can be traced; then nothing below is known
    std::chrono::microseconds took{};
    AttemptMechanism attempts = AttemptMechanism::off;
    std::vector<RefusedMechanism> refused;
    KernelManner manner;
    std::size_t ring_bytes = 0;                 // that there was memory for
    std::optional<std::string> ring_problem;    // why there was none for the usual ring
    std::optional<std::string> cgroup_problem;  // why cgroups can't be watched
};

// Loads and attaches what a trace of everything needs, and takes it away again.
Trial try_to_trace();

}  // namespace exectap
