// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/storm.h"

#include <fmt/format.h>

#include <sstream>
#include <stdexcept>

namespace exectap::bench {
namespace {

test::ProcessOptions process_options(const StormOptions& options) {
    test::ProcessOptions process;
    process.terminal = options.terminal;
    process.argv = options.wrapper;
    process.argv.push_back(bench_program("storm"));
    if (options.kind == StormKind::fork) {
        process.argv.emplace_back("fork");
    } else {
        process.argv.insert(process.argv.end(), {"exec", bench_program("tiny"), std::to_string(options.arguments)});
    }
    return process;
}

pid_t pid_in(const std::string& line) {
    constexpr std::string_view kBeginning = "ready ";
    if (!line.starts_with(kBeginning)) throw std::runtime_error("the storm does not start: " + line);
    return std::stoi(line.substr(kBeginning.size()));
}

StormTime time_in(const std::string& answer) {
    std::istringstream words(answer);
    StormTime time;
    std::int64_t nanoseconds = 0;
    words >> time.count >> nanoseconds;
    time.took = std::chrono::nanoseconds(nanoseconds);
    return time;
}

}  // namespace

std::string bench_program(std::string_view name) { return fmt::format("{}/{}", EXECTAP_BENCH_PROGRAMS, name); }

Storm::Storm(const StormOptions& options)
    : process_(process_options(options)), pid_(pid_in(process_.out().next_line())) {}

std::string Storm::ask(const std::string& word) {
    process_.write(word + "\n");
    return process_.out().next_line();
}

StormTime Storm::go(std::uint64_t count, std::uint64_t first) {
    const auto time = time_in(ask(fmt::format("go {} {}", count, first)));
    if (time.count != count) throw std::runtime_error(fmt::format("only {} of {} worked", time.count, count));
    return time;
}

StormTime Storm::run(std::uint64_t count) { return go(count, 0); }

void Storm::warm_up() {
    constexpr std::uint64_t kCount = 500;
    go(kCount, kFirstWarming);
}

void Storm::start() { ask("start"); }
StormTime Storm::stop() { return time_in(ask("stop")); }
pid_t Storm::one(std::uint64_t number) { return std::stoi(ask(fmt::format("one {}", number))); }

std::vector<pid_t> Storm::pids() {
    const test::TempDir folder;
    const auto path = folder.path("pids");
    ask("pids " + path);
    std::istringstream words(test::read_file(path));
    std::vector<pid_t> pids;
    for (pid_t pid = 0; words >> pid;) pids.push_back(pid);
    return pids;
}

void Storm::end() {
    process_.close_input();
    process_.wait();
}

}  // namespace exectap::bench
