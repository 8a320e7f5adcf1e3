// SPDX-License-Identifier: MIT OR Apache-2.0
// Names of containers as a run tells them, with an engine of the test's own where the system's would be.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "support/cgroup.h"
#include "support/exectap.h"
#include "support/fake_engine.h"
#include "support/kernel_test.h"
#include "support/private_run.h"
#include "support/shell.h"
#include "support/storm.h"

namespace exectap::test {
namespace {

using namespace std::literals;
using testing::HasSubstr;

class ContainerNameOfARun : public KernelTest {};

// Answers until it goes.
class ServedEngine {
public:
    ServedEngine(const std::string& path, const std::string& id, const std::string& name) : engine_(path) {
        engine_.containers = {{id, name}};
        thread_ = std::thread([this] {
            while (!is_over_) {
                engine_.holds_answers = is_silent_;
                engine_.step();
                engine_.wait_for_work(10ms);
            }
        });
    }
    ~ServedEngine() {
        is_over_ = true;
        thread_.join();
    }
    ServedEngine(const ServedEngine&) = delete;
    ServedEngine& operator=(const ServedEngine&) = delete;

    // Takes questions, and answers none from now on.
    void fall_silent() { is_silent_ = true; }

private:
    FakeEngine engine_;
    std::atomic<bool> is_silent_ = false;
    std::atomic<bool> is_over_ = false;
    std::thread thread_;
};

// The next exec that is told.
nlohmann::json next_exec(Exectap& trace) {
    while (true) {
        auto event = nlohmann::json::parse(trace.out().next_line());
        if (event.at("type") == "exec") return event;
    }
}

TEST_F(ContainerNameOfARun, IsWhatItsEngineSays) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const std::string id(64, 'd');
    const PrivateRun run;
    auto engine = std::make_unique<ServedEngine>("/run/docker.sock", id, "web");
    const Cgroup group(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), id));
    Shell shell;
    Watching trace({"--json", "--no-failed", shell.pid_text()});
    shell.run("/bin/true outside");
    EXPECT_FALSE(next_exec(trace).contains("container_name"));
    shell.run("echo 0 > " + group.entrance());
    // It is asked for at the latest when the first one is met.
    nlohmann::json exec;
    const auto deadline = std::chrono::steady_clock::now() + 10s;
    while (!exec.contains("container_name") && std::chrono::steady_clock::now() < deadline) {
        shell.run("/bin/true inside");
        exec = next_exec(trace);
        EXPECT_EQ(exec.at("container_id"), id);
    }
    EXPECT_EQ(exec.value("container_name", "none"), "web");
    engine.reset();
    auto said = trace.err().next_line();
    if (is_banner(said)) said = trace.err().next_line();
    EXPECT_THAT(said, HasSubstr("the container engine at /run/docker.sock has gone"));
    trace.stop();
}

// While it is not known whether a new container is the one that is meant everything waits in the ring.
TEST_F(ContainerNameOfARun, IsNotWaitedForUntilTheRingIsFull) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const PrivateRun run;
    ServedEngine engine("/run/docker.sock", std::string(64, 'e'), "another");
    Storm storm;
    // The smallest ring there is: half of it is full long before the engine has taken too long.
    Watching trace({"-c", "web", storm.pid_text(), "--no-failed", "--max-args", "0", "--ring", "64K"});
    engine.fall_silent();
    storm.start();
    storm.wait_for(10);
    const Cgroup group(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), std::string(64, 'd')));
    storm.wait_for(storm.so_far() + 2'000);
    storm.stop();
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(3));
    EXPECT_THAT(outcome.last_words(),
                HasSubstr("1 cgroup could not be followed, what ran in it is unknown: incomplete"));
    EXPECT_THAT(outcome.last_words(), testing::Not(HasSubstr("lost")));
}

TEST_F(ContainerNameOfARun, ThatNobodyTellsMakesTheTraceIncomplete) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const PrivateRun run;
    Watching trace({"-c", "web"});
    const std::string id(64, 'd');
    // Of the second nobody has names; the third is no container.
    const Cgroup of_docker(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), id));
    const Cgroup of_crio(fmt::format("/exectap-test-{}.slice/crio-{}.scope", ::getpid(), id));
    const Cgroup of_nobody(fmt::format("/exectap-test-{}.slice/{}", ::getpid(), std::string(70, 'n')));
    trace.err().wait_for_line("exectap: nobody says what the new container dddddddddddd is called");
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(3));
    EXPECT_THAT(outcome.last_words(),
                HasSubstr("1 cgroup could not be followed, what ran in it is unknown: incomplete"));
}

// What it is in was known as nobody's until then, and it is not started anew.
TEST_F(ContainerNameOfARun, ThatBecomesKnownLaterIsWatchedFromThenOn) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const std::string id(64, 'd');
    const PrivateRun run;
    auto engine = std::make_unique<ServedEngine>("/run/docker.sock", std::string(64, 'e'), "another");
    std::optional<Cgroup> group;
    Shell inside;
    Watching trace({"-c", "web", "--no-failed"});
    engine.reset();
    trace.err().wait_for_line("exectap: the container engine at /run/docker.sock has gone");
    group.emplace(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), id));
    inside.run("echo 0 >" + group->entrance());
    trace.err().wait_for_line("exectap: nobody says what the new container");
    inside.run("/bin/true before");
    engine = std::make_unique<ServedEngine>("/run/docker.sock", id, "web");
    trace.err().wait_for_line("exectap: container web is there");
    inside.run("/bin/true after");
    Process({"/bin/sh", "-c", "echo 0 >" + group->entrance() + "; exec /bin/true entered"}).wait();
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(3));
    ASSERT_EQ(outcome.out.size(), 2U);
    EXPECT_THAT(outcome.out[0], HasSubstr("/bin/true\",\"after\""));
    EXPECT_THAT(outcome.out[1], HasSubstr("/bin/true\",\"entered\""));
}

TEST_F(ContainerNameOfARun, IsNotNeededWhereTheIdIsGiven) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const PrivateRun run;
    Watching trace({"-c", std::string(12, 'e')});
    const Cgroup other(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), std::string(64, 'd')));
    const Cgroup meant(fmt::format("/exectap-test-{}.slice/docker-{}.scope", ::getpid(), std::string(64, 'e')));
    trace.err().wait_for_line("exectap: container eeeeeeeeeeee is there");
    EXPECT_EQ(trace.stop().status, exited(0));
}

}  // namespace
}  // namespace exectap::test
