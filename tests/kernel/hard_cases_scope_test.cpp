// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: who is watched, and who only seems to be one of them.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <set>
#include <sstream>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

using Argvs = std::vector<std::vector<std::string>>;

pid_t number_in(const std::string& line) { return std::stoi(line.substr(line.rfind(' ') + 1)); }

Argvs argvs_of(const JsonOutcome& outcome) {
    Argvs argvs;
    for (const auto& exec : outcome.of("exec")) argvs.push_back(list_of(exec, "argv"));
    return argvs;
}

// All that is told, in both formats: exactly these execs.
void expect_execs(const InBothFormats& told, const Argvs& argvs) {
    EXPECT_EQ(argvs_of(told.events()), argvs);
    EXPECT_EQ(argvs_of(told.json), argvs);
    EXPECT_THAT(told.json.of("attempt"), IsEmpty());
    EXPECT_EQ(told.line.verdict().execs, argvs.size());
}

JsonEvent id_at_start(const JsonOutcome& outcome, pid_t pid) { return outcome.one("process", pid).at("exec_id"); }

TEST_F(HardCase, 11AThreadFromBeforeTheTraceForksAChildThatIsWatched) {
    Process root({test_program("worker_thread")});
    const auto worker = number_in(root.out().next_line());
    ASSERT_NE(worker, root.pid());
    WatchingInBoth trace({root.pid_text()});
    root.write("fork\n");
    const auto child = number_in(root.out().next_line());
    const auto told = trace.stop();
    expect_execs(told, Argvs{{"true", "forked"}});
    const auto line = told.events().at(0);
    EXPECT_EQ(line.pid, child);
    EXPECT_EQ(line.tid, child);
    EXPECT_EQ(line.ppid, root.pid());
    const auto exec = told.json.one("exec", child);
    EXPECT_EQ(exec.at("tid"), child);
    EXPECT_EQ(exec.at("ppid"), root.pid());
    EXPECT_EQ(exec.at("parent_exec_id"), id_at_start(told.json, root.pid()));
    EXPECT_THAT(told.json.of("exit", child), SizeIs(1));
}

// What a stranger may do: run a program in a child and in its own place.
void run_as_stranger(Shell& stranger) {
    stranger.run("/bin/true of a stranger");
    EXPECT_EQ(stranger.ask("exec /bin/sh -c 'echo replaced; exec /bin/sh' stranger"), "replaced");
    stranger.run("/bin/true of a stranger, again");
}

TEST_F(HardCase, 14AStrangerThatIsGivenTheSamePidIsNotWatched) {
    Shell watched;
    Shell keeper;
    WatchingInBoth trace({watched.pid_text(), keeper.pid_text()});
    watched.run("/bin/true of the watched");
    watched.close_input();
    EXPECT_EQ(watched.wait(), exited(0));
    Shell stranger({.argv = {test_program("process_as"), watched.pid_text()}});
    ASSERT_EQ(stranger.ask("echo $$"), watched.pid_text());
    run_as_stranger(stranger);
    keeper.run("/bin/true of the keeper");
    stranger.close_input();
    EXPECT_EQ(stranger.wait(), exited(0));
    const auto told = trace.stop();
    expect_execs(told, {{"/bin/true", "of", "the", "watched"}, {"/bin/true", "of", "the", "keeper"}});
    EXPECT_EQ(told.line.verdict().still_alive, 1U);
    EXPECT_EQ(told.json.one("exit", watched.pid()).at("exec_id"), id_at_start(told.json, watched.pid()));
    EXPECT_THAT(told.json.of("exit"), SizeIs(3));
}

// A shell that is watched, and one that it has under ptrace: the kernel says that the stranger's parent is the tracer.
// Its real parent is another.
void expect_silence_about_the_traced(const std::string& how) {
    SCOPED_TRACE(how);
    Shell watched;
    Shell before;
    Shell meanwhile;
    const auto traced_by = [&](const Shell& stranger) {
        return test_program("tracer") + " " + stranger.pid_text() + " " + how;
    };
    ASSERT_EQ(watched.ask(traced_by(before) + " &"), "ready");
    ASSERT_NE(status_of(before.pid(), "TracerPid"), "0");
    WatchingInBoth trace({watched.pid_text()});
    ASSERT_EQ(watched.ask(traced_by(meanwhile) + " &"), "ready");
    for (auto* stranger : {&before, &meanwhile}) run_as_stranger(*stranger);
    for (auto* stranger : {&before, &meanwhile}) {
        stranger->close_input();
        EXPECT_EQ(stranger->wait(), exited(0));
    }
    watched.run("wait; /bin/true of the watched");
    const auto told = trace.stop();
    expect_execs(told, {{test_program("tracer"), meanwhile.pid_text(), how}, {"/bin/true", "of", "the", "watched"}});
    // Both tracers', and that of /bin/true.
    EXPECT_THAT(told.json.of("exit"), SizeIs(3));
}

TEST_F(HardCase, 15WhatAWatchedShellTracesIsNotWatched) {
    for (const std::string how : {"seize", "attach"}) expect_silence_about_the_traced(how);
}

// /proc/sys/kernel/core_pattern, until the end of the test.
class CorePattern {
public:
    explicit CorePattern(std::string_view pattern) : before_(read_file(kPath)) { EXPECT_TRUE(set(pattern)); }
    ~CorePattern() { set(before_); }
    CorePattern(const CorePattern&) = delete;
    CorePattern& operator=(const CorePattern&) = delete;

    static bool is_writable() { return ::access(kPath, W_OK) == 0; }

private:
    static constexpr const char* kPath = "/proc/sys/kernel/core_pattern";

    // In one write, which is what a sysctl takes.
    static bool set(std::string_view pattern) {
        const auto file = open_file(kPath, O_WRONLY);
        return ::write(file.get(), pattern.data(), pattern.size()) == static_cast<ssize_t>(pattern.size());
    }

    std::string before_;
};

// Of the program core_helper: "PID PPID".
struct Helper {
    pid_t pid = 0;
    pid_t parent = 0;
};

Helper helper_of(const std::string& file) {
    wait_for_content(file, [](const std::string& content) { return !content.empty(); });
    Helper helper;
    std::istringstream(read_file(file)) >> helper.pid >> helper.parent;
    return helper;
}

void expect_helper_in_lines(const Outcome& told, pid_t crashed, const Helper& helper) {
    told.verdict();
    const auto lines = execs_of(told.events(), helper.pid);
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines[0].ppid, helper.parent);
    EXPECT_EQ(lines[0].syscall_id, std::nullopt) << lines[0];
    EXPECT_EQ(lines[0].argv->at(1), std::to_string(crashed));
    EXPECT_THAT(execs_of(told.events(), crashed), IsEmpty());
}

void expect_helper_in_json(const JsonOutcome& told, pid_t crashed, const Helper& helper) {
    const auto exec = told.one("exec", helper.pid);
    EXPECT_EQ(exec.at("ppid"), helper.parent);
    EXPECT_EQ(list_of(exec, "argv").at(1), std::to_string(crashed));
    for (const auto* key : {"syscall", "syscall_id", "tty", "loginuid"}) EXPECT_FALSE(exec.contains(key)) << exec;
    // Its parent is its only ancestor.
    EXPECT_EQ(list_of(exec, "ancestry"), std::vector<std::string>{comm_of(helper.parent)});
    EXPECT_EQ(exec.at("parent_exec_id"), id_at_start(told, helper.parent));
    EXPECT_NE(exec.at("parent_exec_id"), id_at_start(told, crashed));

    const auto end = told.one("exit", crashed);
    EXPECT_EQ(end.at("signal"), "SIGSEGV");
    EXPECT_EQ(end.at("core_dumped"), true);
    EXPECT_EQ(end.at("exec_id"), id_at_start(told, crashed));
    EXPECT_LT(exec.at("seq"), end.at("seq"));
    EXPECT_THAT(told.of("exec", crashed), IsEmpty());
}

TEST_F(HardCase, 16AHelperThatTheKernelStartsIsNotBlamedOnWhoCrashed) {
    SKIP_UNLESS(CorePattern::is_writable(), "/proc/sys/kernel/core_pattern can't be written");
    const TempDir folder;
    // The kernel takes 128 bytes of pattern.
    std::filesystem::create_symlink(test_program("core_helper"), folder.path("h"));
    const CorePattern pattern("|" + folder.path("h") + " %P " + folder.path());
    Process crasher({test_program("end_as"), "signal", std::to_string(SIGSEGV)});
    EXPECT_EQ(crasher.out().next_line(), "ready");
    Watching all({"--all"});
    JsonWatching all_json({"--all"});
    WatchingInBoth only({crasher.pid_text()});
    crasher.write("go\n");
    EXPECT_EQ(crasher.wait(), killed_by(SIGSEGV));
    const auto helper = helper_of(folder.path(crasher.pid_text()));
    const auto of_crasher = only.finish();

    // kthreadd, the kernel's thread that makes all its others.
    EXPECT_EQ(helper.parent, 2);
    expect_helper_in_lines(all.stop(), crasher.pid(), helper);
    expect_helper_in_json(all_json.stop(), crasher.pid(), helper);
    expect_execs(of_crasher, {});
    EXPECT_EQ(of_crasher.json.one("exit").at("core_dumped"), true);
}

TEST_F(HardCase, 17ADaemonThatLeftItsSessionAndItsParentIsWatched) {
    Process root({test_program("double_fork")});
    EXPECT_EQ(root.out().next_line(), "ready");
    WatchingInBoth trace({root.pid_text(), "--events=exec,fork"});
    root.write("go\n");
    const auto daemon = number_in(root.out().next_line());
    root.close_input();
    const auto told = trace.finish();
    // Fork lines are no calls.
    std::vector<std::string> calls;
    std::copy_if(told.line.out.begin(), told.line.out.end(), std::back_inserter(calls),
                 [](const auto& line) { return line.find(" child_pid=") == line.npos; });
    const auto exec_line = parse_events(calls);
    ASSERT_THAT(exec_line, SizeIs(1));
    EXPECT_EQ(exec_line[0].pid, daemon);
    EXPECT_NE(exec_line[0].ppid, root.pid());
    EXPECT_EQ(told.line.verdict().still_alive, 0U);

    const auto forks = told.json.of("fork");
    ASSERT_THAT(forks, SizeIs(2));
    EXPECT_EQ(forks[0].at("pid"), root.pid());
    EXPECT_EQ(forks[1].at("pid"), forks[0].at("child_pid"));
    EXPECT_EQ(forks[1].at("child_pid"), daemon);
    const auto exec = told.json.one("exec");
    EXPECT_EQ(exec.at("pid"), daemon);
    EXPECT_EQ(list_of(exec, "argv"), (std::vector<std::string>{"true", "a daemon"}));
    // Adopted, but still the child of who forked it; and in the session that that one had made.
    EXPECT_NE(exec.at("ppid"), forks[1].at("pid"));
    EXPECT_EQ(exec.at("ppid"), exec_line[0].ppid);
    EXPECT_EQ(exec.at("parent_exec_id"), forks[1].at("exec_id"));
    EXPECT_EQ(exec.at("sid"), forks[1].at("pid"));
    EXPECT_EQ(told.json.summary().at("still_alive"), 0);
}

// The numbers that the children of live_children run with, each once.
std::set<std::size_t> numbers_of(const Argvs& argvs) {
    std::set<std::size_t> numbers;
    for (const auto& argv : argvs) {
        if (!numbers.insert(std::stoul(argv.at(1))).second) ADD_FAILURE() << "told twice: " << argv.at(1);
    }
    return numbers;
}

TEST_F(HardCase, 18EachOfTenThousandLiveChildrenIsWatched) {
    constexpr std::size_t kBefore = 5000;
    constexpr std::size_t kAll = 10000;
    Process root({test_program("live_children"), std::to_string(kBefore), std::to_string(kAll - kBefore)});
    EXPECT_EQ(root.out().next_line(), "ready");
    WatchingInBoth trace({root.pid_text(), "--events=exec"});
    root.write("go\n");
    const auto live = root.out().next_line();
    SKIP_UNLESS(live == "live 10000", "this machine does not let 10,000 processes live at once: " + live);
    root.write("go\n");
    // A busy machine may take long for all of them.
    for (std::size_t ended = 1000; ended <= kAll; ended += 1000)
        EXPECT_EQ(root.out().next_line(), "ended " + std::to_string(ended));
    const auto told = trace.finish();
    std::set<std::size_t> expected;
    for (std::size_t number = 0; number < kAll; number++) expected.insert(expected.end(), number);
    EXPECT_EQ(numbers_of(argvs_of(told.events())), expected);
    EXPECT_EQ(numbers_of(argvs_of(told.json)), expected);
    EXPECT_EQ(told.line.verdict().execs, kAll);
    // Those that were there at the start, their parent, and their ancestors.
    const auto processes = told.json.of("process");
    EXPECT_EQ(std::count_if(processes.begin(), processes.end(), [](const auto& each) { return each.at("watched"); }),
              1 + kBefore);
}

}  // namespace
}  // namespace exectap::test
