// SPDX-License-Identifier: MIT OR Apache-2.0
#include "process/cgroup_owner.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace exectap {
namespace {

std::string owner(std::string_view cgroup) {
    const auto owner = owner_of(cgroup);
    if (!owner) return "unclear";
    return owner->user ? std::to_string(*owner->user) : "system";
}

TEST(CgroupOwner, IsTheUserOfTheSliceOrTheManager) {
    EXPECT_EQ(owner("/user.slice/user-1000.slice/session-3.scope"), "1000");
    EXPECT_EQ(owner("/user.slice/user-1000.slice/user@1000.service/user.slice/docker-x.scope"), "1000");
    EXPECT_EQ(owner("/user.slice/user-1000.slice"), "1000");
    EXPECT_EQ(owner("/user@1000.service/app.slice"), "1000");
}

TEST(CgroupOwner, IsTheSystemElsewhere) {
    for (const std::string path : {"/", "/docker/x", "/system.slice/docker-x.scope", "/machine.slice/libpod-x.scope",
                                   "/user.slice", "/user.slice/user-.slice", "/user.slice/user-1000x.slice/x",
                                   "/user.slice/user-99999999999.slice/x", "/user.slice/user-1000.slicer/x"})
        EXPECT_EQ(owner(path), "system") << path;
    EXPECT_EQ(owner("/user.slice/user-0.slice/session-1.scope/libpod-payload-x"), "system");
}

// A user makes below his own what he likes.
TEST(CgroupOwner, IsTheTopmost) {
    EXPECT_EQ(owner("/user.slice/user-1000.slice/user@1000.service/user-1001.slice/x"), "1000");
    EXPECT_EQ(owner("/user.slice/user-1000.slice/user@1000.service/user.slice/user-0.slice/x"), "1000");
}

// Of a container's systemd, say: its user 1000 is not the system's.
TEST(CgroupOwner, IsNobodyWhereUsersAreNotTheSystems) {
    for (const std::string path :
         {"/lxc.payload.web/user.slice/user-1000.slice/session-1.scope", "/docker/x/user@1000.service/y",
          "/system.slice/foo.service/user-1000.slice/x", "/system.slice/foo.service/user.slice/user-0.slice/x",
          ".../user-1000.slice/x", ".../x", ""})
        EXPECT_EQ(owner(path), "unclear") << path;
}

}  // namespace
}  // namespace exectap
