// SPDX-License-Identifier: MIT OR Apache-2.0
// -c with ids: containers made as engines make them, without an engine that could be asked.
#include <unistd.h>

#include "support/hand_made_container.h"
#include "support/kernel_test.h"
#include "support/target_changes.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using Command = std::vector<std::string>;
using Entrance = HandMadeContainer::Entrance;

// How engines name the cgroup of a container.
enum class Naming { kDockerFolder, kDockerScope, kPodmanScope };

std::string name_in(Naming naming, const std::string& id) {
    switch (naming) {
        case Naming::kDockerFolder: return "/docker/" + id;
        case Naming::kDockerScope: return "/docker-" + id + ".scope";
        case Naming::kPodmanScope: return "/machine.slice/libpod-" + id + ".scope";
    }
    return {};
}

struct Engine {
    const char* name;
    Naming naming;
    Entrance entrance;

    friend std::ostream& operator<<(std::ostream& out, const Engine& engine) { return out << engine.name; }
};

// The folders in which containers are stay there between their runs, as an engine's do.
class Containers {
public:
    Containers() : top_(path("")), docker_(path("/docker")), machine_(path("/machine.slice")) {}

    HandMadeContainer make(const Engine& engine, const std::string& id) const {
        return {root_, path(name_in(engine.naming, id)), engine.entrance};
    }

private:
    static std::string path(std::string_view below) {
        return fmt::format("/exectap-test-{}.slice{}", ::getpid(), below);
    }

    BusyboxRoot root_;
    Cgroup top_;
    Cgroup docker_;
    Cgroup machine_;
};

class TargetContainer : public KernelTest, public testing::WithParamInterface<Engine> {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
        const auto reason = BusyboxRoot::why_not();
        SKIP_UNLESS(reason.empty(), reason);
        containers_.emplace();
    }

    HandMadeContainer make(const std::string& id) const { return containers_->make(GetParam(), id); }

private:
    std::optional<Containers> containers_;
};

INSTANTIATE_TEST_SUITE_P(, TargetContainer,
                         testing::Values(Engine{"Docker", Naming::kDockerScope, Entrance::kWritten},
                                         Engine{"DockerWithCgroupfs", Naming::kDockerFolder, Entrance::kBorn},
                                         Engine{"Podman", Naming::kPodmanScope, Entrance::kWritten}),
                         [](const auto& test) { return test.param.name; });

void expect_container(const JsonOutcome& outcome, const std::string& id) {
    for (const auto& exec : outcome.of("exec")) EXPECT_EQ(exec.value("container_id", ""), id);
}

TEST_P(TargetContainer, IsWaitedForByIdAndSeenFromItsFirstExecOn) {
    const auto id = own_container_id();
    auto container = make(id);
    JsonWatching trace({"--container", id});
    wait_for_lines_with(trace.err(), "waiting for container " + id);
    container.start();
    container.run("/bin/true inside");
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh"}, Command{"/bin/true", "inside"}));
    expect_container(outcome, id);
    EXPECT_EQ(outcome.summary().at("still_alive"), 1);
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_P(TargetContainer, IsWaitedForByTheFirstDigitsOfItsId) {
    const auto id = own_container_id();
    auto container = make(id);
    JsonWatching trace({"-c", id.substr(0, 12)});
    container.start();
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh"}));
    expect_container(outcome, id);
}

TEST_P(TargetContainer, WhatIsExecutedInItLaterIsSeen) {
    const auto id = own_container_id();
    auto container = make(id);
    container.start();
    JsonWatching trace({"-c", id});
    EXPECT_EQ(container.exec({"/bin/sh", "-c", "/bin/true from a shell; exit 3"}), exited(3));
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh", "-c", "/bin/true from a shell; exit 3"},
                                                  Command{"/bin/true", "from", "a", "shell"}));
    expect_container(outcome, id);
}

TEST_P(TargetContainer, IsFollowedWhenItIsStartedAgain) {
    constexpr int kStarts = 5;
    const auto id = own_container_id();
    auto container = make(id);
    JsonWatching trace({"-c", id});
    for (int i = 1; i <= kStarts; i++) {
        container.start();
        wait_for_lines_with(trace.err(), "is there", i);
        container.stop();
        wait_for_lines_with(trace.err(), "has gone", i);
    }
    const auto outcome = trace.stop();
    EXPECT_EQ(commands_of(outcome), std::vector(kStarts, Command{"/bin/sh"}));
    std::vector<std::string> changes;
    for (int i = 0; i < kStarts; i++) {
        changes.push_back("appeared container:" + id);
        changes.push_back("gone container:" + id);
    }
    EXPECT_EQ(changes_of(outcome), changes);
}

TEST_P(TargetContainer, OthersAreNotSeen) {
    const auto id = own_container_id();
    auto container = make(id);
    auto other = make(own_container_id());
    JsonWatching trace({"-c", id});
    other.start();
    container.start();
    EXPECT_EQ(other.exec({"/bin/true", "in the other"}), exited(0));
    EXPECT_EQ(container.exec({"/bin/true", "in this one"}), exited(0));
    const auto outcome = trace.stop();
    EXPECT_THAT(commands_of(outcome), ElementsAre(Command{"/bin/sh"}, Command{"/bin/true", "in this one"}));
    expect_container(outcome, id);
}

TEST_P(TargetContainer, WhoIsNotInItIsNotSeenEvenWithItsParent) {
    const auto id = own_container_id();
    auto container = make(id);
    JsonWatching trace({"-c", id});
    // What runs the container stays outside: it is the parent of all in it.
    container.start();
    container.stop();
    const auto outcome = trace.stop();
    for (const auto& exec : outcome.of("exec")) EXPECT_EQ(exec.value("ns_pid", 0), 1);
    EXPECT_THAT(outcome.of("exec"), testing::SizeIs(1));
}

}  // namespace
}  // namespace exectap::test
