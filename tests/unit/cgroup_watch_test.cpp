// SPDX-License-Identifier: MIT OR Apache-2.0
// Which cgroups are targets, and what is told when they come and go. A tree of directories stands for the hierarchy,
// and the test for the engines.
#include "target/cgroup_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "unit/cgroup_tree.h"

namespace exectap {
namespace {

using State = ContainerNaming::State;

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using Wanted = CgroupWatch::Wanted;

std::string id_of(char digit) { return std::string(64, digit); }
std::string docker(const std::string& id) { return "/system.slice/docker-" + id + ".scope"; }

// A watch, as a session sees it.
struct Watched {
    explicit Watched(const CgroupHierarchy& hierarchy, const Wanted& wanted)
        : watch(hierarchy, wanted,
                {[this](std::string_view cgroup) { return naming_of(cgroup); }, [this] { return known_names; }}) {
        watch.configure(config);
        watch.on_change([this](const TargetChange& change) { told.push_back(words_of(change)); });
    }
    Watched(const Watched&) = delete;
    Watched& operator=(const Watched&) = delete;

    ContainerNaming naming_of(std::string_view cgroup) {
        const auto answer = namings.find(std::string(cgroup));
        return answer != namings.end() ? answer->second : ContainerNaming{};
    }

    static std::string words_of(const TargetChange& change) {
        return std::string(name_of(change.what)) + " " + change.target + " " + change.cgroup + " " +
               std::to_string(change.places);
    }

    std::vector<std::string> find() const {
        std::vector<std::string> paths;
        for (const auto& cgroup : config.cgroups.find()) paths.push_back(cgroup.path);
        return paths;
    }

    // "lxc/web" for each, with "^" before those that begin at the top of `hierarchy`.
    std::vector<std::string> rules(const CgroupHierarchy& hierarchy) const {
        std::vector<std::string> texts;
        for (const auto& rule : config.cgroups.rules) {
            std::string text = rule.base_id == hierarchy.top_id() ? "^" : "";
            for (const auto& name : rule.names) text += (text.empty() || text == "^" ? "" : "/") + name;
            texts.push_back(text);
        }
        return texts;
    }

    CgroupDecision decide(const std::string& path) const { return config.cgroups.decide({.id = 7, .path = path}); }

    void made(const Cgroup& cgroup) const { config.cgroups.on_change({cgroup, false, {}}); }
    void removed(const Cgroup& cgroup) const { config.cgroups.on_change({cgroup, true, {}}); }

    std::map<std::string, ContainerNaming> namings;
    std::vector<std::string> known_names;
    CgroupWatch watch;
    SessionConfig config;
    std::vector<std::string> told;
};

Wanted cgroups(std::vector<std::string> paths) { return {.cgroups = std::move(paths), .units = {}, .containers = {}}; }
Wanted units(std::vector<std::string> names) { return {.cgroups = {}, .units = std::move(names), .containers = {}}; }
Wanted containers(std::vector<std::string> names) {
    return {.cgroups = {}, .units = {}, .containers = std::move(names)};
}

TEST(CgroupWatchRules, NameACgroupFromTheTop) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), cgroups({"/a", "/a/b c/d"}));
    EXPECT_THAT(watched.rules(tree.hierarchy()), ElementsAre("^a", "^a/b c/d"));
}

TEST(CgroupWatchRules, HaveNoneForTheCgroupThatIsAlwaysThere) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), cgroups({"/"}));
    EXPECT_THAT(watched.rules(tree.hierarchy()), IsEmpty());
    EXPECT_THAT(watched.find(), ElementsAre("/"));
    EXPECT_THAT(watched.watch.missing(), IsEmpty());
}

TEST(CgroupWatchRules, NameAUnitWhereverItIs) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), units({"nginx.service", "cgroup.service"}));
    EXPECT_THAT(watched.rules(tree.hierarchy()), ElementsAre("nginx.service", "_cgroup.service"));
}

TEST(CgroupWatchRules, NameAContainerOfEnginesThatAreNotAsked) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), containers({"web"}));
    EXPECT_THAT(watched.rules(tree.hierarchy()),
                ElementsAre("lxc.payload.web", "^lxc/web", "machine.slice/machine-web.scope",
                            "machine.slice/systemd-nspawn@web.service"));
}

TEST(CgroupWatchRules, AreNotAskedAboutNewCgroupsUnlessContainersAreWanted) {
    const CgroupTree tree;
    EXPECT_FALSE(Watched(tree.hierarchy(), cgroups({"/a"})).config.cgroups.decide);
    EXPECT_FALSE(Watched(tree.hierarchy(), units({"a.service"})).config.cgroups.decide);
    EXPECT_TRUE(Watched(tree.hierarchy(), containers({"a"})).config.cgroups.decide);
}

TEST(CgroupWatchRules, NameAUnitTwiceWhereVersionsOfSystemdDiffer) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), units({"io.service"}));
    EXPECT_THAT(watched.rules(tree.hierarchy()), ElementsAre("_io.service", "io.service"));
}

TEST(CgroupWatchRules, NameAContainerOfMachinedEscapedAndAsItIs) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), containers({"web-1"}));
    EXPECT_THAT(
        watched.rules(tree.hierarchy()),
        ElementsAre("lxc.payload.web-1", "^lxc/web-1", R"(machine.slice/machine-web\x2d1.scope)",
                    R"(machine.slice/systemd-nspawn@web\x2d1.service)", "machine.slice/systemd-nspawn@web-1.service"));
}

TEST(CgroupWatchFind, FindsNoCgroupElsewhereWhosePathEndsAlike) {
    const CgroupTree tree;
    tree.make("/a");
    tree.make("/b/a");
    for (const std::vector<std::string>& more : std::vector<std::vector<std::string>>{{}, {"x.service"}}) {
        const Watched watched(tree.hierarchy(), {.cgroups = {"/a", "/b"}, .units = more, .containers = {}});
        EXPECT_THAT(watched.find(), UnorderedElementsAre("/a", "/b"));
    }
}

TEST(CgroupWatchMissing, DoesNotSuggestTheContainerItself) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"web-shop"}));
    // An engine knows those that do not run, too.
    watched.known_names = {"web-shop", "database"};
    EXPECT_THAT(watched.watch.missing(), ElementsAre("container web-shop"));
}

TEST(CgroupWatchFind, FindsWhatIsThereOfEachKind) {
    const CgroupTree tree;
    for (const std::string path : {"/a/b", "/system.slice/nginx.service/sub", "/user.slice/nginx.service",
                                   "/system.slice/_cpu.service", "/lxc.payload.web", "/x/lxc/web"})
        tree.make(path);
    tree.make(docker(id_of('a')));
    Watched watched(
        tree.hierarchy(),
        {.cgroups = {"/a/b", "/none"}, .units = {"nginx.service", "cpu.service"}, .containers = {"web", "shop"}});
    watched.namings[docker(id_of('a'))] = {.state = State::known, .name = "shop"};
    const std::vector<std::string> expected = {"/a/b",
                                               "/system.slice/nginx.service",
                                               "/user.slice/nginx.service",
                                               "/system.slice/_cpu.service",
                                               "/lxc.payload.web",
                                               docker(id_of('a'))};
    EXPECT_THAT(watched.find(), testing::UnorderedElementsAreArray(expected));
    EXPECT_THAT(watched.watch.missing(), ElementsAre("cgroup /none"));
    // It is called again, and what went meanwhile is no longer there.
    tree.remove("/a/b");
    EXPECT_THAT(watched.find(), testing::UnorderedElementsAreArray(expected.begin() + 1, expected.end()));
    EXPECT_THAT(watched.watch.missing(), ElementsAre("cgroup /a/b", "cgroup /none"));
}

TEST(CgroupWatchFind, TakesOneCgroupOnceForAllItsTargets) {
    const CgroupTree tree;
    tree.make(docker(id_of('a')));
    Watched watched(
        tree.hierarchy(),
        {.cgroups = {docker(id_of('a'))}, .units = {"docker-" + id_of('a') + ".scope"}, .containers = {"web", "aaaa"}});
    watched.namings[docker(id_of('a'))] = {.state = State::known, .name = "web"};
    EXPECT_THAT(watched.find(), ElementsAre(docker(id_of('a'))));
    EXPECT_THAT(watched.watch.missing(), IsEmpty());
}

TEST(CgroupWatchFind, TakesAContainersOwnCgroupAndNoneBelowIt) {
    const CgroupTree tree;
    tree.make(docker(id_of('a')) + "/init.scope/x");
    const Watched watched(tree.hierarchy(), containers({id_of('a')}));
    EXPECT_THAT(watched.find(), ElementsAre(docker(id_of('a'))));
}

TEST(CgroupWatchDecide, KnowsAContainerByItsWholeIdWithoutAskingAnybody) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({id_of('a')}));
    watched.namings[docker(id_of('b'))] = {.state = State::asked, .name = {}};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(docker(id_of('b'))), CgroupDecision::not_watched);
}

TEST(CgroupWatchDecide, KnowsAContainerByTheFirstDigitsOfItsId) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"abcd"}));
    const auto id = "abcd" + std::string(60, '0');
    watched.namings[docker(id)] = {.state = State::asked, .name = {}};
    EXPECT_EQ(watched.decide(docker(id)), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(docker("abc0" + std::string(60, 'd'))), CgroupDecision::not_watched);
    EXPECT_EQ(watched.decide(docker("0abcd" + std::string(59, '0'))), CgroupDecision::not_watched);
    // Ids of others than engines with ids of 64 digits are names, and have no first digits.
    EXPECT_EQ(watched.decide("/lxc.payload.abcdef"), CgroupDecision::not_watched);
}

TEST(CgroupWatchDecide, KnowsAContainerByItsName) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"web"}));
    watched.namings[docker(id_of('a'))] = {.state = State::known, .name = "web"};
    watched.namings[docker(id_of('b'))] = {.state = State::known, .name = "web2"};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(docker(id_of('b'))), CgroupDecision::not_watched);
    EXPECT_EQ(watched.decide(docker(id_of('c'))), CgroupDecision::not_watched);
}

TEST(CgroupWatchDecide, TakesBothTheOneOfThatNameAndTheOneWhoseIdBeginsSo) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"cafe"}));
    watched.namings[docker(id_of('1'))] = {.state = State::known, .name = "cafe"};
    EXPECT_EQ(watched.decide(docker(id_of('1'))), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(docker("cafe" + std::string(60, '0'))), CgroupDecision::watched);
}

TEST(CgroupWatchDecide, DoesNotKnowUntilTheEngineHasAnswered) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"web"}));
    auto& naming = watched.namings[docker(id_of('a'))];
    naming.state = State::asked;
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::not_yet);
    naming = {.state = State::known, .name = "shop"};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::not_watched);
    // An old name, while the engine is asked for a new one.
    naming = {.state = State::asked, .name = "web"};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::watched);
}

TEST(CgroupWatchDecide, TakesWhatIsInAContainerThatIsOne) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"web"}));
    const auto outer = docker(id_of('a'));
    const auto inner = outer + "/docker/" + id_of('b');
    watched.namings[inner] = {.state = State::asked, .name = {}};
    EXPECT_EQ(watched.decide(inner), CgroupDecision::not_yet);
    watched.namings[outer] = {.state = State::known, .name = "web"};
    EXPECT_EQ(watched.decide(inner), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(outer + "/init.scope"), CgroupDecision::watched);
    // The other way round it is not.
    Watched other(tree.hierarchy(), containers({"web"}));
    other.namings[inner] = {.state = State::known, .name = "web"};
    EXPECT_EQ(other.decide(outer), CgroupDecision::not_watched);
    EXPECT_EQ(other.decide(inner), CgroupDecision::watched);
}

TEST(CgroupWatchDecide, KnowsTheFormsOfAllEngines) {
    const CgroupTree tree;
    const auto id = id_of('a');
    const Watched by_id(tree.hierarchy(), containers({id}));
    for (const std::string& path : std::vector<std::string>{
             "/docker/" + id, "/machine.slice/libpod-" + id + ".scope", "/x/libpod-" + id, "/x/libpod-payload-" + id,
             "/x/crio-" + id + ".scope", "/x/cri-containerd-" + id + ".scope", "/x/nerdctl-" + id + ".scope",
             "/default/" + id, "/kubepods/besteffort/pod" + std::string(32, 'b') + "/" + id})
        EXPECT_EQ(by_id.decide(path), CgroupDecision::watched) << path;
    for (const std::string& path : std::vector<std::string>{"/x/libpod-conmon-" + id + ".scope", "/" + id, "/x/" + id,
                                                            "/docker/" + id + "a", "/docker-" + id})
        EXPECT_EQ(by_id.decide(path), CgroupDecision::not_watched) << path;

    const Watched by_name(tree.hierarchy(), containers({"web-1"}));
    for (const std::string path :
         {"/lxc.payload.web-1", "/lxc/web-1", R"(/machine.slice/machine-web\x2d1.scope)",
          R"(/machine.slice/systemd-nspawn@web\x2d1.service)", "/machine.slice/systemd-nspawn@web-1.service"})
        EXPECT_EQ(by_name.decide(path), CgroupDecision::watched) << path;
    for (const std::string path : {"/x/lxc/web-1", R"(/x/machine-web\x2d1.scope)", "/lxc.monitor.web-1"})
        EXPECT_EQ(by_name.decide(path), CgroupDecision::not_watched) << path;
}

// Of Docker's and Podman's somebody should know.
TEST(CgroupWatchDecide, CannotKnowWhereNobodyAnswersAndSaysSoOnce) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({"web"}));
    for (const auto& path : {docker(id_of('a')), docker(id_of('b')), "/crio-" + id_of('c') + ".scope"})
        watched.namings[path] = {.state = State::unanswered, .name = {}};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::unknowable);
    EXPECT_EQ(watched.decide(docker(id_of('b'))), CgroupDecision::unknowable);
    EXPECT_EQ(watched.decide("/crio-" + id_of('c') + ".scope"), CgroupDecision::not_watched);
    const auto notices = watched.watch.take_notices();
    ASSERT_EQ(notices.size(), 1U);
    EXPECT_NE(notices[0].find("-c aaaaaaaaaaaa"), std::string::npos);
    EXPECT_TRUE(watched.watch.take_notices().empty());
}

TEST(CgroupWatchDecide, AsksNobodyAboutSoManyDigits) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({std::string(12, 'a')}));
    watched.namings[docker(id_of('b'))] = {.state = State::unanswered, .name = {}};
    EXPECT_EQ(watched.decide(docker(id_of('a'))), CgroupDecision::watched);
    EXPECT_EQ(watched.decide(docker(id_of('b'))), CgroupDecision::not_watched);
}

TEST(CgroupWatchDecide, EndsWhereAPathWasCut) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), containers({id_of('a')}));
    EXPECT_EQ(watched.decide("..." + docker(id_of('b'))), CgroupDecision::not_watched);
    EXPECT_EQ(watched.decide("..." + docker(id_of('a')) + "/x/y"), CgroupDecision::watched);
}

TEST(CgroupWatchDecide, IsNotImpressedByHostilePaths) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(),
                          {.cgroups = {"/a"}, .units = {"a.service"}, .containers = {"web", id_of('a')}});
    for (const std::string& path :
         std::vector<std::string>{"", "/", "//", "...", ".../x", "web", "/web", std::string(5000, '/'), "/a\nb/\xff",
                                  "/docker/" + id_of('a') + "\n", "/lxc.payload.web\n"})
        EXPECT_EQ(watched.decide(path), CgroupDecision::not_watched) << path;
}

TEST(CgroupWatchChange, TellsOfAUnitThatAppearsChangesAndGoes) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), units({"nginx.service"}));
    watched.find();
    watched.made({.id = 7, .path = "/system.slice/nginx.service"});
    watched.made({.id = 8, .path = "/user.slice/nginx.service"});
    watched.made({.id = 9, .path = "/system.slice/other.service"});
    watched.removed({.id = 9, .path = "/system.slice/other.service"});
    watched.removed({.id = 7, .path = "/system.slice/nginx.service"});
    watched.removed({.id = 8, .path = "/user.slice/nginx.service"});
    // It is made again.
    watched.made({.id = 10, .path = "/system.slice/nginx.service"});
    EXPECT_THAT(watched.told, ElementsAre("appeared unit:nginx.service /system.slice/nginx.service 1",
                                          "changed unit:nginx.service /user.slice/nginx.service 2",
                                          "changed unit:nginx.service /system.slice/nginx.service 1",
                                          "gone unit:nginx.service /user.slice/nginx.service 0",
                                          "appeared unit:nginx.service /system.slice/nginx.service 1"));
}

TEST(CgroupWatchChange, TellsOfEachTargetThatACgroupIs) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), {.cgroups = {"/lxc.payload.web"}, .units = {}, .containers = {"web", "other"}});
    const auto cgroup = tree.make("/lxc.payload.web");
    watched.made(cgroup);
    watched.removed(cgroup);
    EXPECT_THAT(
        watched.told,
        ElementsAre("appeared cgroup:/lxc.payload.web /lxc.payload.web 1", "appeared container:web /lxc.payload.web 1",
                    "gone cgroup:/lxc.payload.web /lxc.payload.web 0", "gone container:web /lxc.payload.web 0"));
}

TEST(CgroupWatchChange, SaysNothingOfOneThatWasFoundBeforeItsRecordCame) {
    const CgroupTree tree;
    const auto cgroup = tree.make("/a.service");
    Watched watched(tree.hierarchy(), units({"a.service"}));
    watched.find();
    watched.made(cgroup);
    EXPECT_THAT(watched.told, IsEmpty());
    watched.removed(cgroup);
    EXPECT_THAT(watched.told, ElementsAre("gone unit:a.service /a.service 0"));
    // Nor of one that went before it was ever there.
    watched.removed(cgroup);
    EXPECT_THAT(watched.told, testing::SizeIs(1));
}

TEST(CgroupWatchChange, KnowsOneThatGoesByItsIdWhateverItsPathIs) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), units({"a.service"}));
    watched.made({.id = 7, .path = "/a.service"});
    watched.removed({.id = 8, .path = "/a.service"});
    EXPECT_THAT(watched.told, testing::SizeIs(1));
    watched.removed({.id = 7, .path = ""});
    EXPECT_THAT(watched.told, ElementsAre("appeared unit:a.service /a.service 1", "gone unit:a.service  0"));
}

TEST(CgroupWatchChange, KeepsCountWhileNobodyListens) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), units({"a.service"}));
    watched.watch.on_change(nullptr);
    watched.made({.id = 7, .path = "/a.service"});
    EXPECT_THAT(watched.watch.missing(), IsEmpty());
    std::size_t places = 0;
    watched.watch.on_change([&](const TargetChange& change) { places = change.places; });
    watched.made({.id = 8, .path = "/b/a.service"});
    EXPECT_EQ(places, 2U);
}

TEST(CgroupWatchChange, TellsTheTimeAndTheContainer) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), containers({id_of('a')}));
    std::vector<TargetChange> changes;
    watched.watch.on_change([&](const TargetChange& change) { changes.push_back(change); });
    watched.config.cgroups.on_change({{7, docker(id_of('a'))}, false, std::chrono::seconds(5)});
    ASSERT_EQ(changes.size(), 1U);
    EXPECT_EQ(changes[0].container_id, id_of('a'));
    EXPECT_EQ(changes[0].since_boot, std::chrono::seconds(5));
}

TEST(CgroupWatchChange, InACgroupNamespaceKnowsACgroupByItsId) {
    // No tree of directories has the kernel's own root for its top.
    const CgroupTree tree;
    const auto cgroup = tree.make("/a");
    Watched watched(tree.hierarchy(), cgroups({"/a"}));
    watched.made({.id = cgroup.id + 1'000'000, .path = "/pod/other/a"});
    EXPECT_THAT(watched.told, IsEmpty());
    watched.made({.id = cgroup.id, .path = "/pod/a"});
    EXPECT_THAT(watched.told, ElementsAre("appeared cgroup:/a /pod/a 1"));
    // One that has gone by now can't be asked.
    tree.remove("/a");
    watched.removed({.id = cgroup.id, .path = "/pod/a"});
    watched.made({.id = 4711, .path = "/pod/a"});
    EXPECT_EQ(watched.told.back(), "appeared cgroup:/a /pod/a 1");
    EXPECT_THAT(watched.told, testing::SizeIs(3));
}

TEST(CgroupWatchChange, OutsideOfANamespaceKnowsACgroupByItsPath) {
    // procfs has a root of the number that the kernel's root of cgroups has.
    const CgroupHierarchy hierarchy("/proc");
    ASSERT_EQ(hierarchy.top_id(), 1U);
    Watched watched(hierarchy, cgroups({"/sys"}));
    EXPECT_THAT(watched.find(), ElementsAre("/sys"));
    watched.made({.id = 8, .path = "/x/sys"});
    EXPECT_THAT(watched.told, IsEmpty());
    watched.made({.id = 7, .path = "/sys"});
    EXPECT_THAT(watched.told, ElementsAre("changed cgroup:/sys /sys 2"));
}

TEST(CgroupWatchMore, FindsContainersThatHaveGotTheirNameOnlyNow) {
    const CgroupTree tree;
    tree.make(docker(id_of('a')));
    tree.make("/x.service");
    Watched watched(tree.hierarchy(), {.cgroups = {}, .units = {"x.service"}, .containers = {"web", "aaaa"}});
    watched.watch.on_change([&](const TargetChange& change) { watched.told.push_back(Watched::words_of(change)); });
    EXPECT_THAT(watched.watch.find_more(), testing::SizeIs(1));
    watched.told.clear();
    watched.namings[docker(id_of('a'))] = {.state = State::known, .name = "web"};
    const auto more = watched.watch.find_more();
    ASSERT_EQ(more.size(), 1U);
    EXPECT_EQ(more[0].path, docker(id_of('a')));
    EXPECT_EQ(more[0].id, tree.hierarchy().at(docker(id_of('a')))->id);
    EXPECT_THAT(watched.told, ElementsAre("appeared container:web " + docker(id_of('a')) + " 1"));
    // Once.
    EXPECT_THAT(watched.watch.find_more(), IsEmpty());
    EXPECT_THAT(watched.told, testing::SizeIs(1));
}

TEST(CgroupWatchNames, AreThoseOfTheTargetsInTheirOrder) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(),
                          {.cgroups = {"/a", "/"}, .units = {"b.service"}, .containers = {"web", "abcd"}});
    EXPECT_THAT(watched.watch.names(),
                ElementsAre("cgroup:/a", "cgroup:/", "unit:b.service", "container:web", "container:abcd"));
}

TEST(CgroupWatchMissing, SuggestsTheNearestNameThatThereIs) {
    const CgroupTree tree;
    tree.make("/system.slice/nginx.service");
    Watched watched(tree.hierarchy(), {.cgroups = {"/system.slise"},
                                       .units = {"ngins.service", "postgresql.service"},
                                       .containers = {"web-shpo", "db"}});
    watched.known_names = {"web-shop", "cache"};
    EXPECT_THAT(
        watched.watch.missing(),
        ElementsAre("cgroup /system.slise (there is /system.slice)", "unit ngins.service (there is nginx.service)",
                    "unit postgresql.service", "container web-shpo (there is web-shop)", "container db"));
}

TEST(CgroupWatchMissing, NeedsNoEngine) {
    const CgroupTree tree;
    CgroupWatch watch(tree.hierarchy(), containers({"web"}), {});
    SessionConfig config;
    watch.configure(config);
    EXPECT_EQ(config.cgroups.decide({7, docker(id_of('a'))}), CgroupDecision::not_watched);
    EXPECT_THAT(watch.find_more(), IsEmpty());
    EXPECT_THAT(watch.missing(), ElementsAre("container web"));
}

}  // namespace
}  // namespace exectap
