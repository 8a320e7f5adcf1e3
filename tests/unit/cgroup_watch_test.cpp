// SPDX-License-Identifier: MIT OR Apache-2.0
// Which cgroups are targets, and what is told when they come and go. A tree of directories stands for the hierarchy,
// and the test for the engines.
#include "target/cgroup_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "unit/cgroup_tree.h"

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

using Wanted = CgroupWatch::Wanted;

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

    void made(const Cgroup& cgroup) const { config.cgroups.on_change({cgroup, false, {}}); }
    void removed(const Cgroup& cgroup) const { config.cgroups.on_change({cgroup, true, {}}); }

    std::map<std::string, ContainerNaming> namings;
    std::vector<std::string> known_names;
    CgroupWatch watch;
    SessionConfig config;
    std::vector<std::string> told;
};

TEST(CgroupWatchRules, NameAUnitTwiceWhereVersionsOfSystemdDiffer) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), {.cgroups = {}, .units = {"io.service"}, .containers = {}});
    EXPECT_THAT(watched.rules(tree.hierarchy()), ElementsAre("_io.service", "io.service"));
}

TEST(CgroupWatchRules, NameAContainerOfMachinedEscapedAndAsItIs) {
    const CgroupTree tree;
    const Watched watched(tree.hierarchy(), {.cgroups = {}, .units = {}, .containers = {"web-1"}});
    EXPECT_THAT(
        watched.rules(tree.hierarchy()),
        ElementsAre("lxc.payload.web-1", "^lxc/web-1", R"(machine.slice/machine-web\x2d1.scope)",
                    R"(machine.slice/systemd-nspawn@web\x2d1.service)", "machine.slice/systemd-nspawn@web-1.service"));
}

TEST(CgroupWatchFind, FindsNoCgroupElsewhereWhosePathEndsAlike) {
    const CgroupTree tree;
    tree.make("/a");
    tree.make("/b/a");
    for (const std::vector<std::string>& units : std::vector<std::vector<std::string>>{{}, {"x.service"}}) {
        const Watched watched(tree.hierarchy(), {.cgroups = {"/a", "/b"}, .units = units, .containers = {}});
        EXPECT_THAT(watched.find(), UnorderedElementsAre("/a", "/b"));
    }
}

TEST(CgroupWatchMissing, DoesNotSuggestTheContainerItself) {
    const CgroupTree tree;
    Watched watched(tree.hierarchy(), {.cgroups = {}, .units = {}, .containers = {"web-shop"}});
    // An engine knows those that do not run, too.
    watched.known_names = {"web-shop", "database"};
    EXPECT_THAT(watched.watch.missing(), ElementsAre("container web-shop"));
}

}  // namespace
}  // namespace exectap
