// SPDX-License-Identifier: MIT OR Apache-2.0
// scale: what exectap costs against the number of watched tasks, of arguments and of targets. Writes figures as JSON
// and draws them. As root: ./dev bench scale.
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>

#include "bench/harness/bpf_times.h"
#include "bench/harness/plot.h"
#include "bench/scaling/interruption.h"
#include "bench/scaling/rounds.h"

namespace exectap::bench {
namespace {

struct Options {
    unsigned rounds = 9;
    bool is_quick = false;  // it shows that all works, and too little to be told to others
    std::string json = EXECTAP_BENCH_FOLDER "/scale.json";
    std::string pictures = EXECTAP_DOCS_FOLDER;
};

void write(const std::filesystem::path& path, const std::string& text) {
    if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path());
    std::ofstream file(path);
    file << text << std::flush;
    if (!file) throw std::runtime_error(fmt::format("can't write {}", path.string()));
}

std::string machine(const Options& options) {
    utsname name{};
    ::uname(&name);
    return fmt::format("Linux {}, {} CPUs, {} rounds", name.release, ::sysconf(_SC_NPROCESSORS_ONLN), options.rounds);
}

void measure(const Options& options) {
    constexpr unsigned kExecs = 2000;
    constexpr unsigned kFewExecs = 400;
    // What can't be written is told before all these minutes.
    write(options.json, "");
    note_interruptions();
    const BpfStatistics statistics;
    auto tasks = task_curves();
    auto arguments = arguments_curves();
    auto targets = targets_curves();
    for (unsigned round = 0; round < options.rounds; round++) {
        const RoundOptions of_round{options.is_quick ? kFewExecs : kExecs, round % 2 == 1};
        measure_tasks(of_round, tasks);
        measure_arguments(of_round, arguments);
        measure_targets(of_round, targets);
        std::cerr << fmt::format("scale: round {} of {}\n", round + 1, options.rounds);
    }
    const std::vector<const Curves*> curves = {&tasks.cost, &tasks.ready, &arguments, &targets};
    write(options.json, to_json(machine(options), curves));
    for (const auto* each : curves)
        write(std::filesystem::path(options.pictures) / (each->name() + ".svg"), draw(each->plot()));
    std::cout << machine(options) << ", medians\n" << to_text(curves);
}

int run(int argc, char** argv) {
    Options options;
    CLI::App app("What exectap costs against the number of watched tasks, of arguments and of targets.", "scale");
    const auto* rounds =
        app.add_option("--rounds", options.rounds, "so many samples of each point (9)")->check(CLI::Range(1, 1000));
    app.add_flag("--quick", options.is_quick, "one short round, to try it; pictures go beside the JSON");
    app.add_option("--json", options.json, "the figures go there (build/bench/scale.json)");
    const auto* pictures = app.add_option("--pictures", options.pictures, "scale-*.svg go to this folder (docs)");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return 0;
    } catch (const CLI::ParseError& error) {
        std::cerr << "scale: " << error.what() << "; --help lists the options\n";
        return 2;
    }
    if (options.is_quick && rounds->count() == 0) options.rounds = 1;
    if (options.is_quick && pictures->count() == 0) options.pictures = EXECTAP_BENCH_FOLDER;
    if (::geteuid() != 0) {
        std::cerr << "scale: needs root, as exectap does\n";
        return 2;
    }
    measure(options);
    return 0;
}

}  // namespace
}  // namespace exectap::bench

int main(int argc, char** argv) {
    try {
        return exectap::bench::run(argc, argv);
    } catch (const std::exception& error) {
        std::cerr << "scale: " << error.what() << '\n';
        return 1;
    }
}
