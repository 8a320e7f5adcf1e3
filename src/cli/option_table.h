// SPDX-License-Identifier: MIT OR Apache-2.0
// The one table of options: what they are called and mean, for parsing, both helps and the manual page.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/raw_options.h"

namespace exectap::cli {

// A description's first line is what -h shows; the others are added by --help and the manual page.
// `raw` outlives `app`.
void add_options(CLI::App& app, RawOptions& raw);

// Those of `exectap doctor`.
struct RawDoctorOptions {
    bool json = false;
    std::string color = "auto";
    int verbosity = 0;
};
void add_doctor_options(CLI::App& app, RawDoctorOptions& raw);

// "--pid", "-p", ...
std::vector<std::string> names_of_options(const CLI::App& app);

}  // namespace exectap::cli
