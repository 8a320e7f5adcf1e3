// SPDX-License-Identifier: MIT OR Apache-2.0
// What frames the events in JSON: the start, the processes that ran before, and the summary.
#include <fcntl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <set>

#include "kernel/programs/shared_counter.h"
#include "support/clocks.h"
#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using std::chrono::nanoseconds;
using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;
using testing::MatchesRegex;
using testing::SizeIs;

class Json : public KernelTest {};

nanoseconds ns_of(const JsonEvent& line, const char* key) { return nanoseconds(line.at(key).get<std::int64_t>()); }

// What an exec id begins with.
nanoseconds start_in(const JsonEvent& line) { return nanoseconds(std::stoll(line.at("exec_id").get<std::string>())); }

JsonEvent without(JsonEvent line, const std::vector<std::string>& keys) {
    for (const auto& key : keys) EXPECT_EQ(line.erase(key), 1U) << key;
    return line;
}

std::string first_line_of(const std::string& path) { return lines_of(read_all(open_file(path, O_RDONLY))).at(0); }

// That this kernel has; tests/kernel/probe_test.cpp tells which that should be.
std::string way_of_attempts() {
    const auto outcome = run_exectap({"--probe=fexit", "--quiet", "--", "/bin/true"});
    return outcome.status == exited(0) ? "fexit" : "tracepoint";
}

// The start of a trace with defaults, but for what is different each time.
JsonEvent usual_start() {
    utsname machine{};
    ::uname(&machine);
    const auto version = run_exectap({"--version"}).out.at(0);
    return {{"v", 1},
            {"type", "start"},
            {"version", version.substr(version.rfind(' ') + 1)},
            {"host", machine.nodename},
            {"boot_id", first_line_of("/proc/sys/kernel/random/boot_id")},
            {"kernel", machine.release},
            {"arch", machine.machine},
            {"targets", JsonEvent::array()},
            {"filters", {{"events", {"exec", "attempt", "exit"}}, {"watch_children", true}}},
            {"limits", {{"ring_bytes", 16 << 20}, {"buffer_bytes", 64 << 20}, {"max_args_bytes", 64 << 10}}},
            {"attempts", way_of_attempts()}};
}

TEST_F(Json, StartSaysWhereAndWhatIsTraced) {
    const Pty terminal;
    Shell shell({.terminal = &terminal});
    const auto before = now(CLOCK_BOOTTIME);
    JsonWatching trace({shell.pid_text(), "--tty", terminal.path(), "--events", "exec,fork", "--no-watch-children",
                        "--max-args", "4K"});
    const auto after = now(CLOCK_BOOTTIME);
    const auto start = trace.stop().start();
    auto expected = usual_start();
    expected["targets"] = {"pid:" + shell.pid_text(), "tty:" + terminal.path()};
    expected["filters"] = {{"events", {"exec", "fork"}}, {"watch_children", false}};
    expected["limits"]["max_args_bytes"] = 4 << 10;
    expected["attempts"] = "off";
    EXPECT_EQ(without(start, {"trace_id", "time", "boot_ns"}), expected);
    EXPECT_THAT(start.at("trace_id").get<std::string>(),
                MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
    EXPECT_THAT(ns_of(start, "boot_ns"), AllOf(Ge(before), Le(after)));
    // The wall's clock may be set at any time: it is read once, next to the other.
    const auto wall_minus_boot = now(CLOCK_REALTIME) - now(CLOCK_BOOTTIME);
    const auto difference = wall_time(start.at("time")) - ns_of(start, "boot_ns") - wall_minus_boot;
    EXPECT_THAT(difference, AllOf(Ge(std::chrono::milliseconds(-10)), Le(std::chrono::milliseconds(10))));
}

TEST_F(Json, StartNamesTheCommandAndWhatItIsGiven) {
    const auto outcome = run_json({"--", "/bin/sh", "-c", "exit 7", "an argument", "\xff\n"});
    EXPECT_EQ(outcome.status, exited(7));
    const auto& start = outcome.start();
    EXPECT_EQ(start.at("targets"), JsonEvent({"command:/bin/sh"}));
    EXPECT_THAT(list_of(start, "command"), testing::ElementsAre("/bin/sh", "-c", "exit 7", "an argument", "\xff\n"));
    EXPECT_EQ(without(start, {"trace_id", "time", "boot_ns", "command", "command_raw", "targets"}),
              without(usual_start(), {"targets"}));
    // The process that was to become COMMAND.
    const auto exec = outcome.one("exec");
    const auto process = outcome.one("process", exec.at("pid"));
    EXPECT_EQ(process.at("watched"), true);
    EXPECT_EQ(process.at("exec_id"), exec.at("replaced_exec_id"));
    EXPECT_EQ(outcome.one("exit", exec.at("pid")).at("exit_code"), 7);
}

TEST_F(Json, EachTraceHasAnIdOfItsOwn) {
    const auto id = [] { return run_json({"--", "/bin/true"}).start().at("trace_id"); };
    EXPECT_NE(id(), id());
}

TEST_F(Json, TimesOfAllLinesAreOfOneClock) {
    Shell shell;
    JsonWatching trace({shell.pid_text(), "--events", "exec,attempt,exit,fork"});
    shell.run("/bin/true; /nowhere/true 2>/dev/null");
    const auto lines = trace.stop().lines;
    const auto wall_minus_boot = wall_time(lines[0].at("time")) - ns_of(lines[0], "boot_ns");
    for (const auto& line : lines) {
        if (line.contains("start_time")) {
            EXPECT_EQ(wall_time(line.at("start_time")) - start_in(line), wall_minus_boot) << line;
        }
        if (line.contains("since_start_ns")) {
            EXPECT_EQ(wall_time(line.at("time")) - ns_of(line, "since_start_ns"), wall_time(lines[0].at("time")));
            EXPECT_LE(ns_of(line, "since_start_ns"), ns_of(lines.back(), "duration_ns"));
        }
    }
}

TEST_F(Json, SummaryCountsWhatWasTold) {
    const TempDir folder;
    Shell shell;
    shell.run("mkfifo " + folder.path("never") + "; read x <" + folder.path("never") + " &");
    const auto before = now(CLOCK_BOOTTIME);
    JsonWatching trace({shell.pid_text(), "--events", "exec,attempt,exit,fork"});
    const auto is_ready = now(CLOCK_BOOTTIME);
    shell.run("/bin/true; /bin/true; (/bin/true; :); /nowhere/true 2>/dev/null");
    const auto is_done = now(CLOCK_BOOTTIME);
    const auto outcome = trace.stop();
    const auto after = now(CLOCK_BOOTTIME);
    const JsonEvent expected = {{"v", 1},
                                {"type", "summary"},
                                {"execs_seen", 3},
                                {"execs_delivered", 3},
                                {"attempts_seen", 1},
                                {"attempts_delivered", 1},
                                {"exits_seen", 5},
                                {"exits_delivered", 5},
                                {"forks_seen", 5},
                                {"forks_delivered", 5},
                                {"filtered", 0},
                                {"undecided", 0},
                                {"lost", 0},
                                {"lost_by_reason", JsonEvent::object()},
                                {"marks_lost", 0},
                                {"cgroups_lost", 0},
                                {"lineage_lost", 0},
                                {"bad_records", 0},
                                {"still_alive", 2},
                                {"complete", true}};
    EXPECT_EQ(without(outcome.summary(), {"duration_ns"}), expected) << text_of(outcome.lines);
    EXPECT_THAT(ns_of(outcome.summary(), "duration_ns"), AllOf(Ge(is_done - is_ready), Le(after - before)));
    EXPECT_THAT(outcome.of("exec"), SizeIs(3));
    EXPECT_THAT(outcome.of("attempt"), SizeIs(1));
    EXPECT_THAT(outcome.of("exit"), SizeIs(5));
    EXPECT_THAT(outcome.of("fork"), SizeIs(5));
    write_file(folder.path("never"), "\n");
}

// Parents first, each once.
void expect_in_order(const std::vector<JsonEvent>& processes) {
    std::map<pid_t, std::size_t> places;
    for (std::size_t i = 0; i < processes.size(); i++)
        EXPECT_TRUE(places.emplace(processes[i].at("pid"), i).second) << processes[i];
    for (std::size_t i = 0; i < processes.size(); i++) {
        const auto parent = places.find(processes[i].at("ppid"));
        if (parent != places.end()) {
            EXPECT_LT(parent->second, i) << processes[i];
        }
        // Whose parent is known is never the end of the line.
        EXPECT_TRUE(!processes[i].contains("parent_exec_id") || parent != places.end()) << processes[i];
    }
}

TEST_F(Json, ProcessesAreTheWatchedOnesAndTheirAncestors) {
    const TempDir folder;
    Shell stranger;
    Process threads({test_program("worker_thread")});
    EXPECT_THAT(threads.out().next_line(), testing::StartsWith("worker "));
    Shell shell;
    shell.run("mkfifo " + folder.path("go"));
    const auto child = std::stoi(shell.ask("(read x <" + folder.path("go") + ") & echo $!"));
    JsonWatching trace({shell.pid_text(), threads.pid_text()});
    const auto outcome = trace.stop();
    const auto processes = outcome.of("process");
    expect_in_order(processes);
    std::vector<pid_t> watched;
    for (const auto& process : processes) {
        if (process.at("watched").get<bool>()) watched.push_back(process.at("pid"));
    }
    EXPECT_THAT(watched, testing::UnorderedElementsAre(shell.pid(), child, threads.pid()));
    EXPECT_THAT(outcome.of("process", stranger.pid()), IsEmpty());
    const auto of_shell = outcome.one("process", shell.pid());
    const auto of_child = outcome.one("process", child);
    const auto of_test = outcome.one("process", ::getpid());
    EXPECT_EQ(of_shell.at("ppid"), ::getpid());
    EXPECT_EQ(of_shell.at("comm"), "sh");
    EXPECT_EQ(of_shell.at("parent_exec_id"), of_test.at("exec_id"));
    EXPECT_EQ(of_child.at("ppid"), shell.pid());
    EXPECT_EQ(of_child.at("comm"), "sh");
    EXPECT_EQ(of_child.at("parent_exec_id"), of_shell.at("exec_id"));
    EXPECT_EQ(of_test.at("ppid"), ::getppid());
    EXPECT_EQ(bytes_of(of_test, "comm"), first_line_of("/proc/self/comm"));
    EXPECT_EQ(of_test.at("watched"), false);
    EXPECT_EQ(outcome.summary().at("still_alive"), 3);
    write_file(folder.path("go"), "\n");
}

TEST_F(Json, ProcessesWithoutChildrenAreTheTargetsAndTheirAncestors) {
    const TempDir folder;
    Shell shell;
    shell.run("mkfifo " + folder.path("go"));
    const auto child = std::stoi(shell.ask("(read x <" + folder.path("go") + ") & echo $!"));
    const auto outcome = JsonWatching({"--no-watch-children", shell.pid_text()}).stop();
    EXPECT_EQ(outcome.one("process", shell.pid()).at("watched"), true);
    EXPECT_THAT(outcome.of("process", child), IsEmpty());
    write_file(folder.path("go"), "\n");
}

TEST_F(Json, ProcessesOfAllAreAllOfThem) {
    Shell shell;
    const auto outcome = JsonWatching({"--all", "--no-failed"}).stop();
    expect_in_order(outcome.of("process"));
    for (const pid_t pid : {2, ::getpid(), shell.pid()}) EXPECT_EQ(outcome.one("process", pid).at("watched"), true);
    EXPECT_EQ(outcome.one("process", 2).at("comm"), "kthreadd");
    EXPECT_EQ(outcome.start().at("targets"), JsonEvent({"all"}));
}

TEST_F(Json, ProcessesIncludeInit) {
    for (const std::string target : {"--all", "1"}) {
        const auto outcome = JsonWatching({target, "--no-failed"}).stop();
        // It did not end by itself.
        EXPECT_THAT(outcome.err, testing::Contains("Exiting..."));
        ASSERT_THAT(outcome.of("process", 1), SizeIs(1));
        EXPECT_EQ(outcome.one("process", 1).at("ppid"), 0);
        EXPECT_EQ(outcome.one("process", 1).at("watched"), true);
        EXPECT_EQ(bytes_of(outcome.one("process", 1), "comm"), first_line_of("/proc/1/comm"));
    }
}

// What is forked while the trace starts is told by its fork, or ran before: never both.
TEST_F(Json, ProcessesAreNotThoseWhoseForkIsTold) {
    const TempDir folder;
    for (int i = 0; i < 10; i++) {
        const auto path = folder.path(std::to_string(i));
        const SharedCounter counter(path);
        Process program({test_program("forker"), path, "daemons"});
        const auto first = program.out().next_line();
        JsonWatching trace({"--no-failed", "--events=fork", first.substr(first.rfind(' ') + 1)});
        program.write("go\n");
        program.out().wait_for_line("last ");
        const auto outcome = trace.finish();
        std::set<std::string> forked;
        for (const auto& fork : outcome.of("fork")) forked.insert(fork.at("child_exec_id"));
        for (const auto& process : outcome.of("process"))
            EXPECT_FALSE(forked.contains(process.at("exec_id"))) << process;
    }
}

TEST_F(Json, ProcessesNamesKeepTheirBytes) {
    const TempDir folder;
    const auto path = folder.path("na\xff\x1b\nme");
    std::filesystem::copy_file(test_program("exec_as"), path);
    Process program({path, "/bin/true", "true"});
    const auto outcome = watch_json(program);
    EXPECT_EQ(bytes_of(outcome.one("process", program.pid()), "comm"), "na\xff\x1b\nme");
}

}  // namespace
}  // namespace exectap::test
