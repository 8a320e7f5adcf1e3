// SPDX-License-Identifier: MIT OR Apache-2.0
// Files, directories, control groups and terminals in the records of calls.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "unit/decoded.h"

namespace exectap {
namespace {

// A path's text, and its flags as words.
std::string shown(const std::optional<Path>& path) {
    if (!path) return "unreadable";
    return std::string(path->path) + (path->is_deleted ? " deleted" : "") +
           (path->is_unreachable ? " unreachable" : "") + (path->is_torn ? " torn" : "");
}

std::optional<Path> path_of(const ExeFile& exe) { return exe.path; }

struct Shown {
    std::string exe, cwd, cgroup;

    bool operator==(const Shown&) const = default;
};

Shown paths_of(const RecordBuilder& builder) {
    const Decoded decoded(builder);
    const auto& exe = decoded.exec().exe;
    return {.exe = shown(exe ? path_of(*exe) : std::nullopt),
            .cwd = shown(decoded.call().cwd),
            .cgroup = shown(decoded.call().cgroup)};
}

// The same names and flags in all three places: none may depend on another.
std::string path(const Names& names, unsigned flags = 0) {
    const auto all = paths_of(RecordBuilder::exec().exe(names, flags).cwd(names, flags).cgroup(names, flags));
    EXPECT_EQ(all, (Shown{all.exe, all.exe, all.exe}));
    return all.exe;
}

TEST(DecodePath, PutsNamesInOrder) {
    EXPECT_EQ(path({"usr", "bin", "ls"}), "/usr/bin/ls");
    EXPECT_EQ(path({"ls"}), "/ls");
}

TEST(DecodePath, OfTheRootIsASlash) { EXPECT_EQ(path({}), "/"); }

TEST(DecodePath, KeepsItsBytes) {
    EXPECT_EQ(path({"a\nb", "\x1b[2J", "\xff", " ", "..."}), "/a\nb/\x1b[2J/\xff/ /...");
}

TEST(DecodePath, BeginsWithDotsWhereItWasCut) {
    EXPECT_EQ(path({"b"}, WIRE_PATH_CUT), ".../b");
    EXPECT_EQ(path({"a", "b"}, WIRE_PATH_CUT), ".../a/b");
    EXPECT_EQ(path({}, WIRE_PATH_CUT), ".../");  // not even the last name could be kept
}

TEST(DecodePath, SaysWhatItsFlagsSay) {
    EXPECT_EQ(path({"a", "b"}, WIRE_PATH_DELETED), "/a/b deleted");
    EXPECT_EQ(path({"a", "b"}, WIRE_PATH_UNREACHABLE), "/a/b unreachable");
    EXPECT_EQ(path({"a", "b"}, WIRE_PATH_TORN), "/a/b torn");
    EXPECT_EQ(path({}, WIRE_PATH_UNREACHABLE), "/ unreachable");
    EXPECT_EQ(path({"a"}, WIRE_PATH_DELETED | WIRE_PATH_UNREACHABLE | WIRE_PATH_TORN | WIRE_PATH_CUT),
              ".../a deleted unreachable torn");
}

TEST(DecodePath, IsAbsentWhereItCouldNotBeRead) {
    EXPECT_EQ(path({}, WIRE_PATH_UNREADABLE), "unreadable");
    EXPECT_EQ(path({"a", "b"}, WIRE_PATH_UNREADABLE | WIRE_PATH_DELETED), "unreadable");
    EXPECT_EQ(paths_of(RecordBuilder::exec().exe({"e"}, WIRE_PATH_UNREADABLE)),
              (Shown{"unreadable", "/home/ann", "/user.slice/x.scope"}));
    EXPECT_EQ(paths_of(RecordBuilder::exec().cwd({"d"}, WIRE_PATH_UNREADABLE)),
              (Shown{"/usr/bin/ls", "unreadable", "/user.slice/x.scope"}));
    EXPECT_EQ(paths_of(RecordBuilder::exec().cgroup({"g"}, WIRE_PATH_UNREADABLE)),
              (Shown{"/usr/bin/ls", "/home/ann", "unreadable"}));
}

TEST(DecodePath, IsAbsentWhereNobodyWantedPaths) {
    EXPECT_EQ(paths_of(RecordBuilder::exec().without(WIRE_HAS_PATHS)),
              (Shown{"unreadable", "unreadable", "unreadable"}));
    EXPECT_EQ(paths_of(RecordBuilder::exec().exe({}).cwd({}).cgroup({}).without(WIRE_HAS_PATHS)),
              (Shown{"unreadable", "unreadable", "unreadable"}));
    const Decoded attempt(RecordBuilder::attempt(-2).without(WIRE_HAS_PATHS));
    EXPECT_FALSE(attempt.call().cwd);
    EXPECT_FALSE(attempt.call().cgroup);
}

TEST(DecodePath, OfAPseudoFileIsItsNameAlone) {
    EXPECT_EQ(path({"memfd:name"}, WIRE_PATH_PSEUDO), "memfd:name");
    EXPECT_EQ(path({"SYSV00000000"}, WIRE_PATH_PSEUDO), "SYSV00000000");
    EXPECT_EQ(path({"memfd:a\n\nb"}, WIRE_PATH_PSEUDO | WIRE_PATH_TORN), "memfd:a\n\nb torn");
    EXPECT_EQ(path({"memfd:"}, WIRE_PATH_PSEUDO), "memfd:");
}

// It is in no directory, so that nothing forbids them.
TEST(DecodePath, OfAPseudoFileKeepsTheSlashesOfItsName) {
    EXPECT_EQ(path({"dev/zero"}, WIRE_PATH_PSEUDO), "dev/zero");
    for (const std::string name : {"memfd:a/b", "memfd:/usr/bin/ls", "memfd:a/", "memfd://", "memfd:a//b/"})
        EXPECT_EQ(path({name}, WIRE_PATH_PSEUDO), name);
}

TEST(DecodePath, HoldsTheLongestThatIsWalked) {
    const std::string name(WIRE_NAME_MAX, 'n');
    const std::string longest = reversed(Names(16, name));
    ASSERT_EQ(longest.size(), std::size_t{WIRE_PATH_MAX});
    const Names of_cgroup(17, name);
    ASSERT_EQ(reversed(of_cgroup).size(), DecodeScratch::kMostNames);

    std::string whole = "...";
    for (const auto& each : of_cgroup) whole += "/" + each;
    EXPECT_EQ(path(of_cgroup, WIRE_PATH_CUT), whole);
    const Names shortest(DecodeScratch::kMostNames / 2, "s");
    EXPECT_EQ(
        path(shortest, WIRE_PATH_CUT), "..." + [&] {
            std::string text;
            for (const auto& each : shortest) text += "/" + each;
            return text;
        }());
}

ExeFile exe_of(const RecordBuilder& builder) { return Decoded(builder).exec().exe.value(); }

ExeFile exe_with_mode(unsigned mode, unsigned owner = 0, unsigned group = 0) {
    return exe_of(RecordBuilder::exec().change([&](wire_call& call) {
        call.exe_mode = static_cast<__u16>(mode);
        call.exe_uid = owner;
        call.exe_gid = group;
    }));
}

TEST(DecodeExe, IsAMemfdByItsPlaceAndItsName) {
    EXPECT_TRUE(exe_of(RecordBuilder::exec().exe({"memfd:x"}, WIRE_PATH_PSEUDO)).is_memfd);
    EXPECT_TRUE(exe_of(RecordBuilder::exec().exe({"memfd:/usr/bin/ls\n"}, WIRE_PATH_PSEUDO)).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec().exe({"memfd:x"})).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec().exe({"tmp", "memfd:x"})).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec().exe({"dev/zero"}, WIRE_PATH_PSEUDO)).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec().exe({"memfd"}, WIRE_PATH_PSEUDO)).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec().exe({"a/memfd:x"}, WIRE_PATH_PSEUDO)).is_memfd);
    EXPECT_FALSE(exe_of(RecordBuilder::exec()).is_memfd);
}

TEST(DecodeExe, SplitsItsDevice) {
    const auto exe =
        exe_of(RecordBuilder::exec().change([](wire_call& call) { call.exe_dev = 0xabcU << 20 | 0xfedcb; }));
    EXPECT_EQ(exe.dev_major, 0xabcU);
    EXPECT_EQ(exe.dev_minor, 0xfedcbU);
}

TEST(DecodeExe, ReadsInodesBeyond32Bits) {
    const auto exe = exe_of(RecordBuilder::exec().change([](wire_call& call) { call.exe_inode = ~0ULL; }));
    EXPECT_EQ(exe.inode, ~0ULL);
}

TEST(DecodeExe, IsSetuidByItsMode) {
    EXPECT_TRUE(exe_with_mode(0104755).is_setuid);
    EXPECT_TRUE(exe_with_mode(0104000).is_setuid);
    EXPECT_FALSE(exe_with_mode(0103777).is_setuid);
}

// Without group execute the bit once meant mandatory locking, and the kernel gives no group for it.
TEST(DecodeExe, IsSetgidOnlyWhereTheGroupMayExecute) {
    EXPECT_TRUE(exe_with_mode(0102755).is_setgid);
    EXPECT_TRUE(exe_with_mode(0102010).is_setgid);
    EXPECT_FALSE(exe_with_mode(0102745).is_setgid);
    EXPECT_FALSE(exe_with_mode(0105755).is_setgid);
}

TEST(DecodeExe, IsWritableBySomebodyOtherThanRoot) {
    EXPECT_TRUE(exe_with_mode(0100757).is_writable);
    EXPECT_TRUE(exe_with_mode(0100775, 0, 5).is_writable);
    EXPECT_FALSE(exe_with_mode(0100775, 0, 0).is_writable);
    EXPECT_TRUE(exe_with_mode(0100755, 1000, 0).is_writable);
    EXPECT_FALSE(exe_with_mode(0100755, 0, 5).is_writable);
    EXPECT_FALSE(exe_with_mode(0100555, 1000, 5).is_writable);
    EXPECT_FALSE(exe_with_mode(0107755, 0, 0).is_writable);
}

std::optional<std::string> terminal(std::string_view name, bool is_pts) {
    const auto builder = is_pts ? RecordBuilder::exec() : RecordBuilder::exec().without(WIRE_TTY_IS_PTS);
    const Decoded decoded(RecordBuilder(builder).tty(name));
    const auto& tty = decoded.call().tty;
    return tty ? std::optional(std::string(*tty)) : std::nullopt;
}

TEST(DecodeTty, IsNamedAsItsFile) {
    EXPECT_EQ(terminal("pts9", true), "pts/9");
    EXPECT_EQ(terminal("pts1048575", true), "pts/1048575");
    EXPECT_EQ(terminal("tty1", false), "tty1");
    EXPECT_EQ(terminal("ttyS0", false), "ttyS0");
}

// A driver may call its terminals what it likes.
TEST(DecodeTty, IsNoPseudoTerminalByItsNameAlone) {
    EXPECT_EQ(terminal("pts9", false), "pts9");
    EXPECT_EQ(terminal("tty1", true), "tty1");
    EXPECT_EQ(terminal("pt", true), "pt");
    EXPECT_EQ(terminal("xpts9", true), "xpts9");
}

TEST(DecodeTty, HasNoSlashWithoutANumber) { EXPECT_EQ(terminal("pts", true), "pts"); }

TEST(DecodeTty, IsAbsentWithoutAName) {
    EXPECT_EQ(terminal("", true), std::nullopt);
    EXPECT_EQ(terminal("", false), std::nullopt);
}

TEST(DecodeTty, MayFillItsField) {
    const auto digits = std::string(WIRE_TTY_MAX - 3, '1');
    EXPECT_EQ(terminal("pts" + digits, true), "pts/" + digits);
    EXPECT_EQ(terminal("tty" + digits, false), "tty" + digits);
    // Longer than the kernel's field: nothing is known of such a name, so it stays as it is.
    EXPECT_EQ(terminal("pts1" + digits, true), "pts1" + digits);
}

}  // namespace
}  // namespace exectap
