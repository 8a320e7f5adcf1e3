// SPDX-License-Identifier: MIT OR Apache-2.0
// What is known of the names of containers, and when.
#include "target/container_names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "unit/allocations.h"
#include "unit/container_names.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ContainerNamesTest, AreListedAtTheStart) {
    auto& engine = start(docker_path());
    engine.containers = {{id_of('a'), "web"}, {id_of('b'), "db"}};
    open();
    until_named(docker(id_of('a')), "web");
    EXPECT_EQ(name(docker(id_of('b'))), "db");
    EXPECT_EQ(name("/docker/" + id_of('a') + "/init.scope"), "web");
    EXPECT_EQ(name(docker(id_of('c'))), "none");
    EXPECT_EQ(name("/lxc.payload.web"), "none");
    EXPECT_EQ(name("/system.slice/web.service"), "none");
    // The stream of events comes first, so that nothing is between it and the list.
    EXPECT_THAT(engine.requests(),
                ElementsAre(HasSubstr("GET /events?filters="), HasSubstr("GET /containers/json?all=true ")));
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ContainerNamesTest, AreLookedUpWithoutMemory) {
    start(docker_path()).containers = {{id_of('a'), "web"}};
    open();
    const auto known = docker(id_of('a'));
    const auto unknown = docker(id_of('b'));
    until_named(known, "web");
    names_->learn(unknown);
    until_not_asked(unknown);
    const auto before = allocations();
    names_->name_of(known);
    names_->name_of(unknown);
    EXPECT_EQ(names_->learn(known), Naming::known);
    EXPECT_EQ(names_->learn(unknown), Naming::unknown);
    EXPECT_EQ(names_->learn("/lxc.payload.web"), Naming::unknown);
    EXPECT_EQ(allocations() - before, 0U);
}

TEST_F(ContainerNamesTest, FollowTheEvents) {
    auto& engine = start(docker_path());
    open();
    until_asked(engine, 2);
    const auto cgroup = docker(id_of('a'));
    auto version = names_->version();
    const auto expect_grown = [&] {
        EXPECT_GT(names_->version(), version);
        version = names_->version();
    };
    engine.tell_change("create", id_of('a'), "web");
    until_named(cgroup, "web");
    expect_grown();
    engine.tell_change("start", id_of('a'), "web");
    engine.tell_change("rename", id_of('a'), "shop");
    until_named(cgroup, "shop");
    expect_grown();
    ASSERT_THAT(names_->all(), SizeIs(1));
    EXPECT_EQ(names_->all()[0].name, "shop");
    EXPECT_EQ(names_->all()[0].id, id_of('a'));
    EXPECT_FALSE(names_->all()[0].owner);
    engine.tell_change("destroy", id_of('a'), "shop");
    until([&] { return names_->all().empty(); }, "destroyed");
    expect_grown();
    // What it did may still have to be told; what is said of it later is old.
    EXPECT_EQ(name(cgroup), "shop");
    engine.tell_change("start", id_of('a'), "shop");
    engine.tell_change("create", id_of('b'), "db");
    until_named(docker(id_of('b')), "db");
    EXPECT_THAT(names_->all(), SizeIs(1));
}

TEST_F(ContainerNamesTest, AreAskedForWhenAContainerIsMet) {
    auto& engine = start(docker_path());
    open();
    until_asked(engine, 2);
    engine.holds_answers = true;
    const auto cgroup = docker(id_of('a'));
    engine.containers = {{id_of('a'), "web"}, {id_of('b'), "db"}};
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    EXPECT_TRUE(names_->is_asked(cgroup));
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    until_asked(engine, 3);
    engine.holds_answers = false;
    until_named(cgroup, "web");
    EXPECT_EQ(names_->learn(cgroup), Naming::known);
    EXPECT_FALSE(names_->is_asked(cgroup));
    EXPECT_EQ(engine.asked_for(id_of('a')), 1U);
}

TEST_F(ContainerNamesTest, AreUnknownWhereTheEngineHasNoSuchContainer) {
    auto& engine = start(docker_path());
    open();
    const auto cgroup = docker(id_of('a'));
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    until_not_asked(cgroup);
    EXPECT_EQ(names_->learn(cgroup), Naming::unknown);
    EXPECT_EQ(engine.asked_for(id_of('a')), 1U);
}

TEST_F(ContainerNamesTest, AreAskedForAgainAfterAWhile) {
    limits_.names.unknown_for = 0ms;
    auto& engine = start(docker_path());
    open();
    const auto cgroup = docker(id_of('a'));
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    until_not_asked(cgroup);
    engine.containers = {{id_of('a'), "web"}};
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    until_named(cgroup, "web");
}

TEST_F(ContainerNamesTest, AreUnknownWhereTheEngineDoesNotAnswerInTime) {
    limits_.times.answer = 20ms;
    auto& engine = start(docker_path());
    open();
    until_asked(engine, 2);
    engine.holds_answers = true;
    const auto cgroup = docker(id_of('a'));
    EXPECT_EQ(names_->learn(cgroup), Naming::asked);
    until_not_asked(cgroup);
    EXPECT_EQ(names_->learn(cgroup), Naming::unanswered);
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ContainerNamesTest, AreUnknownAtOnceWhereNobodyCouldKnow) {
    open();
    EXPECT_EQ(names_->learn(docker(id_of('a'))), Naming::unanswered);
    EXPECT_EQ(names_->learn("/lxc/101"), Naming::unknown);
    EXPECT_EQ(names_->learn("/machine.slice/machine-web.scope"), Naming::unknown);
    EXPECT_EQ(names_->learn("/lxc.payload.x/user.slice/user-1000.slice/docker-" + id_of('a') + ".scope"),
              Naming::unknown);
    EXPECT_EQ(names_->learn("/"), Naming::unknown);
    step();
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ContainerNamesTest, ComeFromAnEngineThatStartsLater) {
    open();
    auto& engine = start(podman_path());
    engine.containers = {{id_of('a'), "web"}, {id_of('b'), "db"}};
    EXPECT_EQ(names_->learn(podman(id_of('a'))), Naming::asked);
    until_named(podman(id_of('a')), "web");
    until_named(podman(id_of('b')), "db");
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ContainerNamesTest, ComeFromSeveralEngines) {
    auto& first = start(docker_path());
    first.containers = {{id_of('a'), "web"}};
    auto& second = start(podman_path());
    second.containers = {{id_of('b'), "db"}};
    start(run_ + "/user/0/podman/podman.sock").containers = {{id_of('c'), "root"}};
    open();
    until_named(docker(id_of('a')), "web");
    until_named(podman(id_of('b')), "db");
    until_named(podman(id_of('c')), "root");
    // All of them are asked, and the last one knows.
    first.holds_answers = true;
    second.containers[id_of('d')] = "new";
    EXPECT_EQ(names_->learn(podman(id_of('d'))), Naming::asked);
    until_named(podman(id_of('d')), "new");
    EXPECT_EQ(names_->learn(podman(id_of('d'))), Naming::known);
}

TEST_F(ContainerNamesTest, ComeFromOneEngineWithTwoSocketsOnce) {
    auto& engine = start(podman_path());
    std::filesystem::create_symlink("podman/podman.sock", docker_path());
    engine.containers = {{id_of('a'), "web"}};
    open();
    until_named(podman(id_of('a')), "web");
    EXPECT_THAT(engine.requests(), SizeIs(2));
}

// Each names its own only.
TEST_F(ContainerNamesTest, AreThoseOfTheOwnersEngine) {
    start(docker_path()).containers = {{id_of('a'), "roots"}};
    auto& user = start(users_path(1000));
    user.containers = {{id_of('a'), "users"}, {id_of('b'), "users-too"}};
    open();
    until_named(docker(id_of('a')), "roots");
    until_named(of_user(1000, id_of('a')), "users");
    EXPECT_EQ(name(docker(id_of('b'))), "none");
    EXPECT_EQ(name(of_user(1001, id_of('b'))), "none");
    EXPECT_EQ(name(of_user(1000, id_of('b'))), "users-too");
    // What looks like another user's below one's own is one's own.
    EXPECT_EQ(name("/user.slice/user-1000.slice/x" + of_user(1001, id_of('b'))), "users-too");
    EXPECT_EQ(names_->learn(docker(id_of('b'))), Naming::asked);
    until_not_asked(docker(id_of('b')));
    EXPECT_EQ(name(docker(id_of('b'))), "none");
    EXPECT_EQ(user.asked_for(id_of('b')), 0U);
    const auto all = names_->all();
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& each) { return each.owner == 1000U; }), 2);
    EXPECT_EQ(std::count_if(all.begin(), all.end(), [](const auto& each) { return !each.owner; }), 1);
}

// A user's socket may be a link to anybody's.
TEST_F(ContainerNamesTest, AreNotAskedOfWhoeverElseListens) {
    auto& engine = start(users_path(1001));
    open();
    EXPECT_EQ(names_->learn(of_user(1001, id_of('a'))), Naming::unanswered);
    step();
    step();
    EXPECT_THAT(engine.requests(), IsEmpty());
    EXPECT_THAT(notices_, ElementsAre(HasSubstr("is not the user whose container engine should")));
}

TEST(ListenerOf, IsWhoListens) {
    const TempDir folder;
    FakeEngine engine(folder / "docker.sock");
    const auto connection =
        EngineConnection::open({folder / "docker.sock", ::geteuid()}, "x", JsonObjects::Form::array);
    ASSERT_TRUE(connection) << connection.error().message;
    EXPECT_EQ(listener_of(connection->fd()), ::geteuid());
    const auto other = EngineConnection::open({folder / "docker.sock", ::geteuid() + 1}, "x", JsonObjects::Form::array);
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, EPERM);
}

TEST_F(ContainerNamesTest, StayKnownWhenTheEngineGoesAndComesBack) {
    limits_.times.first_retry = 1ms;
    start(docker_path()).containers = {{id_of('a'), "web"}, {id_of('b'), "db"}};
    open();
    until_named(docker(id_of('a')), "web");
    stop_all();
    until([&] { return !notices_.empty(); }, "gone");
    EXPECT_THAT(notices_, ElementsAre("the container engine at " + docker_path() +
                                      " has gone: names of new containers are not known until it is back"));
    for (int i = 0; i < 10; i++) step();
    EXPECT_EQ(name(docker(id_of('a'))), "web");
    auto& again = start(docker_path());
    // One was destroyed meanwhile, and one made.
    again.containers = {{id_of('a'), "web"}, {id_of('c'), "new"}};
    until([&] { return notices_.size() == 2; }, "back");
    EXPECT_EQ(notices_.back(), "the container engine at " + docker_path() + " is back");
    until_named(docker(id_of('c')), "new");
    until([&] { return names_->all().size() == 2; }, "forgotten");
    for (int i = 0; i < 10; i++) step();
    EXPECT_THAT(notices_, SizeIs(2));
}

TEST_F(ContainerNamesTest, AreLearntFromAnEngineThatIsBackBeforeItIsTriedAgain) {
    limits_.times.first_retry = 1h;
    limits_.times.last_retry = 1h;
    auto& engine = start(docker_path());
    open();
    until_asked(engine, 2);
    engine.tell_change("create", id_of('b'), "db");
    until_named(docker(id_of('b')), "db");
    engine.end_events();
    until([&] { return notices_.size() == 1; }, "gone");
    engine.containers = {{id_of('a'), "web"}, {id_of('b'), "db"}};
    EXPECT_EQ(names_->learn(docker(id_of('a'))), Naming::asked);
    until_named(docker(id_of('a')), "web");
    EXPECT_THAT(notices_, ElementsAre(HasSubstr("has gone"), HasSubstr("is back")));
}

// A user's could fill the terminal.
TEST_F(ContainerNamesTest, ComeWithABoundedNumberOfNoticesOfOneEngine) {
    limits_.times.first_retry = 1ms;
    limits_.times.last_retry = 1ms;
    auto& engine = start(docker_path());
    open();
    until(
        [&] {
            engine.end_events();
            return notices_.size() == 16;
        },
        "sixteen notices");
    EXPECT_THAT(notices_.back(), HasSubstr("; nothing more is said of it"));
    const auto requests = engine.requests().size();
    until(
        [&] {
            engine.end_events();
            return engine.requests().size() > requests + 20;
        },
        "more attempts");
    EXPECT_THAT(notices_, SizeIs(16));
}

TEST_F(ContainerNamesTest, OfAListAreOlderThanTheEvents) {
    auto& engine = start(docker_path());
    engine.containers = {{id_of('a'), "old"}, {id_of('b'), "destroyed"}};
    engine.holds_answers = true;
    open();
    until_asked(engine, 2);
    engine.tell_change("rename", id_of('a'), "new");
    engine.tell_change("create", id_of('c'), "fresh");
    engine.tell_change("destroy", id_of('b'), "destroyed");
    until_named(docker(id_of('c')), "fresh");
    engine.holds_answers = false;
    engine.containers[id_of('d')] = "listed";
    until_named(docker(id_of('d')), "listed");
    EXPECT_EQ(name(docker(id_of('a'))), "new");
    EXPECT_EQ(name(docker(id_of('b'))), "none");
    EXPECT_EQ(name(docker(id_of('c'))), "fresh");
}

TEST(UsersEngine, IsFoundByItsSocket) {
    const TempDir folder;
    const EngineSockets sockets{.run = folder / "run"};
    EXPECT_FALSE(has_users_engine(sockets));
    const FakeEngine roots(folder / "run/docker.sock");
    const FakeEngine roots_own(folder / "run/user/0/podman/podman.sock");
    std::filesystem::create_directories(folder / "run/user/1000/podman");
    EXPECT_FALSE(has_users_engine(sockets));
    const FakeEngine users(folder / "run/user/1000/podman/podman.sock");
    EXPECT_TRUE(has_users_engine(sockets));
}

}  // namespace
}  // namespace exectap
