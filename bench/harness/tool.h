// SPDX-License-Identifier: MIT OR Apache-2.0
// A tracer of harness/tools.bash, and one run of it beside a storm.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace exectap::bench {

struct Tool {
    std::string name;  // of harness/tools.bash
    bool starts_what_it_traces = false;
};

struct ToolCommand {
    std::string exectap;  // the program, where that is the tool
    pid_t pid = 0;        // to trace; what starts the storm needs none
    std::string out;      // the file to write
};

// Empty where the tool is not installed.
std::vector<std::string> command_of(const Tool& tool, const ToolCommand& command);

struct ToolRun {
    double storm_nanoseconds = 0;
    double cpu_nanoseconds = 0;    // of the tool, in the storm
    double ready_nanoseconds = 0;  // from its start until an exec was told
    double memory_bytes = 0;       // resident after the storm, without what the kernel writes events to
    std::uint64_t told = 0;
    std::uint64_t with_arguments = 0;
};

// Runs a storm of so many execs with the tool. Throws, with the tool's words, where it tells of nothing.
ToolRun run_tool(const Tool& tool, const std::string& exectap, std::uint64_t execs);

}  // namespace exectap::bench
