// SPDX-License-Identifier: MIT OR Apache-2.0
// Options that name terminals, cgroups, units and containers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "cli/options.h"

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Result<std::variant<Options, Information>> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "exectap");
    return parse_options(arguments);
}

Options options_of(std::vector<const char*> arguments) { return std::get<Options>(*parse(std::move(arguments))); }

std::string usage_error_of(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

TEST(TargetOptions, CanBeGivenAsOftenAsOneLikesUnderEitherName) {
    const auto options = options_of({"-c", "web", "--container=/shop", "-cdb", "-u", "nginx", "--systemd-unit=a.scope",
                                     "--cgroup", "/a", "--cgroup=b/c"});
    EXPECT_THAT(options.containers, ElementsAre("web", "shop", "db"));
    EXPECT_THAT(options.units, ElementsAre("nginx.service", "a.scope"));
    EXPECT_THAT(options.cgroups, ElementsAre("/a", "b/c"));
    EXPECT_TRUE(options.waits);
    EXPECT_TRUE(has_live_targets(options));
}

TEST(TargetOptions, GoTogetherWithEveryOtherTarget) {
    const auto options = options_of({"7", "-c", "web", "-u", "a", "--cgroup", "/a", "-t", "pts/9", "--", "make"});
    EXPECT_THAT(options.pids, ElementsAre(7));
    EXPECT_THAT(options.containers, ElementsAre("web"));
    EXPECT_THAT(options.units, ElementsAre("a.service"));
    EXPECT_THAT(options.cgroups, ElementsAre("/a"));
    EXPECT_THAT(options.terminals, ElementsAre("pts/9"));
    EXPECT_THAT(options.command, ElementsAre("make"));
}

TEST(TargetOptions, AreEachEnoughToWatch) {
    for (const std::vector<const char*>& target :
         std::vector<std::vector<const char*>>{{"-c", "web"}, {"-u", "a"}, {"--cgroup", "/a"}, {"-t", "pts/9"}}) {
        EXPECT_TRUE(has_live_targets(options_of(target)));
        auto unwaited = target;
        unwaited.push_back("--no-wait");
        EXPECT_FALSE(options_of(unwaited).waits);
    }
    EXPECT_FALSE(has_live_targets(options_of({"7"})));
    EXPECT_THAT(usage_error_of({"--quiet"}), HasSubstr("--container NAME, --systemd-unit UNIT"));
}

TEST(TargetOptions, AreWaitedForOrNotOnlyWhereTheyComeAndGo) {
    constexpr const char* kText =
        "--no-wait is for terminals, cgroups, units and containers: nothing else is ever waited for";
    EXPECT_EQ(usage_error_of({"7", "--no-wait"}), kText);
    EXPECT_EQ(usage_error_of({"--all", "--no-wait"}), kText);
    EXPECT_EQ(usage_error_of({"--no-wait", "--", "make"}), kText);
    EXPECT_FALSE(options_of({"7", "--no-wait", "-c", "web"}).waits);
}

TEST(TargetOptions, SayWhatIsWrongWithAName) {
    EXPECT_EQ(usage_error_of({"-c", "a b"}), "'a b' is no name or id of a container");
    EXPECT_EQ(usage_error_of({"-u", "x.timer"}),
              "x.timer runs nothing: services, scopes, slices, sockets, mounts and swaps do");
    EXPECT_EQ(usage_error_of({"-u", "a", "-u", "b c"}), "'b c' is no name of a systemd unit");
    EXPECT_EQ(usage_error_of({"-c"}), "--container needs a value; exectap --help explains it");
    EXPECT_EQ(usage_error_of({"-u"}), "--systemd-unit needs a value; exectap --help explains it");
}

TEST(TargetOptions, TakeEachTargetOnce) {
    EXPECT_THAT(options_of({"-c", "web", "-c", "/web", "-c", "db", "-c", "web"}).containers, ElementsAre("web", "db"));
    EXPECT_THAT(options_of({"-u", "a", "-u", "a.service", "-u", "a.scope"}).units, ElementsAre("a.service", "a.scope"));
    EXPECT_THAT(options_of({"--cgroup", "/a", "--cgroup=/b", "--cgroup", "/a"}).cgroups, ElementsAre("/a", "/b"));
}

}  // namespace
}  // namespace exectap::cli
