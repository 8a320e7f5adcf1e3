// SPDX-License-Identifier: MIT OR Apache-2.0
// The time to format a line: a micro benchmark of its own program, which need not be built.
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "bench/figures/figures.h"
#include "bench/harness/storm.h"
#include "support/process.h"

namespace exectap::bench {

Figures measure_format(const Setup& setup) {
    const auto program = bench_program("micro");
    if (::access(program.c_str(), X_OK) != 0) return {{"format-line", {{}, "bench/micro is not built"}}};
    test::Process process({program, "--benchmark_filter=^format_line_200$", "--benchmark_format=json",
                           "--benchmark_repetitions=" + std::to_string(setup.rounds), "--benchmark_min_time=0.05"});
    std::string text;
    for (const auto& line : process.out().wait_for_end()) text += line + "\n";
    std::vector<double> samples;
    const auto report = nlohmann::json::parse(text);
    for (const auto& run : report.at("benchmarks")) {
        if (run.at("run_type") == "iteration") samples.push_back(run.at("cpu_time").get<double>());
    }
    return figures_of({{"format-line", samples}});
}

}  // namespace exectap::bench
