// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/tool.h"

#include <fcntl.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "bench/harness/cpu_time.h"
#include "bench/harness/memory.h"
#include "bench/harness/storm.h"
#include "bench/harness/told_execs.h"
#include "support/clocks.h"

namespace exectap::bench {
namespace {

using namespace std::chrono_literals;

// Execs that show when a tool begins to see. Their numbers are none of the storm's.
constexpr std::uint64_t kFirstCanary = 50'000'000;
constexpr auto kBetweenCanaries = 4ms;
constexpr auto kStartTime = 3s;
// What reads a buffer may be behind.
constexpr auto kDrainTime = 1s;

double nanoseconds_between(std::chrono::nanoseconds begin, std::chrono::nanoseconds end) {
    return static_cast<double>((end - begin).count());
}

class Canaries {
public:
    // Starts them one by one for a time.
    void send(Storm& storm) {
        const auto end = test::now(CLOCK_MONOTONIC) + kStartTime;
        while (test::now(CLOCK_MONOTONIC) < end) {
            times_.push_back(test::now(CLOCK_MONOTONIC));
            pids_.push_back(storm.one(kFirstCanary + pids_.size()));
            std::this_thread::sleep_for(kBetweenCanaries);
        }
    }

    // When the first one was started that the output tells of.
    std::chrono::nanoseconds first_told(const std::string& out, const std::string& complaint) const {
        ToldExecs told(kFirstCanary, pids_);
        told.take_file(out);
        const auto earliest = told.earliest();
        if (!earliest) throw std::runtime_error(complaint);
        return times_[*earliest - kFirstCanary];
    }

private:
    std::vector<std::chrono::nanoseconds> times_;
    std::vector<pid_t> pids_;
};

// The first line that looks like the reason why it does not run.
std::string complaint_in(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
        for (const auto* word : {"nable", "annot", "ailed", "enied", "xception", "rror"}) {
            if (line.find(word) != std::string::npos && line.find("RLIMIT") == std::string::npos)
                return "does not run here: " + line;
        }
    }
    return "does not run here: it told of nothing";
}

void count(ToolRun& run, const std::string& out, const std::vector<pid_t>& pids) {
    ToldExecs told(0, pids);
    told.take_file(out);
    run.told = told.told();
    run.with_arguments = told.with_arguments();
}

void run_storm(ToolRun& run, Storm& storm, pid_t tool, std::uint64_t execs) {
    storm.warm_up();
    std::this_thread::sleep_for(kDrainTime);
    const auto before = cpu_time_of(tool);
    run.storm_nanoseconds = static_cast<double>(storm.run(execs).took.count());
    std::this_thread::sleep_for(kDrainTime);
    run.cpu_nanoseconds = nanoseconds_between(before, cpu_time_of(tool));
    run.memory_bytes = static_cast<double>(memory_of(tool).own_bytes);
}

ToolRun run_attached(const Tool& tool, const std::string& exectap, std::uint64_t execs) {
    const test::TempDir folder;
    Storm storm;
    const auto out = folder.path("out");
    test::ProcessOptions options;
    options.argv = command_of(tool, {exectap, storm.pid(), out});
    const auto file = test::open_file(folder.path("stdout"), O_WRONLY | O_CREAT);
    options.out = file.get();
    ToolRun run;
    const auto begin = test::now(CLOCK_MONOTONIC);
    test::Process process(options);
    Canaries canaries;
    canaries.send(storm);
    run_storm(run, storm, process.pid(), execs);
    process.send_signal(SIGINT);
    process.wait();
    const auto told = std::filesystem::exists(out) ? out : folder.path("stdout");
    auto words = process.err().wait_for_end();
    for (auto& line : test::lines_of(test::read_file(folder.path("stdout")))) words.push_back(std::move(line));
    run.ready_nanoseconds = nanoseconds_between(begin, canaries.first_told(told, complaint_in(words)));
    count(run, told, storm.pids());
    return run;
}

ToolRun run_wrapped(const Tool& tool, const std::string& exectap, std::uint64_t execs) {
    const test::TempDir folder;
    const auto out = folder.path("out");
    ToolRun run;
    const auto begin = test::now(CLOCK_MONOTONIC);
    Storm storm(Storm::Kind::exec, command_of(tool, {exectap, 0, out}));
    run.ready_nanoseconds = nanoseconds_between(begin, test::now(CLOCK_MONOTONIC));
    run_storm(run, storm, storm.process().pid(), execs);
    const auto pids = storm.pids();
    storm.end();
    count(run, out, pids);
    return run;
}

}  // namespace

std::vector<std::string> command_of(const Tool& tool, const ToolCommand& command) {
    test::ProcessOptions options;
    options.argv = {"bash", EXECTAP_BENCH_TOOLS, tool.name, std::to_string(command.pid), command.out};
    options.env = {"exectap=" + command.exectap};
    const test::TempDir folder;
    const auto path = folder.path("words");
    const auto file = test::open_file(path, O_WRONLY | O_CREAT);
    options.out = file.get();
    test::Process(options).wait();
    std::vector<std::string> words;
    const auto text = test::read_file(path);
    for (std::size_t begin = 0; begin < text.size(); begin = text.find('\0', begin) + 1)
        words.emplace_back(text.c_str() + begin);
    return words;
}

ToolRun run_tool(const Tool& tool, const std::string& exectap, std::uint64_t execs) {
    return tool.starts_what_it_traces ? run_wrapped(tool, exectap, execs) : run_attached(tool, exectap, execs);
}

}  // namespace exectap::bench
