// SPDX-License-Identifier: MIT OR Apache-2.0
// The user's words for cgroups, units and containers.
#include "target/cgroup_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::HasSubstr;

template <typename Parsed>
std::string error_of(const Result<Parsed>& parsed) {
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

const CgroupHierarchy kHierarchy("/sys/fs/cgroup");

Result<std::string> cgroup_of(std::string_view text) { return parse_cgroup(text, kHierarchy); }

TEST(ParseCgroup, TakesEveryWayToWriteAPath) {
    for (const std::string_view text :
         {"/a/b", "a/b", "/a/b/", "a//b///", "//a/b", "/sys/fs/cgroup/a/b", "/sys/fs/cgroup//a/b/"}) {
        const auto path = cgroup_of(text);
        ASSERT_TRUE(path) << text;
        EXPECT_EQ(*path, "/a/b") << text;
    }
}

TEST(ParseCgroup, TakesTheOneAboveAllOthers) {
    for (const std::string_view text : {"/", "//", "/sys/fs/cgroup", "/sys/fs/cgroup/"})
        EXPECT_EQ(*cgroup_of(text), "/") << text;
}

TEST(ParseCgroup, TakesTheMountPointOffOnceAndWhole) {
    EXPECT_EQ(*cgroup_of("/sys/fs/cgroup2/a"), "/sys/fs/cgroup2/a");
    EXPECT_EQ(*cgroup_of("/sys/fs"), "/sys/fs");
    EXPECT_EQ(*cgroup_of("sys/fs/cgroup/a"), "/sys/fs/cgroup/a");
    EXPECT_EQ(*cgroup_of("/sys/fs/cgroup/sys/fs/cgroup/a"), "/sys/fs/cgroup/a");
}

TEST(ParseCgroup, LeavesNamesAsTheyAre) { EXPECT_EQ(*cgroup_of("/a b/.c/..d/e\x2d\xff\t"), "/a b/.c/..d/e\x2d\xff\t"); }

TEST(ParseCgroup, RefusesWhatNoCgroupCanBeCalled) {
    EXPECT_EQ(error_of(cgroup_of("/a/./b")), "'/a/./b' is no path of a cgroup: it has the component '.'");
    EXPECT_EQ(error_of(cgroup_of("/a/..")), "'/a/..' is no path of a cgroup: it has the component '..'");
    EXPECT_EQ(error_of(cgroup_of("/a\nb")), R"('/a\nb' is no path of a cgroup: it has the component 'a\nb')");
    EXPECT_EQ(error_of(cgroup_of("/a\0b"sv)), R"('/a\x00b' is no path of a cgroup: it has the component 'a\x00b')");
    EXPECT_EQ(error_of(cgroup_of("/sys/fs/cgroup/..")),
              "'/sys/fs/cgroup/..' is no path of a cgroup: it has the component '..'");
    EXPECT_EQ(error_of(cgroup_of("")), "'' is no path of a cgroup; / is the one above all others");
}

TEST(ParseCgroup, RefusesAPathThatNoRuleHasRoomFor) {
    std::string path;
    while (path.size() < 512) path += "/abcdefg";
    EXPECT_EQ(*cgroup_of(path), path);
    EXPECT_EQ(*cgroup_of("/sys/fs/cgroup" + path), path);
    EXPECT_EQ(error_of(cgroup_of(path + "h")), "a cgroup's path of 513 bytes; at most 512 can be waited for");
}

TEST(ParseUnit, TakesTheNamesOfUnitsThatHaveProcesses) {
    for (const std::string unit :
         {"nginx.service", "run-u1.scope", "system.slice", "dbus.socket", "home.mount", "dev-sda2.swap",
          "getty@tty1.service", R"(machine-web\x2d1.scope)", "-.slice", "a:b_c-D.9.service", "_x.service"})
        EXPECT_EQ(*parse_unit(unit), unit);
}

TEST(ParseUnit, TakesANameWithoutASuffixForAService) {
    EXPECT_EQ(*parse_unit("nginx"), "nginx.service");
    EXPECT_EQ(*parse_unit("getty@tty1"), "getty@tty1.service");
    EXPECT_EQ(*parse_unit("org.example.App"), "org.example.App.service");
    EXPECT_EQ(*parse_unit("x.services"), "x.services.service");
}

TEST(ParseUnit, RefusesUnitsThatRunNothing) {
    for (const std::string suffix : {"timer", "target", "path", "device", "automount"})
        EXPECT_EQ(error_of(parse_unit("x." + suffix)),
                  "x." + suffix + " runs nothing: services, scopes, slices, sockets, mounts and swaps do");
    EXPECT_EQ(*parse_unit("x.timer.service"), "x.timer.service");
}

TEST(ParseUnit, RefusesATemplate) {
    EXPECT_EQ(error_of(parse_unit("getty@.service")),
              "getty@.service is a template: name an instance of it, as getty@1.service");
    EXPECT_EQ(error_of(parse_unit("getty@")),
              "getty@.service is a template: name an instance of it, as getty@1.service");
}

TEST(ParseUnit, RefusesWhatIsNoName) {
    for (const std::string_view text : {""sv, ".service"sv, "a b"sv, "a/b"sv, "/nginx.service"sv, "@x.service"sv,
                                        "a\nb"sv, "a\0b"sv, "caf\xc3\xa9"sv, "\xff.service"sv, "x'"sv, "a*"sv})
        EXPECT_THAT(error_of(parse_unit(text)), HasSubstr("' is no name of a systemd unit")) << text;
    EXPECT_EQ(error_of(parse_unit("a\nb\x1b[2J")), R"('a\nb\x1b[2J' is no name of a systemd unit)");
    EXPECT_THAT(error_of(parse_unit("a\nb.timer")), HasSubstr(R"(a\nb.timer runs nothing)"));
}

TEST(ParseUnit, RefusesANameLongerThanSystemdHas) {
    const std::string longest(247, 'a');
    EXPECT_EQ(*parse_unit(longest), longest + ".service");
    EXPECT_EQ(*parse_unit(longest + ".service"), longest + ".service");
    EXPECT_THAT(error_of(parse_unit(longest + "b")), HasSubstr("is no name of a systemd unit"));
    EXPECT_THAT(error_of(parse_unit(longest + "b.service")), HasSubstr("is no name of a systemd unit"));
}

TEST(ParseUnit, TakesAnInstanceThatBeginsWithADotOrEndsWithAnAt) {
    EXPECT_EQ(*parse_unit("getty@.hidden.service"), "getty@.hidden.service");
    EXPECT_EQ(*parse_unit("getty@x@.service"), "getty@x@.service");
}

TEST(CgroupNamesOfUnit, AreMostlyTheUnitsOwn) {
    for (const std::string unit : {"nginx.service", "cpus.service", "xcpu.service", "io-x.service", "cgroups.service",
                                   "cgroup-x.slice", "tasks.service", "-.slice", "a_b.scope", "user@1000.service"})
        EXPECT_THAT(cgroup_names_of_unit(unit), ElementsAre(unit));
}

TEST(CgroupNamesOfUnit, AreEscapedWhereTheyBeginAsTheKernelsFilesOrAsOnesThatAreEscaped) {
    EXPECT_THAT(cgroup_names_of_unit("cgroup.service"), ElementsAre("_cgroup.service"));
    EXPECT_THAT(cgroup_names_of_unit("cgroup.procs.service"), ElementsAre("_cgroup.procs.service"));
    EXPECT_THAT(cgroup_names_of_unit(".x.service"), ElementsAre("_.x.service"));
    // Else it would be the one of cpu.service.
    EXPECT_THAT(cgroup_names_of_unit("_cpu.service"), ElementsAre("__cpu.service"));
}

TEST(CgroupNamesOfUnit, AreTwoWhereOnlySomeVersionsOfSystemdEscapeIt) {
    for (const std::string controller :
         {"cpu", "cpuacct", "cpuset", "io", "blkio", "memory", "devices", "pids", "bpf-firewall", "bpf-devices",
          "bpf-foreign", "bpf-socket-bind", "bpf-restrict-network-interfaces", "bpf-bind-network-interface"}) {
        const auto unit = controller + ".service";
        EXPECT_THAT(cgroup_names_of_unit(unit), ElementsAre("_" + unit, unit));
    }
    EXPECT_THAT(cgroup_names_of_unit("cpu.x.service"), ElementsAre("_cpu.x.service", "cpu.x.service"));
}

TEST(CgroupNamesOfUnit, AreTheUnitsOwnForControllersThatSystemdDoesNotKnow) {
    for (const std::string unit : {"debug.service", "misc.service", "systemd.service", "name.service", "rdma.service",
                                   "freezer.service", "hugetlb.scope", "perf_event.slice"})
        EXPECT_THAT(cgroup_names_of_unit(unit), ElementsAre(unit));
}

TEST(ParseContainer, TakesNamesAndIds) {
    for (const std::string name : {"web", "web-1", "a.b_c", "_x", "0123456789ab", "X"}) {
        EXPECT_EQ(*parse_container(name), name);
        EXPECT_EQ(*parse_container("/" + name), name);
    }
    EXPECT_EQ(*parse_container(std::string(255, 'a')), std::string(255, 'a'));
}

TEST(ParseContainer, RefusesWhatIsNeither) {
    for (const std::string_view text : {""sv, "/"sv, "//web"sv, "a/b"sv, "-x"sv, ".x"sv, "/-x"sv, "a b"sv, "a:b"sv,
                                        "a\nb"sv, "a\0b"sv, "caf\xc3\xa9"sv, "a\xff"sv, "*"sv})
        EXPECT_THAT(error_of(parse_container(text)), HasSubstr("' is no name or id of a container")) << text;
    EXPECT_EQ(error_of(parse_container("\x1b[2J\n")), R"('\x1b[2J\n' is no name or id of a container)");
    EXPECT_THAT(error_of(parse_container(std::string(256, 'a'))), HasSubstr("is no name or id of a container"));
}

TEST(IsIdPrefix, HoldsForFourToSixtyFourDigits) {
    EXPECT_TRUE(is_id_prefix("abcd"));
    EXPECT_TRUE(is_id_prefix("0123456789abcdef"));
    EXPECT_TRUE(is_id_prefix(std::string(64, 'f')));
    for (const std::string text : {"", "abc", "abcg", "ABCD", "ab-d", "db", "0x12"}) EXPECT_FALSE(is_id_prefix(text));
    EXPECT_FALSE(is_id_prefix(std::string(65, 'f')));
}

TEST(EscapedForUnit, WritesWhatUnitsMayNotHaveAsSystemdDoes) {
    EXPECT_EQ(escaped_for_unit("web"), "web");
    EXPECT_EQ(escaped_for_unit("a_b:c.d9Z"), "a_b:c.d9Z");
    EXPECT_EQ(escaped_for_unit("web-1"), R"(web\x2d1)");
    EXPECT_EQ(escaped_for_unit(R"(a\b)"), R"(a\x5cb)");
    EXPECT_EQ(escaped_for_unit(".x.y"), R"(\x2ex.y)");
    EXPECT_EQ(escaped_for_unit("a b\n\xff"), R"(a\x20b\x0a\xff)");
    EXPECT_EQ(escaped_for_unit(""), "");
}

}  // namespace
}  // namespace exectap
