// SPDX-License-Identifier: MIT OR Apache-2.0
// What people are told of targets: at the start, and as they come and go.
#include "cli/target_watch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "cli/banner.h"
#include "unit/files.h"

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using What = TargetChange::What;

std::string notice(What what, std::string target, std::size_t places = 0) {
    TargetChange change;
    change.what = what;
    change.target = std::move(target);
    change.places = places;
    return notice_of(change);
}

TEST(TargetNotice, SaysOfEachKindThatItIsThereOrHasGone) {
    EXPECT_EQ(notice(What::appeared, "tty:/dev/pts/9"), "terminal /dev/pts/9 is in use");
    EXPECT_EQ(notice(What::gone, "tty:/dev/pts/9"), "terminal /dev/pts/9 has gone: waiting for it");
    EXPECT_EQ(notice(What::appeared, "cgroup:/a", 1), "cgroup /a is there");
    EXPECT_EQ(notice(What::gone, "cgroup:/a"), "cgroup /a has gone: waiting for it");
    EXPECT_EQ(notice(What::appeared, "unit:nginx.service", 1), "unit nginx.service is there");
    EXPECT_EQ(notice(What::gone, "unit:nginx.service"), "unit nginx.service has gone: waiting for it");
    EXPECT_EQ(notice(What::appeared, "container:web", 1), "container web is there");
    EXPECT_EQ(notice(What::gone, "container:web"), "container web has gone: waiting for it");
}

TEST(TargetNotice, SaysHowManyCgroupsATargetIs) {
    EXPECT_EQ(notice(What::changed, "unit:a.service", 2), "unit a.service is 2 cgroups now");
    EXPECT_EQ(notice(What::changed, "unit:a.service", 1), "unit a.service is 1 cgroup now");
}

TEST(TargetNotice, IsOneLineThatCanBeShown) {
    EXPECT_EQ(notice(What::appeared, "cgroup:/a:b\n\x1b[2J", 1), R"(cgroup /a:b\n\x1b[2J is there)");
}

// A session that only notes which terminals are expected again.
class Expecting final : public Session {
public:
    int fd() const override { return -1; }
    void dispatch(const Handler& /*handler*/) override {}
    AttemptMechanism attempt_mechanism() const override { return AttemptMechanism::off; }
    const std::vector<RefusedMechanism>& refused_mechanisms() const override { return refused_; }
    KernelManner kernel_manner() const override { return {}; }
    std::uint64_t processes_at_start() const override { return 0; }
    const std::vector<ProcessInfo>& seeded_processes() const override { return none_; }
    Result<void> watch(std::span<const Cgroup> /*cgroups*/) override { return {}; }
    void expect_terminal(std::size_t index) override { expected.push_back(index); }
    bool is_over() const override { return false; }
    SessionSummary finish(const Handler& /*handler*/) override { return {}; }

    std::vector<std::size_t> expected;

private:
    std::vector<ProcessInfo> none_;
    std::vector<RefusedMechanism> refused_;
};

// Files stand for terminals.
struct Terminals {
    explicit Terminals(const std::vector<std::string>& names) {
        for (const auto& name : names) {
            write_file(directory / name, "");
            config.terminals.push_back({directory / name, 1, 0});
        }
        auto created = TargetWatch::create({}, config, {});
        if (!created) throw std::runtime_error(created.error().message);
        watch = std::move(*created);
        watch->configure(config);
        watch->on_change([this](const TargetChange& change) { told.push_back(notice_of(change)); });
    }

    std::string path(std::string_view name) const { return directory / name; }

    TempDir directory;
    SessionConfig config;
    std::unique_ptr<TargetWatch> watch;
    std::vector<std::string> told;
};

TEST(TargetWatch, WaitsForTerminalsUntilSomebodyHasThem) {
    const Terminals terminals({"0", "1"});
    EXPECT_THAT(terminals.watch->names(), ElementsAre("tty:" + terminals.path("0"), "tty:" + terminals.path("1")));
    EXPECT_THAT(terminals.watch->missing(),
                ElementsAre("terminal " + terminals.path("0"), "terminal " + terminals.path("1")));
    terminals.config.on_terminal(1);
    EXPECT_THAT(terminals.watch->missing(), ElementsAre("terminal " + terminals.path("0")));
    EXPECT_THAT(terminals.told, ElementsAre("terminal " + terminals.path("1") + " is in use"));
}

TEST(TargetWatch, ExpectsATerminalAnewOnceItHasGone) {
    const Terminals terminals({"0", "1"});
    Expecting session;
    terminals.config.on_terminal(0);
    std::filesystem::remove(terminals.path("0"));
    // Nobody had this one.
    std::filesystem::remove(terminals.path("1"));
    terminals.watch->serve(session);
    EXPECT_THAT(session.expected, ElementsAre(0U));
    EXPECT_THAT(terminals.told, ElementsAre("terminal " + terminals.path("0") + " is in use",
                                            "terminal " + terminals.path("0") + " has gone: waiting for it"));
    terminals.watch->serve(session);
    EXPECT_THAT(session.expected, ElementsAre(0U));
}

TEST(TargetWatch, IsNotImpressedByOtherFilesThatGo) {
    const Terminals terminals({"0"});
    Expecting session;
    terminals.config.on_terminal(0);
    for (const std::string name : {"00", "x"}) {
        write_file(terminals.path(name), "");
        std::filesystem::remove(terminals.path(name));
    }
    terminals.watch->serve(session);
    EXPECT_THAT(session.expected, IsEmpty());
    EXPECT_THAT(terminals.told, testing::SizeIs(1));
}

TEST(TargetWatch, HasNothingToServeWithoutTerminals) {
    SessionConfig config;
    const auto watch = TargetWatch::create({}, config, {});
    ASSERT_TRUE(watch);
    EXPECT_LT((*watch)->fd(), 0);
    EXPECT_THAT((*watch)->names(), IsEmpty());
    EXPECT_THAT((*watch)->missing(), IsEmpty());
    Expecting session;
    EXPECT_TRUE((*watch)->find_more(session));
}

Options options_with_targets() {
    Options options;
    options.pids = {7};
    options.cgroups = {"/a", "b/"};
    options.units = {"nginx.service"};
    options.containers = {"web", "shop"};
    return options;
}

TEST(Banner, NamesEveryKindOfTarget) {
    const std::vector<TerminalTarget> terminals = {{"/dev/pts/9", 1, 1}};
    EXPECT_EQ(banner(options_with_targets(), terminals),
              R"(Watching execve syscalls for PIDs: [7] (TTY filters: ["/dev/pts/9"]) (cgroups: ["/a", "b/"]) )"
              R"((units: ["nginx.service"]) (containers: ["web", "shop"]) (children included) (Ctrl-C to exit))");
}

TEST(Banner, NamesCgroupsUnitsAndContainersWithoutPids) {
    Options options;
    options.containers = {"web"};
    options.watch_children = false;
    EXPECT_EQ(banner(options, {}),
              R"(Watching execve syscalls for PIDs: [] (containers: ["web"]) (children ignored) (Ctrl-C to exit))");
    options = {};
    options.units = {"a.service"};
    options.command = {"make"};
    EXPECT_EQ(banner(options, {}),
              R"(Watching execve syscalls for PIDs: [] (units: ["a.service"]) and "make" (children included) (until )"
              R"("make" ends))");
    options = {};
    options.command = {"make"};
    EXPECT_EQ(banner(options, {}), std::nullopt);
}

TEST(Banner, ShowsHostileNamesOnOneLine) {
    Options options;
    options.cgroups = {"/a\n\"\x1b[2J"};
    EXPECT_EQ(
        banner(options, {}),
        R"(Watching execve syscalls for PIDs: [] (cgroups: ["/a\n\"\x1b[2J"]) (children included) (Ctrl-C to exit))");
}

}  // namespace
}  // namespace exectap::cli
