// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: pids that name no process to watch, or name it only where exectap runs.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// One line that says so, and nothing traced, in both formats.
void expect_refused(const std::vector<std::string>& arguments, int status, const std::string& words) {
    for (const std::string format : {"line", "json"}) {
        SCOPED_TRACE(testing::PrintToString(arguments) + " as " + format);
        auto all = arguments;
        all.insert(all.begin(), {"--format", format});
        expect_one_error(run_exectap(all), status, {"exectap: " + words});
    }
}

TEST_F(HardCase, 41ANumberThatCanBeNoPidIsRefused) {
    for (const std::string pid : {"0", "4294967296", "4194305", "18446744073709551616"}) {
        expect_refused({pid}, kUsage, pid + " is no pid");
        expect_refused({"--pid", pid}, kUsage, pid + " is no pid");
    }
}

TEST_F(HardCase, 41APidThatNoProcessHasIsRefused) {
    Process gone({"/bin/true"});
    gone.wait();
    expect_refused({gone.pid_text()}, kFailure, "no process " + gone.pid_text());
    Shell alive;
    expect_refused({alive.pid_text(), "--pid", gone.pid_text()}, kFailure, "no process " + gone.pid_text());
}

TEST_F(HardCase, 41AKernelThreadIsRefused) {
    SKIP_UNLESS(::access("/proc/2/comm", R_OK) == 0 && comm_of(2) == "kthreadd", "no kernel thread is visible here");
    expect_refused({"2"}, kUsage, "2 is a kernel thread, which runs no programs");
}

TEST_F(HardCase, 41ItselfIsRefused) {
    for (const std::string format : {"line", "json"}) {
        Process exectap({"/bin/sh", "-c", fmt::format("exec {} --format {} $$", EXECTAP_BINARY, format)});
        EXPECT_EQ(exectap.wait(), exited(kUsage));
        EXPECT_THAT(exectap.out().wait_for_end(), IsEmpty());
        EXPECT_THAT(exectap.err().wait_for_end(),
                    ElementsAre("exectap: " + exectap.pid_text() + " is exectap itself, which it never watches"));
    }
}

// One that is held up between finding its targets and tracing: until somebody reads what it writes.
class HeldUp {
public:
    HeldUp(std::vector<std::string> arguments, const std::string& last_target) {
        if (::mkfifo(output().c_str(), 0600) != 0) throw_errno(output());
        arguments.insert(arguments.begin(), {"-o", output()});
        exectap_.emplace(arguments, ProcessOptions{.env = {"EXECTAP_LOG=target=info"}});
        exectap_->err().wait_for_line("exectap: [target] info: process " + last_target + " found");
    }

    // Its end, with what it wrote as its output.
    Outcome go_on() {
        LineCollector written(open_file(output(), O_RDONLY));
        auto outcome = exectap_->finish();
        outcome.out = written.wait_for_end();
        return outcome;
    }

private:
    std::string output() const { return folder_.path("events"); }

    TempDir folder_;
    std::optional<Exectap> exectap_;
};

// `end` is what becomes of the process then.
template <typename End>
void expect_it_is_missed(Process& doomed, End end) {
    Shell alive;
    HeldUp alone({doomed.pid_text()}, doomed.pid_text());
    HeldUp json({"--json", doomed.pid_text()}, doomed.pid_text());
    HeldUp not_alone({doomed.pid_text(), alive.pid_text()}, alive.pid_text());
    end();
    for (auto* trace : {&alone, &json, &not_alone}) {
        const auto outcome = trace->go_on();
        EXPECT_EQ(outcome.status, exited(kFailure));
        EXPECT_THAT(outcome.out, IsEmpty());
        EXPECT_THAT(outcome.last_words(), HasSubstr("process " + doomed.pid_text() + " has ended"));
        EXPECT_EQ(std::count_if(outcome.err.begin(), outcome.err.end(), is_banner), 0);
    }
}

TEST_F(HardCase, 41AProcessThatEndsDuringStartUpIsMissed) {
    Process doomed({test_program("await_signal")});
    expect_it_is_missed(doomed, [&] {
        doomed.send_signal(SIGKILL);
        doomed.wait();
    });
}

TEST_F(HardCase, 41AProcessThatEndsDuringStartUpAndIsNotCollectedIsMissed) {
    Process doomed({test_program("await_signal")});
    expect_it_is_missed(doomed, [&] {
        doomed.send_signal(SIGKILL);
        siginfo_t end{};
        checked(::waitid(P_PID, static_cast<id_t>(doomed.pid()), &end, WEXITED | WNOWAIT), "waitid");
    });
}

TEST_F(HardCase, 14AStrangerThatIsGivenThePidDuringStartUpIsNotWatched) {
    Process doomed({test_program("await_signal")});
    std::optional<Shell> stranger;
    expect_it_is_missed(doomed, [&] {
        doomed.send_signal(SIGKILL);
        doomed.wait();
        stranger.emplace(ProcessOptions{.argv = {test_program("process_as"), doomed.pid_text()}});
        EXPECT_EQ(stranger->ask("echo $$"), doomed.pid_text());
    });
}

// A pid namespace with a mount namespace, and so a /proc, of its own.
class PidNamespace {
public:
    PidNamespace() { maker_.run(":"); }

    // What runs a program in there, with that /proc or with the machine's.
    std::vector<std::string> entrance() const {
        return {"nsenter", pid_option(), "--mount=/proc/" + maker_.pid_text() + "/ns/mnt"};
    }
    std::vector<std::string> entrance_without_its_proc() const { return {"nsenter", pid_option()}; }

    // Outside; its only child is the first process in there.
    const Shell& maker() const { return maker_; }

private:
    std::string pid_option() const { return "--pid=/proc/" + maker_.pid_text() + "/ns/pid_for_children"; }

    Shell maker_{{.argv = {"unshare", "--pid", "--fork", "--kill-child", "--mount-proc"}}};
};

ProcessOptions after(std::vector<std::string> argv, const std::vector<std::string>& more = {}) {
    argv.insert(argv.end(), more.begin(), more.end());
    return {.argv = std::move(argv)};
}

// A shell in the namespace that has this pid there.
class ShellInside : public Shell {
public:
    ShellInside(const PidNamespace& space, const std::string& pid)
        : Shell(after(space.entrance_without_its_proc(), {test_program("process_as"), pid})) {
        EXPECT_EQ(ask("echo $$"), pid);
        // As the machine's /proc has it.
        outer_pid_ = std::stoi(ask("read pid rest </proc/self/stat; echo $pid"));
    }

    pid_t outer_pid() const { return outer_pid_; }

private:
    pid_t outer_pid_ = 0;
};

// exectap, run by way of `entrance`, means the process that has this number there.
void expect_it_is_translated(const PidNamespace& space, const std::vector<std::string>& entrance,
                             const std::string& number, Shell& stranger) {
    SCOPED_TRACE(number + " by way of " + testing::PrintToString(entrance));
    ShellInside target(space, number);
    ASSERT_NE(std::to_string(target.outer_pid()), number);
    Watching line({number}, after(entrance));
    JsonWatching json({number}, after(entrance));
    stranger.run("/bin/true of a stranger");
    const auto child = std::stoi(target.ask("/bin/true inside & echo $!; wait"));
    target.close_input();
    EXPECT_EQ(target.wait(), exited(0));
    const auto told = in_both_formats(line.finish(), json.finish());
    const auto events = told.events();
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_EQ(events[0].ppid, target.outer_pid());
    EXPECT_EQ(events[0].pid, events[0].tid);
    EXPECT_NE(events[0].pid, child);
    const auto exec = told.json.one("exec");
    EXPECT_EQ(exec.at("ppid"), target.outer_pid());
    EXPECT_EQ(exec.at("pid"), events[0].pid);
    EXPECT_EQ(exec.at("ns_pid"), child);
    EXPECT_EQ(told.json.one("process", target.outer_pid()).at("watched"), true);
    EXPECT_EQ(told.json.start().at("targets"), JsonEvent({"pid:" + number}));
    EXPECT_EQ(told.line.verdict().still_alive, 0U);
}

TEST_F(HardCase, 42APidOfAnotherPidNamespaceIsTranslated) {
    // The same number outside.
    Shell stranger;
    const PidNamespace space;
    expect_it_is_translated(space, space.entrance(), stranger.pid_text(), stranger);
    expect_it_is_translated(space, space.entrance_without_its_proc(), stranger.pid_text(), stranger);
}

// Where only the machine's /proc is there, its processes with these numbers are other ones: a kernel thread, and a
// thread of a process.
TEST_F(HardCase, 42APidOfAnotherPidNamespaceIsNotLookedUpInTheMachinesProc) {
    Shell stranger;
    Process threads({test_program("worker_thread")});
    const auto line = threads.out().next_line();
    const PidNamespace space;
    expect_it_is_translated(space, space.entrance_without_its_proc(), line.substr(line.rfind(' ') + 1), stranger);
    expect_it_is_translated(space, space.entrance_without_its_proc(), "2", stranger);
}

TEST_F(HardCase, 42TheFirstProcessOfAnotherPidNamespaceIsNotTheMachines) {
    const PidNamespace space;
    const auto told = run_json({"--pid", "1", "--", "/bin/true"}, after(space.entrance()));
    std::vector<pid_t> watched;
    for (const auto& process : told.of("process")) {
        if (process.at("watched")) watched.push_back(process.at("pid"));
    }
    EXPECT_THAT(watched, testing::Not(testing::Contains(1)));
    EXPECT_TRUE(std::any_of(watched.begin(), watched.end(), [&](pid_t pid) {
        return told.one("process", pid).at("ppid") == space.maker().pid();
    })) << text_of(told.lines);
}

}  // namespace
}  // namespace exectap::test
