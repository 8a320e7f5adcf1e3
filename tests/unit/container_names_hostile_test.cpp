// SPDX-License-Identifier: MIT OR Apache-2.0
// Engines that answer in pieces, nonsense, too much, or not to this user.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>
#include <vector>

#include "unit/container_names.h"

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(ContainerNamesTest, MayComeByteByByte) {
    auto& engine = start(docker_path());
    engine.most_at_once = 1;
    engine.containers = {{id_of('a'), "web"}};
    open();
    until_named(docker(id_of('a')), "web");
    engine.tell_change("rename", id_of('a'), "shop");
    until_named(docker(id_of('a')), "shop");
}

TEST_F(ContainerNamesTest, MayComeInChunks) {
    auto& engine = start(docker_path());
    const auto body = "[" + FakeEngine::listed(id_of('a'), "web") + "]";
    engine.answer = [&](const std::string& /*request*/) {
        return fmt::format("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n",
                           10, body.substr(0, 10), body.size() - 10, body.substr(10));
    };
    open();
    until_named(docker(id_of('a')), "web");
}

TEST_F(ContainerNamesTest, AreNotTakenFromWhatIsNoEngine) {
    struct Case {
        std::string what;
        std::string events;
        std::string list;
    };
    const auto good = FakeEngine::ok("[]");
    const std::string stream = "HTTP/1.0 200 OK\r\n\r\n";
    for (const auto& each : std::vector<Case>{
             {"this is no HTTP", "220 mail.example\r\n", good},
             {"its status is 404", "HTTP/1.0 404 Not Found\r\n\r\n{}", good},
             {"its status is 500", stream, "HTTP/1.0 500 Oops\r\n\r\n{}"},
             {"this is no list of objects", stream, FakeEngine::ok("{}")},
             {"the list has no end", stream, FakeEngine::ok("[{}")},
             {"this is no stream of objects", stream + "hello\n", good},
             {"one object of it is too long", stream + R"({"a":")" + std::string(2 << 20, 'x'), good},
             {"the head of the answer is too long", "HTTP/1.0 200 OK\r\nA:" + std::string(70'000, 'x'), good}}) {
        stop_all();
        notices_.clear();
        auto& engine = start(docker_path());
        engine.events_head = each.events;
        engine.answer = [&](const std::string& /*request*/) { return each.list; };
        open();
        until([&] { return !notices_.empty(); }, each.what.c_str());
        EXPECT_THAT(notices_[0], HasSubstr(each.what));
        EXPECT_THAT(notices_[0],
                    HasSubstr("what the container engine at " + docker_path() + " answers makes no sense"));
        // It is tried again, and nothing more is said.
        names_->learn(docker(id_of('a')));
        until_not_asked(docker(id_of('a')));
        for (int i = 0; i < 5; i++) step();
        EXPECT_THAT(notices_, SizeIs(1)) << each.what;
    }
}

TEST_F(ContainerNamesTest, AreSafeFromHostileObjects) {
    auto& engine = start(docker_path());
    engine.containers = {{id_of('a'), "web"}};
    open();
    until_named(docker(id_of('a')), "web");
    for (const auto* object :
         {"{\"Action\":\"create\",\"Actor\":{\"ID\":[[[[]]]]}}\n", "{{{{}}}}", "{\"\xff\xfe\":1}\n",
          "{\"Action\":\"destroy\",\"id\":null}\n", "{\"a\":1e999999}\n", "{}", "{]}"})
        engine.tell(object);
    engine.tell_change("rename", id_of('a'), "x\x1b[2J");
    engine.tell_change("rename", id_of('a'), "../../etc");
    engine.tell_change("rename", id_of('a'), std::string(256, 'a'));
    engine.tell_change("create", id_of('b'), "last");
    until_named(docker(id_of('b')), "last");
    EXPECT_EQ(name(docker(id_of('a'))), "web");
    EXPECT_THAT(notices_, IsEmpty());
}

TEST_F(ContainerNamesTest, AreBoundedInNumber) {
    limits_.names.names = 2;
    limits_.names.asked = 2;
    limits_.names.removed = 1;
    auto& engine = start(docker_path());
    engine.containers = {{id_of('a'), "a"}, {id_of('b'), "b"}, {id_of('c'), "c"}, {id_of('d'), "d"}};
    open();
    until([&] { return !notices_.empty(); }, "full");
    EXPECT_THAT(notices_, ElementsAre(HasSubstr("has too many containers")));
    EXPECT_THAT(names_->all(), SizeIs(2));
    engine.holds_answers = true;
    EXPECT_EQ(names_->learn(docker(id_of('c'))), Naming::asked);
    EXPECT_EQ(names_->learn(docker(id_of('d'))), Naming::asked);
    EXPECT_EQ(names_->learn(docker(id_of('e'))), Naming::unanswered);
    engine.tell_change("destroy", id_of('a'), "a");
    engine.tell_change("destroy", id_of('b'), "b");
    until([&] { return names_->all().empty(); }, "destroyed");
    EXPECT_EQ(name(docker(id_of('a'))), "none");
    EXPECT_EQ(name(docker(id_of('b'))), "b");
}

// Root may connect to any socket.
class AsSomebody {
public:
    AsSomebody() : before_(::geteuid()) {
        if (before_ == 0 && ::seteuid(65534) != 0) throw std::system_error(errno, std::generic_category(), "seteuid");
    }
    ~AsSomebody() {
        if (before_ == 0 && ::seteuid(0) != 0) std::abort();
    }
    AsSomebody(const AsSomebody&) = delete;
    AsSomebody& operator=(const AsSomebody&) = delete;

private:
    uid_t before_;
};

TEST_F(ContainerNamesTest, AreNotKnownWhereTheSocketIsForOthers) {
    auto& engine = start(docker_path());
    ::chmod(docker_path().c_str(), 0);
    ::chmod((folder_ / "").c_str(), 0755);
    const AsSomebody somebody;
    open();
    step();
    EXPECT_THAT(notices_, ElementsAre("may not ask the container engine at " + docker_path() +
                                      ": names of its containers are not known; start exectap again, as root"));
    EXPECT_EQ(names_->learn(docker(id_of('a'))), Naming::unanswered);
    step();
    EXPECT_THAT(notices_, SizeIs(1));
    EXPECT_THAT(engine.requests(), IsEmpty());
}

// Nobody knows whether there is an engine, until there is a container.
TEST_F(ContainerNamesTest, AreNotKnownWhereTheDirectoryIsForOthers) {
    start(users_path(1000));
    ::chmod((folder_ / "").c_str(), 0755);
    ::chmod((run_ + "/user/1000").c_str(), 0);
    {
        const AsSomebody somebody;
        open();
        step();
        EXPECT_THAT(notices_, IsEmpty());
        for (const char digit : {'a', 'b'}) EXPECT_EQ(names_->learn(of_user(1000, id_of(digit))), Naming::unanswered);
        step();
    }
    EXPECT_THAT(notices_, ElementsAre(HasSubstr("may not look for the container engine that would be at")));
    ::chmod((run_ + "/user/1000").c_str(), 0700);
}

}  // namespace
}  // namespace exectap
