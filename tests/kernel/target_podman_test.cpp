// SPDX-License-Identifier: MIT OR Apache-2.0
// -c with names: containers of a real podman, which is asked for what they are called.
#include <set>

#include "support/kernel_test.h"
#include "support/podman_host.h"
#include "support/shell.h"
#include "support/target_changes.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using Command = std::vector<std::string>;

Command sleeping() { return {"/bin/sleep", "1000"}; }

Command shell_that_sleeps(const std::string& first) { return {"/bin/sh", "-c", first + "; exec /bin/sleep 1000"}; }

class TargetPodman : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        const auto reason = PodmanHost::why_not();
        SKIP_UNLESS(reason.empty(), reason);
        podman_.emplace();
        podman_->start_service();
    }

    PodmanHost& podman() { return *podman_; }

    // As if it were started on podman's machine.
    ProcessOptions there() { return {.argv = podman_->wrapper()}; }

private:
    std::optional<PodmanHost> podman_;
};

// Of a trace whose last program is `sleep`, as often as it was run.
JsonOutcome stopped_after_sleep(JsonWatching& trace, int times = 1) {
    wait_for_lines_with(trace.out(), R"("argv":["/bin/sleep","1000"])", times);
    return trace.stop();
}

void expect_container(const JsonOutcome& outcome, std::string_view id, std::string_view name) {
    for (const auto& exec : outcome.of("exec")) {
        EXPECT_EQ(exec.value("container_id", ""), id);
        EXPECT_EQ(exec.value("container_name", ""), name);
    }
}

TEST_F(TargetPodman, IsWaitedForByNameAndSeenFromItsFirstExecOn) {
    JsonWatching trace({"--container", "web"}, there());
    wait_for_lines_with(trace.err(), "waiting for container web");
    const auto id = podman().run("web", shell_that_sleeps("/bin/true first"));
    const auto outcome = stopped_after_sleep(trace);
    EXPECT_THAT(commands_of(outcome),
                ElementsAre(shell_that_sleeps("/bin/true first"), Command{"/bin/true", "first"}, sleeping()));
    expect_container(outcome, id, "web");
    EXPECT_THAT(changes_of(outcome), ElementsAre("appeared container:web"));
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(TargetPodman, WhatIsExecutedInItLaterIsSeen) {
    const auto id = podman().run("web", sleeping());
    JsonWatching trace({"-c", "web"}, there());
    podman().exec("web", {"/bin/sh", "-c", "/bin/true from a shell; :"});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh", "-c", "/bin/true from a shell; :"},
                                                  Command{"/bin/true", "from", "a", "shell"}));
    expect_container(outcome, id, "web");
}

TEST_F(TargetPodman, OthersAreNotSeen) {
    JsonWatching trace({"-c", "web"}, there());
    podman().run("web2", sleeping());
    podman().run("web", sleeping());
    podman().exec("web2", {"/bin/true", "in the other"});
    podman().exec("web", {"/bin/true", "in this one"});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(sleeping(), Command{"/bin/true", "in this one"}));
}

TEST_F(TargetPodman, IsFollowedWhenItIsStoppedAndStarted) {
    const auto id = podman().run("web", sleeping());
    JsonWatching trace({"-c", "web"}, there());
    podman().stop("web");
    wait_for_lines_with(trace.err(), "exectap: container web has gone");
    podman().start("web");
    const auto outcome = stopped_after_sleep(trace);
    EXPECT_THAT(commands_of(outcome), ElementsAre(sleeping()));
    expect_container(outcome, id, "web");
}

TEST_F(TargetPodman, IsFollowedWhenAnotherContainerGetsItsName) {
    const auto first = podman().run("web", sleeping());
    JsonWatching trace({"-c", "web"}, there());
    podman().remove("web");
    const auto second = podman().run("web", sleeping());
    EXPECT_NE(first, second);
    const auto outcome = stopped_after_sleep(trace);
    EXPECT_THAT(commands_of(outcome), ElementsAre(sleeping()));
    expect_container(outcome, second, "web");
}

TEST_F(TargetPodman, MissesNothingOfTenThatHaveItsNameOneAfterTheOther) {
    constexpr int kRuns = 10;
    JsonWatching trace({"-c", "web"}, there());
    for (int i = 0; i < kRuns; i++) {
        podman().run("web", sleeping());
        podman().remove("web");
    }
    const auto outcome = trace.stop();
    EXPECT_EQ(commands_of(outcome), std::vector(kRuns, sleeping()));
    std::set<std::string> ids;
    for (const auto& exec : outcome.of("exec")) {
        EXPECT_EQ(exec.value("container_name", ""), "web");
        ids.insert(exec.value("container_id", ""));
    }
    EXPECT_THAT(ids, SizeIs(kRuns));
}

TEST_F(TargetPodman, IsKnownByItsIdWithoutItsName) {
    const auto id = podman().run("web", sleeping());
    JsonWatching trace({"-c", id.substr(0, 12)}, there());
    podman().exec("web", {"/bin/true"});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/true"}));
    expect_container(outcome, id, "web");
}

TEST_F(TargetPodman, LosesNothingWhileTheEngineDoesNotAnswerAndSaysSoOnce) {
    podman().run("web", sleeping());
    Shell shell;
    JsonWatching trace({"-c", "web", shell.pid_text()}, there());
    podman().kill_service();
    wait_for_lines_with(trace.err(), "podman.sock");
    podman().exec("web", {"/bin/true", "without the engine"});
    shell.run("/bin/true outside");
    podman().start_service();
    podman().exec("web", {"/bin/true", "with it again"});
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome),
                ElementsAre(Command{"/bin/true", "without the engine"}, Command{"/bin/true", "outside"},
                            Command{"/bin/true", "with it again"}));
    for (const auto& exec : outcome.of("exec"))
        EXPECT_EQ(exec.value("container_name", ""), exec.at("argv").at(1) == "outside" ? "" : "web");
    EXPECT_THAT(outcome.err, Contains(HasSubstr("podman.sock")).Times(1));
}

TEST_F(TargetPodman, FollowsNewContainersOnceTheEngineIsBack) {
    JsonWatching trace({"-c", "web"}, there());
    podman().kill_service();
    podman().start_service();
    const auto id = podman().run("web", sleeping());
    const auto outcome = stopped_after_sleep(trace);
    EXPECT_THAT(commands_of(outcome), ElementsAre(sleeping()));
    expect_container(outcome, id, "web");
}

}  // namespace
}  // namespace exectap::test
