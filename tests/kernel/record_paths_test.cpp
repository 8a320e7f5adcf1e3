// SPDX-License-Identifier: MIT OR Apache-2.0
// Where the program lies, where its caller stands, and what is to be known of both.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>

#include "support/cgroup.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/prepared.h"
#include "support/proc.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

std::vector<std::string> flags_of(const JsonEvent& event) { return event.at("flags").get<std::vector<std::string>>(); }

// "/bin" is a link on many systems.
const std::string& true_program() {
    static const std::string path = std::filesystem::canonical("/bin/true");
    return path;
}

void expect_file(const JsonEvent& exec, const FileId& file) {
    EXPECT_EQ(exec.at("exe_dev"), file.device);
    EXPECT_EQ(exec.at("exe_inode"), file.inode);
}

class PathsOf : public KernelTest {
protected:
    // Resolved, as the paths below it are told.
    const std::string& folder() const { return folder_; }
    std::string in_folder(std::string_view name) const { return folder_ + "/" + std::string(name); }

    std::string copy_of(const std::string& program, std::string_view name) const {
        std::filesystem::copy_file(program, in_folder(name));
        return in_folder(name);
    }

private:
    TempDir directory_;
    std::string folder_ = std::filesystem::canonical(directory_.path());
};

TEST_F(PathsOf, AProgramAreResolvedAndItsNameIsAsItWasPassed) {
    std::filesystem::create_directory(in_folder("real"));
    std::filesystem::create_directory_symlink("real", in_folder("link"));
    std::filesystem::create_symlink(true_program(), in_folder("real/linked"));
    const auto exec = exec_after({"chdir", in_folder("link"), "exec", "../link/linked", "x"});
    EXPECT_EQ(exec.at("filename"), "../link/linked");
    EXPECT_EQ(exec.at("exe"), true_program());
    expect_file(exec, file_id(true_program()));
    EXPECT_EQ(exec.at("cwd"), in_folder("real"));
    EXPECT_THAT(flags_of(exec), IsEmpty());
    for (const auto* key : {"interpreter", "script", "tty", "unreadable"}) EXPECT_FALSE(exec.contains(key)) << key;
}

TEST_F(PathsOf, AProcessAtTheRootAreASlash) {
    const auto exec = exec_after({"chdir", "/", "exec", "." + true_program(), "x"});
    EXPECT_EQ(exec.at("cwd"), "/");
    EXPECT_EQ(exec.at("exe"), true_program());
}

TEST_F(PathsOf, AChangedRootShowItsPrefix) {
    std::filesystem::create_directory(in_folder("root"));
    const auto exec = exec_after({"mount-namespace", "bind", "/", in_folder("root"), "chroot", in_folder("root"),
                                  "chdir", "/usr", "exec", true_program(), "x"});
    EXPECT_EQ(exec.at("filename"), true_program());
    EXPECT_EQ(exec.at("exe"), in_folder("root") + true_program());
    EXPECT_EQ(exec.at("cwd"), in_folder("root") + "/usr");
    expect_file(exec, file_id(true_program()));
    EXPECT_THAT(flags_of(exec), IsEmpty());
}

TEST_F(PathsOf, AProgramThatIsMountedOverAreThoseOfWhatLiesOnTop) {
    const auto below = copy_of("/bin/false", "below");
    const auto exec = exec_after({"mount-namespace", "bind", true_program(), below, "exec", below, "x"});
    EXPECT_EQ(exec.at("exe"), below);
    expect_file(exec, file_id(true_program()));
    EXPECT_NE(exec.at("exe_inode"), file_id(below).inode);
    EXPECT_THAT(flags_of(exec), IsEmpty());
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

TEST_F(PathsOf, AFileInMemoryAreItsName) {
    const auto exec = exec_after({"memfd", "a \"name\x1b[1m\n/\xff", true_program(), "exec-fd", "hidden", "x"});
    EXPECT_EQ(bytes_of(exec, "exe"), "memfd:a \"name\x1b[1m\n/\xff");
    EXPECT_EQ(exec.at("filename"), "/dev/fd/100");
    EXPECT_EQ(exec.at("syscall"), "execveat");
    EXPECT_EQ(exec.at("syscall_id"), SYS_execveat);
    EXPECT_EQ(list_of(exec, "argv"), (std::vector<std::string>{"hidden", "x"}));
    EXPECT_THAT(flags_of(exec), ElementsAre("memfd", "writable"));
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

TEST_F(PathsOf, AFolderThatIsRemovedSaySo) {
    const auto exec = exec_after({"mkdir", in_folder("gone"), "chdir", in_folder("gone"), "rmdir", in_folder("gone"),
                                  "exec", true_program(), "x"});
    EXPECT_EQ(exec.at("cwd"), in_folder("gone"));
    EXPECT_THAT(flags_of(exec), ElementsAre("cwd_deleted"));
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

TEST_F(PathsOf, ScriptsOfScriptsAreTheOneThatWasCalledAndTheLastInterpreter) {
    write_file(in_folder("inner"), "#!/usr/bin/env -S sh -e\nexit 0\n", 0755);
    write_file(in_folder("middle"), fmt::format("#!{} -m\n", in_folder("inner")), 0755);
    write_file(in_folder("outer"), fmt::format("#!{} -o  two\n", in_folder("middle")), 0755);
    const auto outcome = outcome_after({"chdir", folder(), "exec", ".//.///./outer", "not kept", "an argument"});
    const auto execs = outcome.of("exec");
    ASSERT_THAT(execs, SizeIs(2));

    const auto& script = execs[0];
    EXPECT_EQ(script.at("filename"), ".//.///./outer");
    EXPECT_EQ(script.at("interpreter"), "/usr/bin/env");
    EXPECT_EQ(script.at("exe"), std::filesystem::canonical("/usr/bin/env").string());
    EXPECT_EQ(script.at("script"), in_folder("outer"));
    EXPECT_EQ(script.at("cwd"), folder());
    EXPECT_THAT(flags_of(script), ElementsAre("lexical"));
    EXPECT_EQ(script.at("comm"), "prepared_exec");
    EXPECT_THAT(list_of(script, "argv"), ElementsAre("/usr/bin/env", "-S sh -e", in_folder("inner"), "-m",
                                                     in_folder("middle"), "-o  two", ".//.///./outer", "an argument"));

    const auto& shell = execs[1];
    EXPECT_THAT(shell.at("filename").get<std::string>(), EndsWith("/sh"));
    EXPECT_EQ(shell.at("exe"), std::filesystem::canonical("/bin/sh").string());
    EXPECT_FALSE(shell.contains("interpreter"));
    EXPECT_FALSE(shell.contains("script"));
    EXPECT_THAT(flags_of(shell), IsEmpty());
    // The kernel names a script's process after the script.
    EXPECT_EQ(shell.at("comm"), "outer");
    EXPECT_EQ(shell.at("replaced_exec_id"), script.at("exec_id"));
    EXPECT_THAT(list_of(shell, "argv"), ElementsAre("sh", "-e", in_folder("inner"), "-m", in_folder("middle"),
                                                    "-o  two", ".//.///./outer", "an argument"));
}

TEST_F(PathsOf, AScriptByItsWholePathIsThatPath) {
    write_file(in_folder("script"), "#! /bin/sh\n", 0755);
    const auto exec = exec_after(
        {"chdir", "/", "exec", folder() + "/../" + folder().substr(folder().rfind('/') + 1) + "/script", "x"});
    EXPECT_EQ(exec.at("script"), exec.at("filename"));
    EXPECT_EQ(exec.at("interpreter"), "/bin/sh");
    EXPECT_THAT(flags_of(exec), ElementsAre("lexical"));
}

TEST_F(PathsOf, AScriptByItsDescriptorIsThatDescriptor) {
    write_file(in_folder("script"), "#!/bin/sh\n", 0755);
    const auto exec = exec_after({"open", in_folder("script"), "exec-fd", "x"});
    EXPECT_EQ(exec.at("script"), "/dev/fd/100");
    EXPECT_EQ(exec.at("filename"), "/dev/fd/100");
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre("/bin/sh", "/dev/fd/100"));
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
