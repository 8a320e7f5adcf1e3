// SPDX-License-Identifier: MIT OR Apache-2.0
// Forks: what is told of them, and of whom.
#include <map>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::SizeIs;

class Forks : public KernelTest {};

constexpr std::size_t kWays = 6;

// What the program `forks` says: the way and the process that it made.
std::map<std::string, pid_t> processes_from(Process& program) {
    std::map<std::string, pid_t> processes;
    for (std::size_t i = 0; i < kWays; i++) {
        const auto line = program.out().next_line();
        const auto space = line.find(' ');
        processes[line.substr(0, space)] = std::stoi(line.substr(space));
    }
    return processes;
}

TEST_F(Forks, ThatNeverExecEndAsWhatTheyWereForkedAs) {
    Process program({test_program("forks")});
    const auto outcome = watch_json(program, {"--events", "fork,exit"});
    const auto only = processes_from(program).at("only");
    const auto forks = outcome.of("fork");
    ASSERT_THAT(forks, SizeIs(kWays));
    EXPECT_EQ(forks[0].at("child_pid"), only);
    EXPECT_EQ(outcome.one("exit", only).at("exec_id"), forks[0].at("child_exec_id"));
    EXPECT_THAT(outcome.of("exit"), SizeIs(kWays + 1));
}

// The child is not its own, but it is who forked.
TEST_F(Forks, OfASiblingAreToldOfWhoMadeIt) {
    Shell shell;
    JsonWatching trace({shell.pid_text(), "--events", "fork,exec"});
    const auto answer = shell.ask(test_program("clone_parent"));
    shell.run(":");
    const auto outcome = trace.stop();
    const auto sibling = std::stoi(answer.substr(answer.find(' ')));
    const auto forks = outcome.of("fork");
    ASSERT_THAT(forks, SizeIs(2)) << text_of(outcome.lines);
    EXPECT_EQ(forks[0].at("pid"), shell.pid());
    EXPECT_EQ(forks[1].at("pid"), forks[0].at("child_pid"));
    EXPECT_EQ(forks[1].at("child_pid"), sibling);
    EXPECT_EQ(forks[1].at("exec_id"), outcome.one("exec", forks[1].at("pid")).at("exec_id"));
}

TEST_F(Forks, OfTheUnwatchedAreNotTold) {
    Shell stranger;
    Shell shell;
    JsonWatching trace({shell.pid_text(), "--events", "fork"});
    stranger.run("/bin/true");
    shell.run("(:)");
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.one("fork").at("pid"), shell.pid());
}

TEST_F(Forks, AreNotToldWithoutBeingAskedFor) {
    Shell shell;
    JsonWatching trace({shell.pid_text()});
    shell.run("/bin/true");
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.of("fork"), SizeIs(0));
    EXPECT_FALSE(outcome.summary().contains("forks_seen"));
}

TEST_F(Forks, InALineSayBothPids) {
    Shell shell;
    Watching trace({shell.pid_text(), "--events=fork"});
    const auto child = shell.ask("(:) & echo $!; wait");
    shell.run(":");
    EXPECT_THAT(trace.stop().out,
                testing::ElementsAre(testing::ContainsRegex("pid=" + shell.pid_text() + " child_pid=" + child)));
}

}  // namespace
}  // namespace exectap::test
