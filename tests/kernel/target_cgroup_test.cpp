// SPDX-License-Identifier: MIT OR Apache-2.0
// Cgroups as targets, and units by their cgroups' names: made, removed and made again while they are watched.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "support/cgroup.h"
#include "support/kernel_test.h"
#include "support/shell.h"
#include "support/storm.h"
#include "support/target_changes.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Command = std::vector<std::string>;

// Its name is of this process: others' tests may run beside it.
std::string own(std::string_view name) { return fmt::format("/exectap-test-{}{}", ::getpid(), name); }

class TargetCgroup : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    }
};

// The shell itself is in the cgroup from then on.
void enter(Shell& shell, const Cgroup& cgroup) { shell.run("echo 0 >" + cgroup.entrance()); }

void run_in(const Cgroup& cgroup, const std::string& command) {
    Shell shell;
    enter(shell, cgroup);
    shell.run(command);
}

TEST_F(TargetCgroup, ThatIsNotThereYetIsWaitedForAndSeenFromItsFirstExecOn) {
    JsonWatching trace({"--cgroup", own("/a/b")});
    EXPECT_THAT(trace.err().wait_for_line("exectap: waiting for"),
                StartsWith("exectap: waiting for cgroup " + own("/a/b")));
    {
        const Cgroup cgroup(own("/a/b"));
        run_in(cgroup, "/bin/true inside");
        const Cgroup below(own("/a/b/c"));
        run_in(below, "/bin/true below");
        const Cgroup beside(own("/a/bb"));
        run_in(beside, "/bin/true beside");
        const Cgroup elsewhere(own("/x/b"));
        run_in(elsewhere, "/bin/true elsewhere");
        // The same names, but not from the top.
        const Cgroup deeper(own("/x") + own("/a/b"));
        run_in(deeper, "/bin/true deeper");
    }
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "inside"}, Command{"/bin/true", "below"}));
    EXPECT_THAT(changes_of(outcome), ElementsAre("appeared cgroup:" + own("/a/b"), "gone cgroup:" + own("/a/b")));
    EXPECT_EQ(outcome.of("exec").at(0).at("cgroup"), own("/a/b"));
    EXPECT_EQ(outcome.of("target").at(0).at("cgroup"), own("/a/b"));
    EXPECT_THAT(outcome.err, Contains("exectap: cgroup " + own("/a/b") + " has gone: waiting for it"));
}

TEST_F(TargetCgroup, ThatIsThereIsWatchedWithWhoIsInIt) {
    const Cgroup cgroup(own("/there"));
    const Cgroup below(own("/there/below"));
    Shell inside;
    enter(inside, cgroup);
    Shell inside_below;
    enter(inside_below, below);
    Shell outside;
    // With the mount point, and with slashes to spare.
    JsonWatching trace({"--cgroup", cgroup_mount()->string() + "/" + own("/there/")});
    EXPECT_THAT(trace.stop().err, Each(Not(HasSubstr("waiting"))));
    JsonWatching again({"--cgroup", own("/there").substr(1)});
    inside.run("/bin/true one");
    inside_below.run("/bin/true two");
    outside.run("/bin/true of a stranger");
    const auto outcome = again.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "one"}, Command{"/bin/true", "two"}));
    // The shells too, which have made no exec since.
    EXPECT_EQ(outcome.summary().at("still_alive"), 2);
}

TEST_F(TargetCgroup, WhoEntersItIsWatchedAndWhoLeavesItStaysWatched) {
    const Cgroup cgroup(own("/moves"));
    const Cgroup elsewhere(own("/elsewhere"));
    Shell shell;
    JsonWatching trace({"--cgroup", own("/moves")});
    shell.run("/bin/true before");
    enter(shell, cgroup);
    shell.run("/bin/true inside");
    shell.run("/bin/sh -c 'echo 0 >" + elsewhere.entrance() + "; /bin/true left; :'");
    EXPECT_THAT(true_commands(trace.stop()), ElementsAre(Command{"/bin/true", "inside"}, Command{"/bin/true", "left"}));
    shell.write("exit\n");
    shell.wait();
}

TEST_F(TargetCgroup, WithoutChildrenItIsWhoIsInItAndNobodyElse) {
    const Cgroup cgroup(own("/moves"));
    const Cgroup elsewhere(own("/elsewhere"));
    Shell shell;
    JsonWatching trace({"--cgroup", own("/moves"), "--no-watch-children"});
    enter(shell, cgroup);
    shell.run("/bin/true inside");
    shell.run("/bin/sh -c 'echo 0 >" + elsewhere.entrance() + "; exec /bin/sh -c \"/bin/true left; :\"'");
    shell.run("/bin/true inside again");
    EXPECT_THAT(true_commands(trace.stop()),
                ElementsAre(Command{"/bin/true", "inside"}, Command{"/bin/true", "inside", "again"}));
    shell.write("exit\n");
    shell.wait();
}

TEST_F(TargetCgroup, MissesNothingOfOneThatIsMadeAndRemovedUnderAStorm) {
    constexpr std::size_t kRounds = 150;
    Storm storm;
    JsonWatching trace({"--cgroup", own("/again"), "--no-failed", "--ring", "64M"});
    storm.start();
    for (std::size_t round = 0; round < kRounds; round++) {
        const Cgroup cgroup(own("/again"));
        // sh itself enters before it runs anything: its first exec in the cgroup is the first one of all.
        Process first({"/bin/sh", "-c", fmt::format("echo 0 >{}; exec /bin/true {}", cgroup.entrance(), round)});
        first.wait();
    }
    storm.stop();
    const auto outcome = trace.stop();
    const auto commands = true_commands(outcome);
    ASSERT_THAT(commands, SizeIs(kRounds));
    for (std::size_t round = 0; round < kRounds; round++) EXPECT_EQ(commands[round].at(1), std::to_string(round));
    EXPECT_THAT(outcome.of("exec"), SizeIs(kRounds));
    EXPECT_THAT(changes_of(outcome), SizeIs(2 * kRounds));
}

TEST_F(TargetCgroup, AUnitIsACgroupOfThatNameWhereverItIs) {
    const auto unit = fmt::format("exectap-test-{}.service", ::getpid());
    const Cgroup there(own("/one.slice/") + unit);
    Shell inside;
    enter(inside, there);
    JsonWatching trace({"-u", unit.substr(0, unit.find('.'))});
    inside.run("/bin/true one");
    {
        const Cgroup later(own("/two.slice/") + unit);
        run_in(later, "/bin/true two");
        const Cgroup other(own("/two.slice/other-") + unit);
        run_in(other, "/bin/true of a stranger");
    }
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "one"}, Command{"/bin/true", "two"}));
    EXPECT_THAT(changes_of(outcome), ElementsAre("changed unit:" + unit, "changed unit:" + unit));
    const auto changes = outcome.of("target");
    EXPECT_EQ(changes.at(0).at("places"), 2);
    EXPECT_FALSE(changes.at(1).contains("places"));
    EXPECT_THAT(outcome.err, Contains("exectap: unit " + unit + " is 2 cgroups now"));
    inside.write("exit\n");
    inside.wait();
}

TEST_F(TargetCgroup, AUnitWhoseNameLooksLikeAFileOfTheKernelsIsFound) {
    // As systemd names it.
    const Cgroup there(own("/one.slice/_cpu.service"));
    Shell inside;
    enter(inside, there);
    JsonWatching trace({"-u", "cpu.service"});
    inside.run("/bin/true one");
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "one"}));
    inside.write("exit\n");
    inside.wait();
}

TEST_F(TargetCgroup, ANameThatIsNearIsNamed) {
    const auto unit = fmt::format("near-{}.service", ::getpid());
    const Cgroup there(own("/one.slice/") + unit);
    Watching trace({"-u", "naer-" + unit.substr(5)});
    EXPECT_THAT(trace.err().wait_for_line("exectap: waiting for"), HasSubstr("(there is " + unit + ")"));
    trace.stop();
    const auto refused = run_exectap({"--no-wait", "-u", "naer-" + unit.substr(5)});
    expect_one_error(refused, 1, {"not there: unit naer-", "(there is " + unit + ")"});
}

TEST_F(TargetCgroup, MixesWithOtherTargets) {
    const Pty terminal;
    const Cgroup cgroup(own("/mix"));
    Shell by_pid;
    Shell by_tty(ProcessOptions{.terminal = &terminal});
    Shell in_cgroup;
    Shell stranger;
    JsonWatching trace({by_pid.pid_text(), "-t", terminal.path(), "--cgroup", own("/mix"), "-u", "nobody-has.scope"});
    enter(in_cgroup, cgroup);
    for (auto* shell : {&by_pid, &by_tty, &in_cgroup, &stranger}) shell->run("/bin/true " + shell->pid_text());
    // Twice in scope, and told once.
    enter(by_pid, cgroup);
    by_pid.run("/bin/true twice");
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome),
                ElementsAre(Command{"/bin/true", by_pid.pid_text()}, Command{"/bin/true", by_tty.pid_text()},
                            Command{"/bin/true", in_cgroup.pid_text()}, Command{"/bin/true", "twice"}));
    for (auto* shell : {&by_pid, &in_cgroup}) {
        shell->write("exit\n");
        shell->wait();
    }
}

// Each in another place.
std::vector<std::unique_ptr<Cgroup>> many_of(const std::string& unit, std::size_t count) {
    std::vector<std::unique_ptr<Cgroup>> many(count);
    for (std::size_t i = 0; i < count; i++)
        many[i] = std::make_unique<Cgroup>(fmt::format("{}/{}/{}", own(""), i, unit));
    return many;
}

TEST_F(TargetCgroup, MoreThanCanBeWatchedAreAnErrorAtTheStart) {
    const Cgroup above(own(""));
    const auto unit = fmt::format("many-{}.service", ::getpid());
    const auto many = many_of(unit, 129);
    expect_one_error(run_exectap({"-u", unit}), 1, {"at most 128 cgroups can be watched at once"});
}

TEST_F(TargetCgroup, MoreThanCanBeWatchedMakeTheTraceIncomplete) {
    const auto unit = fmt::format("many-{}.service", ::getpid());
    const Cgroup above(own(""));
    Watching trace({"-u", unit});
    many_of(unit, 130);
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(3));
    EXPECT_THAT(outcome.last_words(), HasSubstr("2 cgroups could not be followed, what ran in them is unknown"));
}

// So many digits make it look like a container's.
std::string container_cgroup(int number) { return own("") + fmt::format("/docker-{:064x}.scope", number); }

// Each is watched until it is known to be another's. More of them than there is room for at one time.
TEST_F(TargetCgroup, OtherContainersAreForgottenAndTheOneThatIsMeantIsSeen) {
    constexpr int kOthers = 300;
    const Cgroup above(own(""));
    JsonWatching trace({"-c", fmt::format("{:064x}", kOthers), "--events", "exec,attempt,exit,fork"});
    const Cgroup first(container_cgroup(0));
    Shell survivor;
    enter(survivor, first);
    for (int i = 1; i < kOthers; i++) {
        const Cgroup other(container_cgroup(i));
        Process({"/bin/sh", "-c", "echo 0 >" + other.entrance() + "; exec /bin/true of a stranger"}).wait();
        // It was watched when it came to its cgroup, and is not for ever.
        survivor.run("/bin/true of a stranger");
    }
    const Cgroup meant(container_cgroup(kOthers));
    Process({"/bin/sh", "-c", "echo 0 >" + meant.entrance() + "; exec /bin/true meant"}).wait();
    const auto outcome = trace.stop();
    EXPECT_THAT(true_commands(outcome), ElementsAre(Command{"/bin/true", "meant"}));
    EXPECT_EQ(outcome.summary().at("execs_seen"), 1);
    EXPECT_THAT(changes_of(outcome), SizeIs(1));
}

TEST_F(TargetCgroup, TheOneAboveAllIsEverybody) {
    Shell shell;
    JsonWatching trace({"--cgroup", "/"});
    shell.run("/bin/true anybody");
    EXPECT_THAT(true_commands(trace.stop()), Contains(Command{"/bin/true", "anybody"}));
}

}  // namespace
}  // namespace exectap::test
