// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: what is a process, in what order things are told, and when they happened.
#include <bpf/bpf.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/clocks.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using std::chrono::nanoseconds;
using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::SizeIs;

pid_t number_in(const std::string& line) { return std::stoi(line.substr(line.rfind(' ') + 1)); }

// Those that begin so, as their texts after "[time] ".
std::vector<std::string> lines_with(const Outcome& outcome, const std::string& words) {
    std::vector<std::string> found;
    std::copy_if(outcome.out.begin(), outcome.out.end(), std::back_inserter(found),
                 [&](const auto& line) { return line.find(words) != line.npos; });
    return found;
}

// Of a fork's line, and of an exec's.
constexpr const char* kFork = " child_pid=";
constexpr const char* kExec = " filename=";

std::string of_pid(pid_t pid) { return "] pid=" + std::to_string(pid) + " "; }

// What the program `forks` says: the way and the process that it made.
std::map<std::string, pid_t> processes_from(Process& program) {
    constexpr std::size_t kWays = 6;
    std::map<std::string, pid_t> processes;
    for (std::size_t i = 0; i < kWays; i++) {
        const auto line = program.out().next_line();
        processes[line.substr(0, line.find(' '))] = number_in(line);
    }
    return processes;
}

TEST_F(HardCase, 37EveryWayToMakeAProcessIsSeenAndThreadsAreNone) {
    Process program({test_program("forks")});
    const auto told = watch_in_both(program, {"--events", "fork,exec"});
    const auto processes = processes_from(program);
    const auto parents_id = told.json.one("process", program.pid()).at("exec_id");
    const auto forks = told.json.of("fork");
    ASSERT_THAT(forks, SizeIs(processes.size())) << text_of(told.json.lines);
    EXPECT_EQ(told.json.summary().at("forks_seen"), processes.size());
    EXPECT_THAT(told.json.of("exec"), SizeIs(processes.size() - 1));
    EXPECT_THAT(lines_with(told.line, kFork), SizeIs(processes.size()));
    EXPECT_THAT(lines_with(told.line, kExec), SizeIs(processes.size() - 1));
    for (const auto& fork : forks) {
        EXPECT_EQ(fork.at("pid"), program.pid()) << fork;
        EXPECT_EQ(fork.at("exec_id"), parents_id) << fork;
    }
    for (const auto& [way, pid] : processes) {
        SCOPED_TRACE(way);
        const auto fork = std::find_if(forks.begin(), forks.end(),
                                       [pid = pid](const auto& each) { return each.at("child_pid") == pid; });
        ASSERT_NE(fork, forks.end());
        EXPECT_THAT(lines_with(told.line, kFork + std::to_string(pid)), SizeIs(1));
        EXPECT_THAT(lines_with(told.line, of_pid(pid)), SizeIs(way == "only" ? 0 : 1));
        if (way == "only") continue;
        const auto exec = told.json.one("exec", pid);
        EXPECT_EQ(exec.at("replaced_exec_id"), fork->at("child_exec_id"));
        EXPECT_EQ(exec.at("parent_exec_id"), parents_id);
        EXPECT_EQ(exec.at("ppid"), program.pid());
        EXPECT_LT(fork->at("seq"), exec.at("seq"));
    }
}

// The numbers of a process's next lines "word NUMBER", until the one that is `last`.
std::vector<pid_t> numbers_until(Process& program, const std::string& last) {
    std::vector<pid_t> numbers;
    for (auto line = program.out().next_line(); line != last; line = program.out().next_line())
        numbers.push_back(number_in(line));
    return numbers;
}

void expect_nothing_of(pid_t thread, const Outcome& lines, const JsonOutcome& json) {
    EXPECT_THAT(lines_with(lines, of_pid(thread)), IsEmpty());
    EXPECT_THAT(lines_with(lines, kFork + std::to_string(thread) + " "), IsEmpty());
    for (const auto& event : json.events()) {
        EXPECT_NE(event.at("pid"), thread) << event;
        EXPECT_NE(event.value("child_pid", 0), thread) << event;
    }
}

// The threads that the kernel makes for it are told neither as forks nor as ends, and keep no end from being told.
void expect_no_process_of_io_uring(const std::vector<std::string>& target_of) {
    constexpr std::size_t kChildren = 200;
    Process program({test_program("io_workers"), std::to_string(kChildren)});
    EXPECT_EQ(program.out().next_line(), "ready");
    auto arguments = target_of;
    if (arguments.empty()) arguments.push_back(program.pid_text());
    arguments.emplace_back("--events=fork,exec,exit");
    Watching line(arguments);
    JsonWatching json(arguments);
    program.write("go\n");
    const auto threads = numbers_until(program, "all");
    ASSERT_THAT(threads, SizeIs(Ge(2U)));
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    const auto lines = line.stop();
    const auto told = json.stop();
    lines.verdict();

    std::set<pid_t> children;
    for (const auto& fork : told.of("fork", program.pid())) children.insert(fork.at("child_pid").get<pid_t>());
    EXPECT_THAT(children, SizeIs(kChildren + 1));
    EXPECT_THAT(lines_with(lines, of_pid(program.pid()) + "child_pid="), SizeIs(kChildren + 1));
    for (const pid_t child : children) {
        EXPECT_THAT(told.of("exit", child), SizeIs(1)) << child;
        EXPECT_THAT(lines_with(lines, of_pid(child) + "exit_code=0"), SizeIs(1)) << child;
    }
    for (const pid_t thread : threads) expect_nothing_of(thread, lines, told);
    EXPECT_EQ(told.one("exec", program.pid()).at("tid"), program.pid());
    EXPECT_THAT(told.of("exit", program.pid()), SizeIs(1));
    const auto execs = told.of("exec");
    EXPECT_EQ(std::count_if(execs.begin(), execs.end(),
                            [&](const auto& exec) { return children.contains(exec.at("pid").template get<pid_t>()); }),
              1);
}

bool has_io_uring() {
    const auto* const setting = "/proc/sys/kernel/io_uring_disabled";
    return ::access(setting, R_OK) != 0 || read_file(setting) == "0\n";
}

TEST_F(HardCase, 37WorkersOfIoUringAreNoProcesses) {
    SKIP_UNLESS(has_io_uring(), "io_uring is disabled: kernel.io_uring_disabled");
    expect_no_process_of_io_uring({});
    expect_no_process_of_io_uring({"--all"});
}

std::set<pid_t> pids_named_like(const std::string& beginning) {
    std::set<pid_t> pids;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const auto pid = std::atoi(entry.path().filename().c_str());
        std::ifstream file(entry.path() / "comm");
        std::string comm;
        if (pid != 0 && std::getline(file, comm) && comm.starts_with(beginning)) pids.insert(pid);
    }
    return pids;
}

// One that begins and ends while this runs: each entry of such a map has its own.
std::set<pid_t> use_kernel_thread() {
    const std::string name = "cpumap/";
    const auto before = pids_named_like(name);
    const UniqueFd map(::bpf_map_create(BPF_MAP_TYPE_CPUMAP, "exectap_test", sizeof(__u32), sizeof(__u32), 1, nullptr));
    const __u32 cpu = 0;
    const __u32 queue = 192;
    if (!map || ::bpf_map_update_elem(map.get(), &cpu, &queue, BPF_ANY) != 0) return {};
    auto threads = pids_named_like(name);
    for (const auto pid : before) threads.erase(pid);
    return threads;
}

TEST_F(HardCase, 37AThreadOfTheKernelIsNoProcess) {
    const std::vector<std::string> arguments{"--all", "--events=fork,exec,exit"};
    Watching line(arguments);
    JsonWatching json(arguments);
    const auto threads = use_kernel_thread();
    SKIP_UNLESS(!threads.empty(), "this kernel has no BPF maps of CPUs");
    Shell shell;
    const auto process = std::stoi(shell.ask("(:) & echo $!; wait"));
    shell.run(":");
    const auto lines = line.stop();
    const auto told = json.stop();
    lines.verdict();
    EXPECT_THAT(lines_with(lines, kFork + std::to_string(process)), SizeIs(1));
    EXPECT_THAT(told.of("exit", process), SizeIs(1));
    for (const pid_t thread : threads) expect_nothing_of(thread, lines, told);
}

// What is told of an exec of cpu_chains: of the parent of a chain, or of the child.
struct Link {
    pid_t pid;
    pid_t parent;
    bool is_parent;
    std::string chain;
};

Link link_of(pid_t pid, pid_t parent, const std::vector<std::string>& argv) {
    const bool is_parent = argv.at(1) == "parent";
    return {pid, parent, is_parent, argv.at(is_parent ? 2 : 1)};
}

// Each chain's parent is told before its child.
void expect_parents_first(const std::vector<Link>& links, std::size_t chains) {
    ASSERT_THAT(links, SizeIs(2 * chains));
    std::map<std::string, pid_t> parents;
    for (const auto& link : links) {
        if (link.is_parent) {
            EXPECT_TRUE(parents.emplace(link.chain, link.pid).second) << link.chain;
            continue;
        }
        const auto parent = parents.find(link.chain);
        ASSERT_NE(parent, parents.end()) << "of chain " << link.chain << " the child comes first";
        EXPECT_EQ(link.parent, parent->second) << link.chain;
    }
    EXPECT_THAT(parents, SizeIs(chains));
}

std::size_t usable_cpus() {
    cpu_set_t set;
    checked(::sched_getaffinity(0, sizeof(set), &set), "sched_getaffinity");
    return static_cast<std::size_t>(CPU_COUNT(&set));
}

TEST_F(HardCase, 38AParentsExecComesBeforeItsChildsOnAnotherCpu) {
    SKIP_UNLESS(usable_cpus() >= 2, "this machine has one CPU");
    constexpr std::size_t kChains = 10'000;
    Process program({test_program("cpu_chains"), std::to_string(kChains)});
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingInBoth trace({program.pid_text(), "--events=exec"});
    program.write("go\n");
    // It says a number now and then: a busy machine may take long for all of them.
    EXPECT_THAT(numbers_until(program, "all"), SizeIs(kChains / 100));
    const auto told = trace.finish();
    std::vector<Link> links;
    for (const auto& exec : told.events()) links.push_back(link_of(exec.pid, exec.ppid, exec.argv.value()));
    expect_parents_first(links, kChains);
    links.clear();
    std::map<std::string, nanoseconds> times;
    for (const auto& exec : told.json.of("exec")) {
        links.push_back(link_of(exec.at("pid"), exec.at("ppid"), list_of(exec, "argv")));
        const nanoseconds time(exec.at("since_start_ns").get<std::int64_t>());
        const auto [parents_time, is_first] = times.emplace(links.back().chain, time);
        // The clock is the machine's, not the CPU's.
        EXPECT_LE(parents_time->second, time) << exec;
    }
    expect_parents_first(links, kChains);
}

// "12.345678" in microseconds, which is what is shown.
std::chrono::microseconds shown_time(const std::string& text) {
    const auto point = text.find('.');
    EXPECT_EQ(text.size(), point + 7) << text;
    return std::chrono::seconds(std::stoll(text)) + std::chrono::microseconds(std::stoll(text.substr(point + 1)));
}

struct Instant {
    nanoseconds boot = now(CLOCK_BOOTTIME);
    nanoseconds wall = now(CLOCK_REALTIME);
};

// A program that runs another one and then a third, and the clocks before, between and after these execs.
struct TwoExecs {
    Instant before;
    Instant between;
    Instant after;
    InBothFormats told;
};

TwoExecs two_execs(const std::string& style) {
    const auto exec_as = test_program("exec_as");
    Process program({exec_as, exec_as, "exec_as", "/bin/true", "true"});
    EXPECT_EQ(program.out().next_line(), "ready");
    const Instant before;
    WatchingInBoth trace({program.pid_text(), "--time=" + style, "--events=exec,exit"});
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "ready");
    const Instant between;
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    const Instant after;
    return {before, between, after, trace.finish()};
}

// The two execs of the lines, as they stand in the brackets.
std::array<std::string, 2> times_of(const TwoExecs& execs) {
    const auto lines = lines_with(execs.told.line, kExec);
    return {parse_event(lines.at(0)).time, parse_event(lines.at(1)).time};
}

TEST_F(HardCase, 40ALinesTimeIsThatOfTheMachinesClocks) {
    using std::chrono::floor;
    using std::chrono::microseconds;
    const auto boot = two_execs("boot");
    const auto [first_boot, second_boot] = times_of(boot);
    EXPECT_THAT(shown_time(first_boot), AllOf(Ge(floor<microseconds>(boot.before.boot)), Le(boot.between.boot)));
    EXPECT_THAT(shown_time(second_boot), AllOf(Ge(floor<microseconds>(boot.between.boot)), Le(boot.after.boot)));

    const auto start = two_execs("start");
    const auto [first_start, second_start] = times_of(start);
    EXPECT_THAT(shown_time(first_start), AllOf(Ge(microseconds(0)), Le(start.between.boot - start.before.boot)));
    EXPECT_THAT(shown_time(second_start), AllOf(Ge(shown_time(first_start)), Le(start.after.boot - start.before.boot)));

    const auto wall = two_execs("wall");
    // The wall's clock is measured once, against the machine's: give it what that may be off.
    constexpr std::chrono::milliseconds kSlack{1};
    const auto [first_wall, second_wall] = times_of(wall);
    EXPECT_EQ(first_wall.size(), std::string("2026-01-31T09:41:03.123456Z").size());
    EXPECT_THAT(wall_time(first_wall), AllOf(Ge(wall.before.wall - kSlack), Le(wall.between.wall + kSlack)));
    EXPECT_THAT(wall_time(second_wall), AllOf(Ge(wall.between.wall - kSlack), Le(wall.after.wall + kSlack)));
}

nanoseconds nanoseconds_in(const JsonEvent& event, const char* key) {
    EXPECT_TRUE(event.at(key).is_number_integer()) << event;
    return nanoseconds(event.at(key).get<std::int64_t>());
}

TEST_F(HardCase, 40TimesInJsonAreWholeNanosecondsOfBothClocks) {
    const auto execs = two_execs("boot");
    const auto& start = execs.told.json.start();
    const auto events = execs.told.json.events();
    ASSERT_THAT(events, SizeIs(3));
    constexpr std::chrono::milliseconds kSlack{1};
    const auto boot = nanoseconds_in(start, "boot_ns");
    const auto wall_minus_boot = wall_time(start.at("time")) - boot;
    const std::array<std::pair<Instant, Instant>, 3> windows{
        {{execs.before, execs.between}, {execs.between, execs.after}, {execs.between, execs.after}}};
    int fractions = 0;
    for (std::size_t i = 0; i < events.size(); i++) {
        SCOPED_TRACE(events[i].dump());
        const auto& [begin, end] = windows.at(i);
        const auto since_boot = boot + nanoseconds_in(events[i], "since_start_ns");
        EXPECT_THAT(since_boot, AllOf(Ge(begin.boot), Le(end.boot)));
        const auto time = wall_time(events[i].at("time"));
        EXPECT_EQ(events[i].at("time").get<std::string>().size(), std::string("2026-01-31T09:41:03.123456789Z").size());
        EXPECT_THAT(time, AllOf(Ge(begin.wall - kSlack), Le(end.wall + kSlack)));
        EXPECT_EQ(time - since_boot, wall_minus_boot);
        if (since_boot % std::chrono::microseconds(1) != nanoseconds(0)) fractions++;
    }
    // No coarser clock: all three would end in three zeros.
    EXPECT_GT(fractions, 0);
    const auto since_exec = nanoseconds_in(events[2], "since_start_ns") - nanoseconds_in(events[1], "since_start_ns");
    const auto lived = nanoseconds_in(events[2], "duration_ns");
    // Both of its ends are measured a moment apart from the events' own times.
    EXPECT_THAT(lived, AllOf(Ge(nanoseconds(0)), Ge(since_exec - kSlack), Le(execs.after.boot - execs.between.boot)));
}

}  // namespace
}  // namespace exectap::test
