// SPDX-License-Identifier: MIT OR Apache-2.0
// Users and their groups, in the text of /etc/passwd, /etc/group and getent(1).
#include "cli/user_entries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/user.h"

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

TEST(UserEntries, AUserIsALineOfPasswd) {
    const auto user = parse_user("ann:x:1000:1001:Ann,,,:/home/ann:/bin/sh", "ann");
    ASSERT_TRUE(user);
    EXPECT_EQ(user->name, "ann");
    EXPECT_EQ(user->home, "/home/ann");
    EXPECT_EQ(user->uid, 1000U);
    EXPECT_EQ(user->gid, 1001U);
    EXPECT_TRUE(parse_user("ann::0:4294967294::", "ann"));
    EXPECT_TRUE(parse_user("ann:x:1000:1001::/home/ann", "ann"));
}

TEST(UserEntries, AnothersLineIsNone) {
    EXPECT_FALSE(parse_user("anna:x:1000:1001::/home/anna:/bin/sh", "ann"));
    EXPECT_FALSE(parse_user("an:x:1000:1001::/home/an:/bin/sh", "ann"));
    EXPECT_FALSE(parse_user("#ann:x:1000:1001::/home/ann:/bin/sh", "ann"));
}

TEST(UserEntries, ABrokenLineIsNone) {
    for (const auto* line : {"", "ann", "ann:x:1000:1001:", "ann:x:1000", "ann:x::1001::/:", "ann:x:1000:::/:",
                             "ann:x:-1:1001::/:", "ann:x:4294967296:1001::/:", "ann:x:10a:1001::/:", "ann:x: 1:1::/:"})
        EXPECT_FALSE(parse_user(line, "ann")) << line;
}

TEST(UserEntries, AMemberIsNamedInTheLineOfAGroup) {
    EXPECT_THAT(parse_membership("docker:x:999:ann", "ann"), Optional(999U));
    EXPECT_THAT(parse_membership("docker:x:999:bob,ann,carl", "ann"), Optional(999U));
    EXPECT_THAT(parse_membership("docker:x:999:bob,ann", "ann"), Optional(999U));
    for (const auto* line : {"", "ann:x:999:", "docker:x:999:anna,joann", "docker:x:999", "docker:x::ann",
                             "docker:x:no:ann", "docker:ann:999:"})
        EXPECT_EQ(parse_membership(line, "ann"), std::nullopt) << line;
}

TEST(UserEntries, GetentNamesGroupsAfterTheUser) {
    EXPECT_THAT(parse_groups("ann                   100 27 999", "ann"), Optional(ElementsAre(100, 27, 999)));
    EXPECT_THAT(parse_groups("ann                   ", "ann"), Optional(IsEmpty()));
    EXPECT_THAT(parse_groups("ann", "ann"), Optional(IsEmpty()));
    for (const auto* line : {"", "bob 100", "anna 100", "Unknown database", "ann 100,27", "ann 10x", "ann -1"})
        EXPECT_EQ(parse_groups(line, "ann"), std::nullopt) << line;
}

// getent would answer for a uid, or take the word for an option.
TEST(UserEntries, NotEveryWordIsAName) {
    for (const auto* name : {"ann", "ann.b", "3com", "ann@example.org", "EXAMPLE\\ann", "_apt", "grün"})
        EXPECT_TRUE(can_be_user_name(name)) << name;
    for (const auto* name : {"", "0", "1000", "-s", "--help", "+1", " 1", "a b", "a:b", "a\nb"})
        EXPECT_FALSE(can_be_user_name(name)) << name;
    EXPECT_TRUE(can_be_user_name(std::string(256, 'a')));
    EXPECT_FALSE(can_be_user_name(std::string(257, 'a')));
}

TEST(Users, ThoseOfTheMachineAreFoundByName) {
    const auto root = find_user("root");
    ASSERT_TRUE(root);
    EXPECT_EQ(root->uid, 0U);
    EXPECT_EQ(root->gid, 0U);
    EXPECT_FALSE(find_user("nobody-by-this-name"));
    EXPECT_FALSE(find_user("0"));
}

}  // namespace
}  // namespace exectap::cli
