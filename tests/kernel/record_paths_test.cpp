// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the program lies, where its caller stands, and what is to be known of both.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "support/cgroup.h"
#include "support/kernel_test.h"
#include "support/prepared.h"
#include "support/program_file.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

class PathsOf : public KernelTest {
protected:
    const std::string& folder() const { return folder_.path(); }
    std::string in_folder(std::string_view name) const { return folder_.path(name); }
    std::string copy_of(const std::string& program, std::string_view name) const {
        return folder_.copy_of(program, name);
    }

private:
    ProgramFolder folder_;
};

TEST_F(PathsOf, AProcessAtTheRootAreASlash) {
    const auto exec = exec_after({"chdir", "/", "exec", "." + true_program(), "x"});
    EXPECT_EQ(exec.at("cwd"), "/");
    EXPECT_EQ(exec.at("exe"), true_program());
}

// A mount on a mount, the upper one of a folder within its file system: each step of the walk is taken once.
TEST_F(PathsOf, MountsOnMountsAreWalkedToTheirRoot) {
    for (const auto* name : {"a", "b", "b/c"}) std::filesystem::create_directory(in_folder(name));
    const auto program = copy_of(true_program(), "b/c/program");
    const auto exec =
        exec_after({"mount-namespace", "tmpfs", in_folder("a"), "mkdir", in_folder("a/d"), "bind", in_folder("b"),
                    in_folder("a/d"), "chdir", in_folder("a/d/c"), "exec", "./program", "x"});
    EXPECT_EQ(exec.at("exe"), in_folder("a/d/c/program"));
    EXPECT_EQ(exec.at("cwd"), in_folder("a/d/c"));
    expect_file(exec, file_id(program));
}

// The way up from there leads past the mount's root. Its name must not make it a file in memory either.
TEST_F(PathsOf, AFolderThatWasMovedOutOfItsMountAreUnreachable) {
    for (const auto* name : {"a", "a/b", "a/b/c", "m"}) std::filesystem::create_directory(in_folder(name));
    copy_of(true_program(), "a/b/c/memfd:x");
    const auto exec =
        exec_after({"mount-namespace", "bind", in_folder("a/b"), in_folder("m"), "chdir", in_folder("m/c"), "rename",
                    in_folder("a/b/c"), in_folder("a/c"), "exec", "./memfd:x", "x"});
    EXPECT_THAT(flags_of(exec), ElementsAre("unreachable", "cwd_unreachable"));
    EXPECT_THAT(exec.at("cwd").get<std::string>(), EndsWith("/a/c"));
    EXPECT_THAT(exec.at("exe").get<std::string>(), EndsWith("/a/c/memfd:x"));
}

TEST_F(PathsOf, AProgramThatIsUnlinkedSaySo) {
    const auto program = copy_of(true_program(), "program");
    const auto file = file_id(program);
    const auto exec = exec_after({"open-path", program, "unlink", program, "exec-fd", "gone"});
    EXPECT_EQ(exec.at("exe"), program);
    expect_file(exec, file);
    EXPECT_THAT(flags_of(exec), ElementsAre("deleted"));
}

TEST_F(PathsOf, AProgramWithAnotherNameLeftAreThoseOfTheOneThatIsGone) {
    const auto program = copy_of(true_program(), "program");
    const auto exec = exec_after({"link", program, in_folder("other"), "open-path", in_folder("other"), "unlink",
                                  in_folder("other"), "exec-fd", "gone"});
    EXPECT_EQ(exec.at("exe"), in_folder("other"));
    expect_file(exec, file_id(program));
    EXPECT_THAT(flags_of(exec), ElementsAre("deleted"));
}

TEST_F(PathsOf, AFileInAnOpenFolderAreTheFolderAndTheName) {
    copy_of(true_program(), "program");
    const auto exec = exec_after({"open", folder(), "chdir", "/", "exec-in", "program", "x"});
    EXPECT_EQ(exec.at("filename"), "/dev/fd/100/program");
    EXPECT_EQ(exec.at("exe"), in_folder("program"));
    EXPECT_EQ(exec.at("cwd"), "/");
    EXPECT_EQ(exec.at("syscall"), "execveat");
}

TEST_F(PathsOf, AnotherNamespaceAreUnreachable) {
    const auto exec = exec_after({"open", true_program(), "mount-namespace", "exec-fd", "x"});
    EXPECT_EQ(exec.at("exe"), true_program());
    expect_file(exec, file_id(true_program()));
    EXPECT_THAT(flags_of(exec), ElementsAre("unreachable"));
}

TEST_F(PathsOf, AMountThatIsNoLongerThereAreUnreachable) {
    std::filesystem::create_directory(in_folder("mount"));
    const auto exec = exec_after({"mount-namespace", "tmpfs", in_folder("mount"), "copy", true_program(),
                                  in_folder("mount/program"), "mkdir", in_folder("mount/work"), "chdir",
                                  in_folder("mount/work"), "detach", in_folder("mount"), "exec", "../program", "x"});
    EXPECT_EQ(exec.at("exe"), "/program");
    EXPECT_EQ(exec.at("cwd"), "/work");
    EXPECT_EQ(exec.at("filename"), "../program");
    EXPECT_THAT(flags_of(exec), ElementsAre("unreachable", "cwd_unreachable"));
}

// Steps into folders that are made on the way, in memory and for this program alone, so that the whole path is so long.
Steps steps_down(const std::string& folder, std::size_t path_bytes, std::size_t name_bytes) {
    Steps steps{"mount-namespace", "tmpfs", folder, "chdir", folder};
    char letter = 'a';
    for (auto rest = path_bytes - folder.size(); rest > 0;
         letter = letter == 'z' ? 'a' : static_cast<char>(letter + 1)) {
        auto bytes = std::min(rest, name_bytes + 1);
        // No name of nothing may be left over.
        if (rest == bytes + 1) bytes = bytes > 2 ? bytes - 1 : bytes + 1;
        const std::string name(bytes - 1, letter);
        steps.insert(steps.end(), {"mkdir", name, "chdir", name});
        rest -= bytes;
    }
    return steps;
}

std::string path_down(const Steps& steps) {
    auto path = steps.at(4);
    for (std::size_t i = 6; i < steps.size(); i += 4) path += "/" + steps[i];
    return path;
}

struct Depth {
    std::size_t path_bytes;
    std::size_t name_bytes;
};

TEST_F(PathsOf, DeepFoldersAreWholeToTheLastByte) {
    for (const auto [path_bytes, name_bytes] : {Depth{3700, 60}, Depth{4096, 255}, Depth{4095, 1}, Depth{4096, 1}}) {
        auto steps = steps_down(folder(), path_bytes, name_bytes);
        const auto path = path_down(steps);
        ASSERT_THAT(path, SizeIs(path_bytes));
        steps.insert(steps.end(), {"exec", true_program(), "x"});
        EXPECT_EQ(exec_after(steps).at("cwd"), path);
    }
}

// What is left of a path that is too long: whole names, as many as there is room for.
void expect_tail(const std::string& told, const std::string& path) {
    constexpr std::size_t kMostBytes = 4096;
    ASSERT_THAT(told, StartsWith(".../"));
    EXPECT_THAT(path, EndsWith(told.substr(3)));
    const auto rest = path.substr(0, path.size() - (told.size() - 3));
    EXPECT_LE(told.size() - 3, kMostBytes);
    EXPECT_GT(told.size() - 3 + rest.size() - rest.rfind('/'), kMostBytes);
}

TEST_F(PathsOf, FoldersThatAreTooDeepKeepTheirTrueEnd) {
    for (const auto [path_bytes, name_bytes] : {Depth{4097, 255}, Depth{12'000, 200}, Depth{5000, 1}}) {
        auto steps = steps_down(folder(), path_bytes, name_bytes);
        const auto path = path_down(steps);
        ASSERT_THAT(path, SizeIs(path_bytes));
        steps.insert(steps.end(), {"copy", true_program(), "program", "exec", "./program", "x"});
        const auto exec = exec_after(steps);
        expect_tail(exec.at("cwd"), path);
        expect_tail(exec.at("exe"), path + "/program");
        EXPECT_EQ(exec.at("filename"), "./program");
        EXPECT_THAT(flags_of(exec), IsEmpty());
    }
}

TEST_F(PathsOf, AControlGroupTellTheUnitAndTheContainer) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const std::string id(64, 'd');
    const Cgroup group(fmt::format("/exectap-test-{}.slice/exectap.service/docker-{}.scope/\"hostile\"\x1b\xff.service",
                                   ::getpid(), id));
    const auto exec = exec_after({"write", group.entrance(), "0", "exec", true_program(), "x"});
    EXPECT_EQ(bytes_of(exec, "cgroup"), group.path());
    EXPECT_EQ(exec.at("unit"), "exectap.service");
    EXPECT_EQ(exec.at("container_id"), id);
}

// Each name as long as there may be.
TEST_F(PathsOf, DeepControlGroupsAreWhole) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    std::string path = fmt::format("/exectap-test-{}", ::getpid());
    for (int i = 0; i < 10; i++) path += fmt::format("/{:.>255}", i);
    const Cgroup group(path);
    const auto exec = exec_after({"write", group.entrance(), "0", "exec", true_program(), "x"});
    EXPECT_EQ(exec.at("cgroup"), path);
}

}  // namespace
}  // namespace exectap::test
