// SPDX-License-Identifier: MIT OR Apache-2.0
// The ends of processes: how, when, and what they used.
#include <fmt/format.h>
#include <sys/resource.h>

#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using std::chrono::nanoseconds;
using testing::AllOf;
using testing::Ge;
using testing::Le;
using testing::SizeIs;

class Exits : public KernelTest {};

nanoseconds since_boot() {
    timespec time{};
    ::clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

nanoseconds ns_of(const JsonEvent& event, const char* key) { return nanoseconds(event.at(key).get<std::int64_t>()); }

// The number in a line "word number".
long number_in(const std::string& line) { return std::stol(line.substr(line.rfind(' ') + 1)); }

// As wait(2) has it, of what is the only end told.
void expect_as_waited_for(const JsonEvent& exit, Process& program) {
    const auto status = program.wait();
    if (status.signal == 0) {
        EXPECT_EQ(exit.at("exit_code"), status.code) << exit;
    } else {
        EXPECT_FALSE(exit.contains("exit_code")) << exit;
        EXPECT_TRUE(exit.contains("signal")) << exit;
    }
}

JsonEvent end_of(const std::vector<std::string>& how) {
    std::vector<std::string> argv{test_program("end_as")};
    argv.insert(argv.end(), how.begin(), how.end());
    Process program(argv);
    const auto outcome = watch_json(program);
    EXPECT_THAT(outcome.events(), SizeIs(1)) << text_of(outcome.lines);
    EXPECT_EQ(outcome.summary().at("exits_seen"), 1);
    auto exit = outcome.one("exit", program.pid());
    expect_as_waited_for(exit, program);
    return exit;
}

TEST_F(Exits, SayTheStatus) {
    for (const std::string code : {"0", "1", "255", "263"}) {
        const auto exit = end_of({"code", code});
        EXPECT_EQ(exit.at("exit_code"), std::stoi(code) % 256);
        EXPECT_EQ(exit.at("core_dumped"), false);
    }
}

TEST_F(Exits, SayTheSignal) {
    EXPECT_EQ(end_of({"signal", std::to_string(SIGTERM)}).at("signal"), "SIGTERM");
    EXPECT_EQ(end_of({"signal", std::to_string(SIGKILL)}).at("signal"), "SIGKILL");
    EXPECT_EQ(end_of({"signal", "40"}).at("signal"), "SIG40");
    EXPECT_EQ(end_of({"signal", "64"}).at("signal"), "SIG64");
}

TEST_F(Exits, OfASignalFromOutsideAreToldToo) {
    Process program({test_program("end_as"), "code", "0"});
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching trace({program.pid_text()});
    program.send_signal(SIGKILL);
    EXPECT_EQ(program.wait(), killed_by(SIGKILL));
    EXPECT_EQ(trace.finish().one("exit", program.pid()).at("signal"), "SIGKILL");
}

// Of a program that ends by SIGSEGV in `folder`, where a core may have so many blocks.
JsonEvent crash_in(const TempDir& folder, const std::string& core_limit) {
    Process program({"/bin/sh", "-c", R"(cd "$1" && ulimit -c "$2" && shift 2 && exec "$@")", "sh", folder.path(),
                     core_limit, test_program("end_as"), "signal", std::to_string(SIGSEGV)});
    auto exit = watch_json(program).one("exit", program.pid());
    EXPECT_EQ(program.wait(), killed_by(SIGSEGV));
    EXPECT_EQ(exit.at("signal"), "SIGSEGV");
    return exit;
}

TEST_F(Exits, SayThatNoCoreWasDumped) {
    const TempDir folder;
    EXPECT_EQ(crash_in(folder, "0").at("core_dumped"), false);
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(Exits, SayThatACoreWasDumped) {
    const auto pattern = read_file("/proc/sys/kernel/core_pattern");
    SKIP_UNLESS(pattern.find_first_of("|/@") == std::string::npos, "cores do not go to the working directory here");
    const TempDir folder;
    EXPECT_EQ(crash_in(folder, "unlimited").at("core_dumped"), true);
    EXPECT_FALSE(std::filesystem::is_empty(folder.path()));
}

// The kernel's rule since 5.17: the last thread to begin its end decides, unless one ended them all.
TEST_F(Exits, AreThoseOfTheLastThreadWhereTheLeaderEndedFirst) {
    EXPECT_EQ(end_of({"threads", "5", "9"}).at("exit_code"), 9);
}

TEST_F(Exits, AreThoseOfTheThreadThatEndsTheWholeProcess) { EXPECT_EQ(end_of({"group", "5", "9"}).at("exit_code"), 9); }

TEST_F(Exits, DurationIsFromTheExecToTheEnd) {
    const auto exec_as = test_program("exec_as");
    Process program({exec_as, test_program("end_as"), "end_as", "code", "0"});
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching trace({program.pid_text()});
    const auto before_exec = since_boot();
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "ready");
    const auto it_runs = since_boot();
    const auto before_end = since_boot();
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    const auto after_end = since_boot();
    const auto outcome = trace.finish();
    const auto exit = outcome.one("exit");
    const auto duration = ns_of(exit, "duration_ns");
    EXPECT_THAT(duration, AllOf(Ge(before_end - it_runs), Le(after_end - before_exec)));
    // The same moments, but for what a probe takes from its first line to its last.
    const auto between = ns_of(exit, "since_start_ns") - ns_of(outcome.one("exec"), "since_start_ns");
    EXPECT_THAT(duration,
                AllOf(Ge(between - std::chrono::milliseconds(1)), Le(between + std::chrono::milliseconds(1))));
    EXPECT_EQ(exit.at("exec_id"), outcome.one("exec").at("exec_id"));
}

TEST_F(Exits, DurationIsAbsentOfAnExecBeforeTheTrace) { EXPECT_FALSE(end_of({"code", "0"}).contains("duration_ns")); }

TEST_F(Exits, DurationOfAForkIsFromTheForkToTheEnd) {
    Shell shell;
    JsonWatching trace({shell.pid_text()});
    const auto before = since_boot();
    const auto child = std::stoi(shell.ask("(read line; exit 3) & echo $!; wait $!; echo waited"));
    EXPECT_EQ(shell.out().next_line(), "waited");
    const auto after = since_boot();
    const auto outcome = trace.stop();
    const auto exit = outcome.one("exit", child);
    EXPECT_THAT(ns_of(exit, "duration_ns"), Le(after - before));
    EXPECT_THAT(ns_of(exit, "duration_ns"), Ge(nanoseconds(1)));
}

// The kernel knows when it was forked, and that it has made no exec since.
TEST_F(Exits, DurationOfAForkFromBeforeTheTraceIsFromItsForkToo) {
    const TempDir folder;
    Shell shell;
    shell.run("mkfifo " + folder.path("go"));
    const auto child = std::stoi(shell.ask(fmt::format("(read line <{}; exit 3) & echo $!", folder.path("go"))));
    const auto it_runs = since_boot();
    JsonWatching trace({shell.pid_text()});
    const auto before_end = since_boot();
    shell.run(fmt::format("echo >{}; wait {}", folder.path("go"), child));
    const auto exit = trace.stop().one("exit", child);
    EXPECT_EQ(exit.at("exit_code"), 3);
    EXPECT_THAT(ns_of(exit, "duration_ns"), Ge(before_end - it_runs));
}

// A process that has ended, and what wait4(2) said of it.
struct Spent {
    JsonEvent exit;
    long max_rss_kb;
    nanoseconds user;
    nanoseconds system;
};

Spent spend(const std::vector<std::string>& what) {
    std::vector<std::string> command{test_program("spend")};
    command.insert(command.end(), what.begin(), what.end());
    Process program(command);
    const auto outcome = watch_json(program);
    EXPECT_EQ(program.wait(), exited(0));
    const auto next = [&program] { return number_in(program.out().next_line()); };
    const auto child = static_cast<pid_t>(next());
    const auto max_rss_kb = next();
    const std::chrono::microseconds user(next());
    const std::chrono::microseconds system(next());
    return {outcome.one("exit", child), max_rss_kb, user, system};
}

TEST_F(Exits, MostMemoryIsAsWaitHasIt) {
    const auto spent = spend({"65536", "0"});
    EXPECT_THAT(spent.max_rss_kb, Ge(65536));
    EXPECT_EQ(spent.exit.at("max_rss_kb"), spent.max_rss_kb);
}

// The kernel counts ticks; for wait(2) it then makes them fit the time that it measured. How far the two are apart
// depends on what else the machine does: the bounds only tell the right clock from a wrong one.
void expect_cpu_time(const Spent& spent) {
    const auto told = ns_of(spent.exit, "user_ns") + nanoseconds(spent.exit.value("system_ns", std::int64_t{0}));
    const auto waited_for = spent.user + spent.system;
    EXPECT_THAT(waited_for, Ge(std::chrono::milliseconds(200)));
    EXPECT_THAT(told, AllOf(Ge(waited_for / 4), Le(waited_for * 4)));
}

TEST_F(Exits, CpuTimesAreThoseOfWaitButForTicks) { expect_cpu_time(spend({"0", "200"})); }

TEST_F(Exits, CpuTimesIncludeThoseOfTheFirstThreadWhereItEndedFirst) { expect_cpu_time(spend({"0", "200", "leave"})); }

TEST_F(Exits, AreNotToldWithoutBeingAskedFor) {
    Process program({test_program("end_as"), "code", "0"});
    const auto outcome = watch_json(program, {"--events=exec"});
    EXPECT_THAT(outcome.events(), SizeIs(0));
    EXPECT_FALSE(outcome.summary().contains("exits_seen"));
}

TEST_F(Exits, InALineSayPidStatusAndDuration) {
    Process program({test_program("end_as"), "code", "7"});
    const auto outcome = watch_to_its_end(program, {"--events=exit"});
    EXPECT_THAT(
        outcome.out,
        testing::ElementsAre(testing::MatchesRegex(fmt::format("\\[[0-9.]+\\] pid={} exit_code=7", program.pid()))));
}

}  // namespace
}  // namespace exectap::test
