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

TEST(ParseUnit, TakesAnInstanceThatBeginsWithADotOrEndsWithAnAt) {
    EXPECT_EQ(*parse_unit("getty@.hidden.service"), "getty@.hidden.service");
    EXPECT_EQ(*parse_unit("getty@x@.service"), "getty@x@.service");
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

}  // namespace
}  // namespace exectap
