// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap doctor looks at. Nothing here judges.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "capture/diagnose.h"
#include "capture/tracepoint.h"
#include "capture/trial.h"
#include "target/container_names.h"

namespace exectap::cli {

// The file that runs.
struct OwnFile {
    std::string path;
    bool has_capabilities = false;  // it was given some
    bool is_on_nosuid = false;      // which makes them count for nothing
};

struct DoctorFacts {
    MachineFacts machine;
    BpfAnswer bpf;
    Trial trial;
    std::optional<TracefsPlace> tracefs;
    std::string tracefs_problem;                 // why not
    std::optional<bool> is_first_pid_namespace;  // nothing: /proc does not tell
    bool has_own_proc = true;                    // /proc is that of this pid namespace
    std::optional<std::string> cgroup2_mount;
    bool has_cgroup1 = false;
    bool has_systemd = false;
    std::vector<FoundEngine> engines;
    OwnFile file;
};

// Asks the kernel and the machine, and tries to trace. As root or not; it changes nothing.
DoctorFacts doctor_facts();

}  // namespace exectap::cli
