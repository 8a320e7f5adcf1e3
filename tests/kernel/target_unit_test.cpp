// SPDX-License-Identifier: MIT OR Apache-2.0
// -u: units of a real systemd, watched from before they start.
#include "support/kernel_test.h"
#include "support/systemd_machine.h"
#include "support/target_changes.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Command = std::vector<std::string>;

constexpr const char* kUnit = "exectap-probe.service";

// Has run, and is there until it is stopped.
constexpr const char* kOneshot = R"(
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=/bin/true "made ready" 'for $it'
ExecStart=/bin/echo started
)";

// Its main program runs until it is stopped, and so does its cgroup.
constexpr const char* kDaemon = R"(
[Service]
Type=exec
ExecStartPre=/bin/true before
ExecStart=/bin/sleep infinity
ExecStopPost=/bin/true after
)";

std::vector<Command> runs_of_oneshot() { return {{"/bin/true", "made ready", "for $it"}, {"/bin/echo", "started"}}; }

std::vector<Command> repeated(const std::vector<Command>& commands, int times) {
    std::vector<Command> all;
    for (int i = 0; i < times; i++) all.insert(all.end(), commands.begin(), commands.end());
    return all;
}

void expect_unit(const JsonOutcome& outcome, std::string_view unit) {
    for (const auto& exec : outcome.of("exec")) EXPECT_EQ(exec.value("unit", ""), unit);
}

class TargetUnit : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        const auto reason = SystemdMachine::why_not();
        SKIP_UNLESS(reason.empty(), reason);
        machine_.emplace();
    }

    SystemdMachine& machine() { return *machine_; }

private:
    std::optional<SystemdMachine> machine_;
};

TEST_F(TargetUnit, SeesTheFirstExecOfAUnitThatWasNeverStarted) {
    machine().write_unit(kUnit, kOneshot);
    JsonWatching trace({"--systemd-unit", kUnit});
    machine().start(kUnit);
    const auto outcome = trace.stop();
    EXPECT_EQ(commands_of(outcome), runs_of_oneshot());
    expect_unit(outcome, kUnit);
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(TargetUnit, AUnitThatNobodyHasWrittenYetIsWaitedFor) {
    JsonWatching trace({"-u", kUnit});
    wait_for_lines_with(trace.err(), fmt::format("waiting for unit {}", kUnit));
    machine().write_unit(kUnit, kOneshot);
    machine().start(kUnit);
    EXPECT_EQ(commands_of(trace.stop()), runs_of_oneshot());
}

TEST_F(TargetUnit, MissesNothingInTwentyStarts) {
    constexpr int kStarts = 20;
    machine().write_unit(kUnit, kOneshot);
    JsonWatching trace({"-u", kUnit});
    for (int i = 0; i < kStarts; i++) {
        machine().start(kUnit);
        machine().stop(kUnit);
    }
    const auto outcome = trace.stop();
    EXPECT_EQ(commands_of(outcome), repeated(runs_of_oneshot(), kStarts));
    expect_unit(outcome, kUnit);
}

TEST_F(TargetUnit, MissesNothingWhateverTraceItIs) {
    machine().write_unit(kUnit, kOneshot);
    for (int i = 0; i < 5; i++) {
        JsonWatching trace({"-u", kUnit});
        machine().start(kUnit);
        EXPECT_EQ(commands_of(trace.stop()), runs_of_oneshot());
        machine().stop(kUnit);
    }
}

TEST_F(TargetUnit, TellsWhenItComesAndGoes) {
    machine().write_unit(kUnit, kDaemon);
    JsonWatching trace({"-u", kUnit});
    const auto is_there = fmt::format("exectap: unit {} is there", kUnit);
    const auto has_gone = fmt::format("exectap: unit {} has gone", kUnit);
    for (int round = 1; round <= 2; round++) {
        machine().start(kUnit);
        wait_for_lines_with(trace.err(), is_there, round);
        machine().stop(kUnit);
        wait_for_lines_with(trace.err(), has_gone, round);
    }
    const auto outcome = trace.stop();
    const auto target = fmt::format("unit:{}", kUnit);
    EXPECT_THAT(changes_of(outcome),
                ElementsAre("appeared " + target, "gone " + target, "appeared " + target, "gone " + target));
    const std::vector<Command> once{{"/bin/true", "before"}, {"/bin/sleep", "infinity"}, {"/bin/true", "after"}};
    EXPECT_EQ(commands_of(outcome), repeated(once, 2));
}

TEST_F(TargetUnit, IsFollowedThroughARestart) {
    machine().write_unit(kUnit, kDaemon);
    JsonWatching trace({"-u", kUnit});
    machine().start(kUnit);
    machine().restart(kUnit);
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/true", "before"}, Command{"/bin/sleep", "infinity"},
                                                  Command{"/bin/true", "after"}, Command{"/bin/true", "before"},
                                                  Command{"/bin/sleep", "infinity"}));
    EXPECT_EQ(outcome.summary().at("still_alive"), 1);
}

TEST_F(TargetUnit, OneThatRunsAlreadyIsWatchedFromNowOn) {
    machine().write_unit(kUnit, R"(
[Service]
Type=exec
ExecStart=/bin/sleep infinity
ExecReload=/bin/true "reloaded"
)");
    machine().start(kUnit);
    JsonWatching trace({"-u", kUnit});
    machine().run({"systemctl", "reload", kUnit});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/true", "reloaded"}));
    EXPECT_THAT(outcome.err, Each(testing::Not(HasSubstr("waiting"))));
}

TEST_F(TargetUnit, SeesWhatItsProgramsFork) {
    machine().write_unit(kUnit, R"(
[Service]
Type=oneshot
ExecStart=/bin/sh -c '(/bin/true grandchild; :) & wait; /bin/true child; :'
)");
    JsonWatching trace({"-u", kUnit, "--events", "exec,fork,exit"});
    machine().start(kUnit);
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(ElementsAre("/bin/sh", "-c", testing::_),
                                                  Command{"/bin/true", "grandchild"}, Command{"/bin/true", "child"}));
    const auto shell = outcome.of("exec").front().at("pid").get<pid_t>();
    // The one in brackets, and the last one.
    EXPECT_THAT(outcome.of("fork", shell), SizeIs(2));
    EXPECT_THAT(outcome.of("exit", shell), SizeIs(1));
}

TEST_F(TargetUnit, ASliceIsAllThatIsInIt) {
    constexpr const char* kInSlice = "[Service]\nType=oneshot\nSlice=exectap_probe.slice\nExecStart=/bin/true %n\n";
    machine().write_unit("exectap-one.service", kInSlice);
    machine().write_unit("exectap-two.service", kInSlice);
    machine().write_unit(kUnit, kOneshot);
    JsonWatching trace({"-u", "exectap_probe.slice"});
    for (const auto* unit : {"exectap-one.service", kUnit, "exectap-two.service"}) machine().start(unit);
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome),
                ElementsAre(Command{"/bin/true", "exectap-one.service"}, Command{"/bin/true", "exectap-two.service"}));
}

TEST_F(TargetUnit, AScopeIsSeenFromItsProgramOn) {
    JsonWatching trace({"-u", "exectap-probe.scope"});
    machine().run({"systemd-run", "--quiet", "--scope", "--unit", "exectap-probe", "/bin/sh", "-c", "/bin/true; :"});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh", "-c", "/bin/true; :"}, Command{"/bin/true"}));
    expect_unit(outcome, "exectap-probe.scope");
}

TEST_F(TargetUnit, ANameWithoutSuffixIsAService) {
    machine().write_unit("exectap-probe.service", kOneshot);
    JsonWatching trace({"-u", "exectap-probe"});
    wait_for_lines_with(trace.err(), "waiting for unit exectap-probe.service");
    machine().start("exectap-probe.service");
    EXPECT_EQ(commands_of(trace.stop()), runs_of_oneshot());
}

TEST_F(TargetUnit, AnInstanceIsNotItsSiblings) {
    machine().write_unit("exectap-probe@.service", "[Service]\nType=oneshot\nExecStart=/bin/true %i\n");
    JsonWatching trace({"-u", "exectap-probe@two"});
    for (const auto* each : {"one", "two", "three"}) machine().start(fmt::format("exectap-probe@{}.service", each));
    EXPECT_THAT(commands_of(trace.stop()), ElementsAre(Command{"/bin/true", "two"}));
}

TEST_F(TargetUnit, OthersAreNotSeenEvenWithNamesLikeIt) {
    JsonWatching trace({"-u", kUnit});
    for (const auto* each : {"probe.service", "my-exectap-probe.service", "exectap-probe.service.service"}) {
        machine().write_unit(each, kOneshot);
        machine().start(each);
    }
    const auto outcome = trace.stop();
    EXPECT_THAT(outcome.of("exec"), IsEmpty());
    EXPECT_THAT(changes_of(outcome), IsEmpty());
    EXPECT_THAT(outcome.err, Contains(AllOf(HasSubstr("waiting for unit"), HasSubstr(kUnit))));
}

TEST_F(TargetUnit, SeveralAreAUnion) {
    machine().write_unit("exectap-one.service", "[Service]\nType=oneshot\nExecStart=/bin/true one\n");
    machine().write_unit("exectap-two.service", "[Service]\nType=oneshot\nExecStart=/bin/true two\n");
    JsonWatching trace({"-u", "exectap-one", "-u", "exectap-two"});
    machine().start("exectap-two.service");
    machine().start("exectap-one.service");
    EXPECT_THAT(commands_of(trace.stop()), ElementsAre(Command{"/bin/true", "two"}, Command{"/bin/true", "one"}));
}

}  // namespace
}  // namespace exectap::test
