// SPDX-License-Identifier: MIT OR Apache-2.0
// Execs as fast as all CPUs can, for a minute: how many of them are told.
#include <fcntl.h>
#include <fmt/format.h>

#include <fstream>
#include <thread>

#include "bench/figures/figures.h"
#include "bench/harness/storm.h"

namespace exectap::bench {
namespace {

struct Mode {
    const char* figure;
    std::vector<std::string> options;
    bool has_own_file;
};

// Lines that tell of an exec of the storm; JSON has those of other events too, and they have no arguments.
std::uint64_t execs_told_in(const std::string& path) {
    std::ifstream file(path);
    std::uint64_t count = 0;
    for (std::string line; std::getline(file, line);) {
        if (line.find("\"run-") != std::string::npos) count++;
    }
    return count;
}

struct Loss {
    std::uint64_t run = 0;
    std::uint64_t told = 0;
    double a_second = 0;
    TracerEnd end;
};

Loss take_loss(const Setup& setup, const Mode& mode) {
    const test::TempDir folder;
    Storm storm;
    auto arguments = mode.options;
    if (mode.has_own_file) arguments.insert(arguments.end(), {"-o", folder.path("out")});
    arguments.push_back(storm.pid_text());
    const auto file = test::open_file(mode.has_own_file ? "/dev/null" : folder.path("out"), O_WRONLY | O_CREAT);
    auto tracer = setup.start(arguments, file.get());
    storm.start();
    std::this_thread::sleep_for(setup.loss_time);
    const auto time = storm.stop();
    const auto end = tracer.end();
    const std::chrono::duration<double> seconds = time.took;
    return {time.count, execs_told_in(folder.path("out")), static_cast<double>(time.count) / seconds.count(), end};
}

}  // namespace

Figures measure_loss(const Setup& setup) {
    Figures figures;
    std::vector<double> rates;
    for (const auto& mode :
         {Mode{"lost-text", {}, false}, Mode{"lost-json", {"--json"}, false}, Mode{"lost-file", {}, true}}) {
        const auto loss = take_loss(setup, mode);
        figures[mode.figure] = {spread_of({static_cast<double>(loss.run) - static_cast<double>(loss.told)}),
                                fmt::format("{} execs ran, {} told; {}", loss.run, loss.told, loss.end.verdict),
                                !loss.end.is_complete};
        rates.push_back(loss.a_second);
    }
    figures["rate"].value = spread_of(rates);
    return figures;
}

}  // namespace exectap::bench
