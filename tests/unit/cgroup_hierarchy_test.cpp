// SPDX-License-Identifier: MIT OR Apache-2.0
// The hierarchy of cgroups, of which a tree of directories is one as good as any.
#include "target/cgroup_hierarchy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "unit/cgroup_tree.h"

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::Lt;
using testing::UnorderedElementsAre;

std::uint64_t inode_of(const std::string& file) {
    struct stat status {};
    return ::stat(file.c_str(), &status) == 0 ? status.st_ino : 0;
}

// In their order. `is_entered(path)`: is what is below it wanted?
template <typename Function>
std::vector<std::string> walked(const CgroupTree& tree, Function is_entered) {
    std::vector<std::string> paths;
    tree.hierarchy().walk([&](const Cgroup& cgroup) {
        paths.push_back(cgroup.path);
        return is_entered(cgroup.path);
    });
    return paths;
}

std::vector<std::string> walked(const CgroupTree& tree) {
    return walked(tree, [](const std::string& /*path*/) { return true; });
}

std::ptrdiff_t index_of(const std::vector<std::string>& paths, std::string_view path) {
    return std::find(paths.begin(), paths.end(), path) - paths.begin();
}

TEST(CgroupHierarchy, GivesTheInodeOfADirectoryAsItsId) {
    const CgroupTree tree;
    tree.make("/a/b");
    const auto cgroup = tree.hierarchy().at("/a/b");
    ASSERT_TRUE(cgroup);
    EXPECT_EQ(cgroup->id, inode_of(tree.file("/a/b")));
    EXPECT_EQ(cgroup->path, "/a/b");
    const auto top = tree.hierarchy().at("/");
    ASSERT_TRUE(top);
    EXPECT_EQ(top->path, "/");
    EXPECT_EQ(top->id, tree.hierarchy().top_id());
    EXPECT_EQ(top->id, inode_of(tree.mount_point()));
}

TEST(CgroupHierarchy, HasNoneWhereThereIsNoDirectory) {
    const CgroupTree tree;
    tree.make("/a");
    write_file(tree.file("/a/cgroup.procs"), "1");
    EXPECT_FALSE(tree.hierarchy().at("/b"));
    EXPECT_FALSE(tree.hierarchy().at("/a/b/c"));
    EXPECT_FALSE(tree.hierarchy().at("/a/cgroup.procs"));
    EXPECT_FALSE(tree.hierarchy().at("/a/cgroup.procs/x"));
    EXPECT_EQ(CgroupHierarchy(tree.file("/b")).top_id(), 0U);
}

TEST(CgroupHierarchy, WalksAllThatThereIsFromTheTop) {
    const CgroupTree tree;
    tree.make("/a/b/c");
    tree.make("/a/d");
    tree.make("/e");
    write_file(tree.file("/a/cgroup.procs"), "1");
    const auto paths = walked(tree);
    EXPECT_THAT(paths, UnorderedElementsAre("/", "/a", "/a/b", "/a/b/c", "/a/d", "/e"));
    EXPECT_EQ(index_of(paths, "/"), 0);
    EXPECT_THAT(index_of(paths, "/a"), Lt(index_of(paths, "/a/b")));
    EXPECT_THAT(index_of(paths, "/a/b"), Lt(index_of(paths, "/a/b/c")));
}

TEST(CgroupHierarchy, GivesTheSameIdHoweverACgroupIsFound) {
    const CgroupTree tree;
    const auto made = tree.make("/a/b");
    std::uint64_t id = 0;
    tree.hierarchy().walk([&](const Cgroup& cgroup) {
        if (cgroup.path == "/a/b") id = cgroup.id;
        return true;
    });
    EXPECT_EQ(id, made.id);
}

TEST(CgroupHierarchy, LeavesOutWhatIsBelowWhereItIsToldSo) {
    const CgroupTree tree;
    tree.make("/a/b/c");
    tree.make("/d/e");
    EXPECT_THAT(walked(tree, [](const std::string& path) { return path != "/a"; }),
                UnorderedElementsAre("/", "/a", "/d", "/d/e"));
    EXPECT_THAT(walked(tree, [](const std::string& /*path*/) { return false; }), ElementsAre("/"));
}

TEST(CgroupHierarchy, GoesOnWhereOneIsRemovedMeanwhile) {
    const CgroupTree tree;
    tree.make("/a/b");
    tree.make("/c/d");
    // Whichever comes first removes the other, which has been listed by then, and itself.
    const auto paths = walked(tree, [&](const std::string& path) {
        if (path != "/a" && path != "/c") return true;
        tree.remove("/a");
        tree.remove("/c");
        return true;
    });
    ASSERT_EQ(paths.size(), 2U);
    EXPECT_EQ(paths[0], "/");
}

TEST(CgroupHierarchy, HasNothingToWalkWhereNothingIsMounted) {
    const CgroupTree tree;
    tree.remove("/");
    EXPECT_TRUE(walked(tree).empty());
}

TEST(CgroupHierarchy, TakesNamesAsTheyAre) {
    const CgroupTree tree;
    for (const std::string name : {"/a b", "/a\nb", "/\xff\x1b[2J", "/.hidden", "/a\\b"}) {
        tree.make(name + "/x");
        EXPECT_EQ(tree.hierarchy().at(name)->path, name);
    }
    EXPECT_THAT(walked(tree), UnorderedElementsAre("/", "/a b", "/a b/x", "/a\nb", "/a\nb/x", "/\xff\x1b[2J",
                                                   "/\xff\x1b[2J/x", "/.hidden", "/.hidden/x", "/a\\b", "/a\\b/x"));
}

}  // namespace
}  // namespace exectap
