// SPDX-License-Identifier: MIT OR Apache-2.0
// The ids of program runs: the same whoever traces and whenever that began, and linked to who made them.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Ge;
using testing::SizeIs;
using testing::UnorderedElementsAreArray;

class Identity : public KernelTest {};

pid_t number_in(const std::string& line) { return std::stoi(line.substr(line.rfind(' ') + 1)); }

// Named pipes, each of which holds a process up until release().
class Gates {
public:
    explicit Gates(Shell& shell) : shell_(shell) {}

    // For a shell's `read x <PATH`.
    std::string add(const std::string& name) {
        shell_.run("mkfifo " + folder_.path(name));
        return folder_.path(name);
    }

    // Waits until somebody reads there.
    void release(const std::string& name) const { write_file(folder_.path(name), "go\n"); }

private:
    TempDir folder_;
    Shell& shell_;
};

// The exec that has this last argument.
JsonEvent exec_with(const JsonOutcome& outcome, const std::string& argument) {
    const auto execs = outcome.of("exec");
    const auto exec =
        std::find_if(execs.begin(), execs.end(), [&](const auto& each) { return each.at("argv").back() == argument; });
    if (exec == execs.end()) throw std::runtime_error(argument + " is not in:\n" + text_of(outcome.lines));
    return *exec;
}

JsonEvent id_at_start(const JsonOutcome& outcome, pid_t pid) { return outcome.one("process", pid).at("exec_id"); }

// All that ids say of the execs and the ends of these processes, as text.
std::vector<std::string> ids_of(const JsonOutcome& outcome, const std::vector<pid_t>& pids) {
    std::vector<std::string> ids;
    for (const auto& event : outcome.events()) {
        const pid_t pid = event.at("pid");
        if (std::find(pids.begin(), pids.end(), pid) == pids.end()) continue;
        const auto id = [&event](const char* key) { return event.value(key, std::string("none")); };
        ids.push_back(fmt::format("{} {} {} {} {}", id("type"), pid, id("exec_id"), id("parent_exec_id"),
                                  id("replaced_exec_id")));
    }
    return ids;
}

TEST_F(Identity, IsTheSameForTracesThatBeganAtDifferentTimes) {
    Shell shell;
    Gates gates(shell);
    const auto run = fmt::format("(read x <{}; /bin/true of a subshell; read x <{}; exec /bin/true at last) & echo $!",
                                 gates.add("first"), gates.add("second"));
    JsonWatching early({shell.pid_text()});
    const auto subshell = std::stoi(shell.ask(run));
    shell.run("/bin/true only early");
    JsonWatching late({shell.pid_text()});
    JsonWatching all({"--all"});
    gates.release("first");
    gates.release("second");
    shell.run(fmt::format("wait {}; /bin/sh -c 'exec /bin/sh -c :'", subshell));
    const auto early_outcome = early.stop();
    const auto late_outcome = late.stop();
    const auto all_outcome = all.stop();

    std::vector<pid_t> pids;
    for (const auto& event : late_outcome.events()) pids.push_back(event.at("pid"));
    const auto ids = ids_of(late_outcome, pids);
    EXPECT_THAT(ids, SizeIs(Ge(7U))) << text_of(late_outcome.lines);
    // The order of two processes' events is each reader's own.
    EXPECT_THAT(ids_of(early_outcome, pids), UnorderedElementsAreArray(ids));
    EXPECT_THAT(ids_of(all_outcome, pids), UnorderedElementsAreArray(ids));
    const auto forked_as = exec_with(early_outcome, "last").at("replaced_exec_id");
    EXPECT_EQ(id_at_start(late_outcome, subshell), forked_as);
    EXPECT_EQ(id_at_start(all_outcome, subshell), forked_as);
    for (const auto* outcome : {&late_outcome, &all_outcome}) {
        EXPECT_EQ(id_at_start(*outcome, shell.pid()), id_at_start(early_outcome, shell.pid()));
        const auto parent = outcome->one("process", subshell).at("parent_exec_id");
        EXPECT_EQ(parent, id_at_start(early_outcome, shell.pid()));
        EXPECT_EQ(exec_with(*outcome, "last").at("parent_exec_id"), parent);
        EXPECT_EQ(exec_with(*outcome, "subshell").at("parent_exec_id"), forked_as);
    }
}

TEST_F(Identity, OfAProgramThatExecsItselfIsAChain) {
    const TempDir folder;
    write_file(folder.path("again"), "#!/bin/sh\n[ $1 = 0 ] || exec $0 $(($1 - 1))\n", 0755);
    Shell shell;
    JsonWatching trace({shell.pid_text()});
    const auto pid = std::stoi(shell.ask(folder.path("again") + " 5 & echo $!; wait"));
    shell.run(":");
    const auto outcome = trace.stop();
    const auto execs = outcome.of("exec", pid);
    ASSERT_THAT(execs, SizeIs(6));
    for (std::size_t i = 1; i < execs.size(); i++)
        EXPECT_EQ(execs[i].at("replaced_exec_id"), execs[i - 1].at("exec_id"));
    for (const auto& exec : execs) {
        EXPECT_EQ(exec.at("parent_exec_id"), id_at_start(outcome, shell.pid()));
        EXPECT_EQ(exec.at("start_time"), execs[0].at("start_time"));
    }
    EXPECT_EQ(outcome.one("exit", pid).at("exec_id"), execs.back().at("exec_id"));
}

TEST_F(Identity, OfAForkThatNeverExecsIsItsChildrensParent) {
    Shell shell;
    JsonWatching trace({shell.pid_text(), "--events=fork,exec,exit"});
    shell.run("( (exec /bin/true grandchild) ; : )");
    const auto outcome = trace.stop();
    const auto forks = outcome.of("fork");
    ASSERT_THAT(forks, SizeIs(2)) << text_of(outcome.lines);
    EXPECT_EQ(forks[0].at("exec_id"), id_at_start(outcome, shell.pid()));
    EXPECT_EQ(forks[1].at("exec_id"), forks[0].at("child_exec_id"));
    const auto exec = outcome.one("exec");
    EXPECT_EQ(exec.at("parent_exec_id"), forks[0].at("child_exec_id"));
    EXPECT_EQ(exec.at("replaced_exec_id"), forks[1].at("child_exec_id"));
    EXPECT_EQ(outcome.one("exit", forks[0].at("child_pid")).at("exec_id"), forks[0].at("child_exec_id"));
}

TEST_F(Identity, OfAParentIsWhatItRanAtTheFork) {
    Shell shell;
    Gates gates(shell);
    const auto child_gate = gates.add("child");
    const auto parent_gate = gates.add("parent");
    JsonWatching there_at_the_fork({shell.pid_text()});
    shell.write(fmt::format(
        "/bin/sh -c '(read x <{}; exec /bin/echo child) & exec /bin/sh -c \"echo swapped; read x <{}\"' before\n",
        child_gate, parent_gate));
    EXPECT_EQ(shell.out().next_line(), "swapped");
    JsonWatching after_it({shell.pid_text()});
    gates.release("child");
    EXPECT_EQ(shell.out().next_line(), "child");
    gates.release("parent");
    shell.run(":");
    const auto first = there_at_the_fork.stop();
    const auto second = after_it.stop();
    const auto forked_by = exec_with(first, "before");
    const auto exec = exec_with(first, "child");
    EXPECT_EQ(exec.at("parent_exec_id"), forked_by.at("exec_id"));
    EXPECT_EQ(exec.at("ppid"), forked_by.at("pid"));
    EXPECT_EQ(exec_with(second, "child").at("parent_exec_id"), forked_by.at("exec_id"));
    EXPECT_NE(id_at_start(second, forked_by.at("pid")), forked_by.at("exec_id"));
}

// A process that is adopted by the test, or else by the machine's first one, while it is traced by two.
struct Orphan {
    pid_t pid = 0;
    JsonOutcome there_at_the_fork;
    JsonOutcome after_the_parents_end;
};

Orphan orphan() {
    Shell shell;
    Gates gates(shell);
    const auto run = fmt::format("/bin/sh -c '(read x <{}; exec /bin/true orphan) & echo $!' parent", gates.add("go"));
    JsonWatching early({shell.pid_text()});
    const auto pid = std::stoi(shell.ask(run));
    shell.run(":");
    JsonWatching late({std::to_string(pid)});
    gates.release("go");
    auto late_outcome = late.finish();
    return {pid, early.stop(), std::move(late_outcome)};
}

void expect_true_parent_or_none(const Orphan& orphan, pid_t reaper) {
    const auto exec = orphan.there_at_the_fork.one("exec", orphan.pid);
    EXPECT_EQ(exec.at("ppid"), reaper);
    EXPECT_EQ(exec.at("parent_exec_id"), exec_with(orphan.there_at_the_fork, "parent").at("exec_id"));
    const auto late = orphan.after_the_parents_end.one("exec");
    EXPECT_EQ(late.at("ppid"), reaper);
    EXPECT_EQ(late.at("exec_id"), exec.at("exec_id"));
    EXPECT_FALSE(late.contains("parent_exec_id")) << late;
    EXPECT_FALSE(late.contains("ancestry")) << late;
    EXPECT_FALSE(orphan.after_the_parents_end.one("process", orphan.pid).contains("parent_exec_id"));
}

TEST_F(Identity, OfAnOrphansParentIsTheTrueOneAndNotTheReapers) { expect_true_parent_or_none(orphan(), 1); }

TEST_F(Identity, OfAnOrphansParentIsNotThatOfASubreaper) {
    checked(::prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl");
    const auto adopted = orphan();
    checked(::prctl(PR_SET_CHILD_SUBREAPER, 0), "prctl");
    expect_true_parent_or_none(adopted, ::getpid());
    ::waitpid(adopted.pid, nullptr, 0);
}

// Neither the parent nor the child has made an exec: nothing but its being a reaper tells the wrong one from the true.
void expect_no_parent_made_up(const std::vector<std::string>& adopter) {
    Process program(adopter);
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching early({program.pid_text(), "--events=exec,fork"});
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "adopted");
    JsonWatching late({program.pid_text()});
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    const auto outcome = early.finish();
    const auto exec = exec_with(outcome, "orphan");
    const auto forks = outcome.of("fork");
    ASSERT_THAT(forks, SizeIs(2));
    EXPECT_EQ(exec.at("ppid"), forks[0].at("pid"));
    EXPECT_EQ(exec.at("parent_exec_id"), forks[1].at("exec_id"));
    EXPECT_EQ(forks[1].at("exec_id"), forks[0].at("child_exec_id"));
    EXPECT_FALSE(exec_with(late.finish(), "orphan").contains("parent_exec_id"));
}

TEST_F(Identity, OfAnOrphansParentIsNotASubreaperThatRanTheSame) {
    expect_no_parent_made_up({test_program("adopter"), "subreaper"});
}

TEST_F(Identity, OfAnOrphansParentIsNotTheFirstProcessOfItsNamespace) {
    expect_no_parent_made_up({"unshare", "--pid", "--fork", test_program("adopter")});
}

TEST_F(Identity, OfAProcessIsKeptWhenAWorkerThreadExecs) {
    Process program({test_program("worker_thread")});
    const auto worker = number_in(program.out().next_line());
    JsonWatching trace({program.pid_text()});
    program.write("exec\n");
    EXPECT_EQ(program.out().next_line(), "alone");
    program.write("exec-main\n");
    EXPECT_EQ(program.wait(), exited(0));
    const auto outcome = trace.finish();
    const auto execs = outcome.of("exec", program.pid());
    ASSERT_THAT(execs, SizeIs(2));
    EXPECT_EQ(execs[0].at("tid"), worker);
    EXPECT_EQ(execs[0].at("replaced_exec_id"), id_at_start(outcome, program.pid()));
    EXPECT_EQ(execs[0].at("start_time"), outcome.one("process", program.pid()).at("start_time"));
    EXPECT_EQ(execs[1].at("replaced_exec_id"), execs[0].at("exec_id"));
    EXPECT_EQ(execs[1].at("parent_exec_id"), execs[0].at("parent_exec_id"));
    EXPECT_EQ(outcome.one("exit").at("exec_id"), execs[1].at("exec_id"));
}

TEST_F(Identity, OfAnOrphansParentIsKeptByItsThreads) {
    Process program({test_program("orphan_worker")});
    const auto outcome = watch_json(program);
    const auto exec = outcome.one("exec");
    EXPECT_NE(exec.at("tid"), exec.at("pid"));
    EXPECT_NE(exec.at("ppid"), program.pid());
    EXPECT_EQ(exec.at("parent_exec_id"), outcome.one("process", program.pid()).at("exec_id"));
}

TEST_F(Identity, OfASiblingsParentIsThatOfWhoMadeIt) {
    Shell shell;
    JsonWatching trace({shell.pid_text()});
    const auto sibling = number_in(shell.ask(test_program("clone_parent")));
    shell.run(":");
    const auto outcome = trace.stop();
    const auto exec = outcome.one("exec", sibling);
    EXPECT_EQ(exec.at("ppid"), shell.pid());
    EXPECT_EQ(exec.at("parent_exec_id"), id_at_start(outcome, shell.pid()));
}

// Field 22 of /proc/PID/stat, which counts ticks of 10 ms.
TEST_F(Identity, BeginsWithTheStartOfTheProcess) {
    Process program({test_program("end_as"), "code", "0"});
    EXPECT_EQ(program.out().next_line(), "ready");
    const auto stat = read_all(open_file("/proc/" + program.pid_text() + "/stat", O_RDONLY));
    std::istringstream fields(stat.substr(stat.rfind(')')));
    std::string field;
    for (int number = 2; number <= 22; number++) fields >> field;
    JsonWatching trace({program.pid_text()});
    program.write("go\n");
    const auto id = trace.finish().one("exit").at("exec_id").get<std::string>();
    const auto ticks = std::stoull(id) / (1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK)));
    EXPECT_EQ(std::to_string(ticks), field) << stat;
    EXPECT_THAT(id, testing::ContainsRegex("^[0-9]+-" + program.pid_text() + "-[0-9]+$"));
}

}  // namespace
}  // namespace exectap::test
