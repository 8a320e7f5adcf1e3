// SPDX-License-Identifier: MIT OR Apache-2.0
// What runs, and where it lies: scripts, other roots and mounts, folders and files that are gone.
#include <fmt/format.h>

#include <filesystem>
#include <set>

#include "kernel/hard_case.h"
#include "support/both_fields.h"
#include "support/elf_program.h"
#include "support/prepared.h"
#include "support/program_file.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kFields = "comm,filename,exe,exe_dev,exe_inode,interpreter,script,cwd,flags,argv";

JsonOutcome paths_after(Steps steps) {
    PreparedExec program(std::move(steps));
    auto outcome = watch_fields(program, kFields);
    EXPECT_EQ(program.wait(), exited(0)) << program.out().so_far().back();
    return outcome;
}

TEST_F(HardCase, 07AScriptIsTheFilenameAndWhatRanIsItsInterpreter) {
    const ProgramFolder folder;
    write_file(folder.path("script"), "#! /bin/sh -e\n", 0755);
    const auto script = folder.path() + "/../" + folder.path().substr(folder.path().rfind('/') + 1) + "/script";
    const auto exec = paths_after({"chdir", "/", "exec", script, "not kept", "an argument"}).one("exec");
    EXPECT_EQ(exec.at("filename"), script);
    EXPECT_EQ(exec.at("script"), script);
    EXPECT_EQ(exec.at("interpreter"), "/bin/sh");
    const auto shell = std::filesystem::canonical("/bin/sh").string();
    EXPECT_EQ(exec.at("exe"), shell);
    expect_file(exec, file_id(shell));
    EXPECT_THAT(flags_of(exec), ElementsAre("lexical"));
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre("/bin/sh", "-e", script, "an argument"));
}

TEST_F(HardCase, 07AScriptByItsDescriptorIsThatDescriptor) {
    const ProgramFolder folder;
    write_file(folder.path("script"), "#!/bin/sh\n", 0755);
    const auto exec = paths_after({"open", folder.path("script"), "exec-fd", "x"}).one("exec");
    EXPECT_EQ(exec.at("script"), "/dev/fd/100");
    EXPECT_EQ(exec.at("filename"), "/dev/fd/100");
    EXPECT_EQ(exec.at("interpreter"), "/bin/sh");
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre("/bin/sh", "/dev/fd/100"));
}

TEST_F(HardCase, 07NestedScriptsAreTheOneThatWasCalledAndTheLastInterpreter) {
    const ProgramFolder folder;
    write_file(folder.path("inner"), "#!/usr/bin/env -S /bin/sh -e\nexit 0\n", 0755);
    write_file(folder.path("middle"), fmt::format("#!{} -m\n", folder.path("inner")), 0755);
    write_file(folder.path("outer"), fmt::format("#!{} -o  two\n", folder.path("middle")), 0755);
    const auto outcome = paths_after({"chdir", folder.path(), "exec", ".//.///./outer", "not kept", "an argument"});
    const auto execs = outcome.of("exec");
    ASSERT_THAT(execs, SizeIs(2));

    const auto& script = execs[0];
    EXPECT_EQ(script.at("filename"), ".//.///./outer");
    EXPECT_EQ(script.at("interpreter"), "/usr/bin/env");
    EXPECT_EQ(script.at("exe"), std::filesystem::canonical("/usr/bin/env").string());
    EXPECT_EQ(script.at("script"), folder.path("outer"));
    EXPECT_EQ(script.at("cwd"), folder.path());
    EXPECT_THAT(flags_of(script), ElementsAre("lexical"));
    EXPECT_EQ(script.at("comm"), "prepared_exec");
    EXPECT_THAT(list_of(script, "argv"),
                ElementsAre("/usr/bin/env", "-S /bin/sh -e", folder.path("inner"), "-m", folder.path("middle"),
                            "-o  two", ".//.///./outer", "an argument"));

    const auto& shell = execs[1];
    EXPECT_THAT(shell.at("filename").get<std::string>(), EndsWith("/sh"));
    EXPECT_EQ(shell.at("exe"), std::filesystem::canonical("/bin/sh").string());
    EXPECT_FALSE(shell.contains("interpreter"));
    EXPECT_FALSE(shell.contains("script"));
    EXPECT_THAT(flags_of(shell), IsEmpty());
    // The kernel names a script's process after the script.
    EXPECT_EQ(shell.at("comm"), "outer");
    EXPECT_EQ(shell.at("replaced_exec_id"), script.at("exec_id"));
    EXPECT_THAT(list_of(shell, "argv"), ElementsAre("/bin/sh", "-e", folder.path("inner"), "-m", folder.path("middle"),
                                                    "-o  two", ".//.///./outer", "an argument"));
}

TEST_F(HardCase, 07AnInterpreterThatEnvLooksForIsTheNextExec) {
    const ProgramFolder folder;
    write_file(folder.path("script"), "#!/usr/bin/env sh\n", 0755);
    PreparedExec program({"exec", folder.path("script"), "x"}, {.env = {"PATH=/nowhere:/bin"}});
    const auto outcome = watch_fields(program, kFields);
    EXPECT_EQ(program.wait(), exited(0));
    const auto execs = outcome.of("exec");
    ASSERT_THAT(execs, SizeIs(2));
    EXPECT_EQ(execs[0].at("filename"), folder.path("script"));
    EXPECT_EQ(execs[0].at("interpreter"), "/usr/bin/env");
    const auto attempt = outcome.one("attempt");
    EXPECT_EQ(attempt.at("filename"), "/nowhere/sh");
    EXPECT_EQ(attempt.at("comm"), "script");
    EXPECT_EQ(attempt.at("seq"), 2);
    EXPECT_EQ(execs[1].at("filename"), "/bin/sh");
    EXPECT_EQ(execs[1].at("exe"), std::filesystem::canonical("/bin/sh").string());
    EXPECT_THAT(list_of(execs[1], "argv"), ElementsAre("sh", folder.path("script")));
}

TEST_F(HardCase, 34AChangedRootShowsItsPrefix) {
    const ProgramFolder folder;
    const auto root = folder.make_folder("root");
    const auto exec = paths_after({"mount-namespace", "bind", "/", root, "chroot", root, "chdir", "/usr", "exec",
                                   true_program(), "x"})
                          .one("exec");
    EXPECT_EQ(exec.at("filename"), true_program());
    EXPECT_EQ(exec.at("exe"), root + true_program());
    EXPECT_EQ(exec.at("cwd"), root + "/usr");
    expect_file(exec, file_id(true_program()));
    EXPECT_THAT(flags_of(exec), IsEmpty());
}

TEST_F(HardCase, 34AProgramThatIsMountedOverIsWhatLiesOnTop) {
    const ProgramFolder folder;
    const auto below = folder.copy_of("/bin/false", "below");
    const auto exec = paths_after({"mount-namespace", "bind", true_program(), below, "exec", below, "x"}).one("exec");
    EXPECT_EQ(exec.at("filename"), below);
    EXPECT_EQ(exec.at("exe"), below);
    expect_file(exec, file_id(true_program()));
    EXPECT_NE(exec.at("exe_inode"), file_id(below).inode);
    EXPECT_THAT(flags_of(exec), IsEmpty());
}

TEST_F(HardCase, 34AProgramThatOnlyItsMountNamespaceHasIsFoundThere) {
    const ProgramFolder folder;
    const auto mount = folder.make_folder("mount");
    PreparedExec program({"mount-namespace", "tmpfs", mount, "chdir", mount, "copy", test_program("await_signal"),
                          "program", "exec", "./program", "x"});
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingFields trace(kFields, program);
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "ready");
    const auto file = file_id(fmt::format("/proc/{}/exe", program.pid()));
    program.close_input();
    EXPECT_EQ(program.wait(), exited(0));
    const auto exec = trace.finish().one("exec");
    EXPECT_EQ(exec.at("filename"), "./program");
    EXPECT_EQ(exec.at("exe"), mount + "/program");
    EXPECT_EQ(exec.at("cwd"), mount);
    expect_file(exec, file);
    EXPECT_NE(exec.at("exe_dev"), file_id(mount).device);
    EXPECT_THAT(flags_of(exec), IsEmpty());
    EXPECT_TRUE(std::filesystem::is_empty(mount));
}

TEST_F(HardCase, 35ARelativePathIsResolvedAndStaysAsItWasPassed) {
    const ProgramFolder folder;
    folder.make_folder("real");
    std::filesystem::create_directory_symlink("real", folder.path("link"));
    std::filesystem::create_symlink(true_program(), folder.path("real/linked"));
    const auto exec = paths_after({"chdir", folder.path("link"), "exec", "../link/linked", "x"}).one("exec");
    EXPECT_EQ(exec.at("filename"), "../link/linked");
    EXPECT_EQ(exec.at("exe"), true_program());
    expect_file(exec, file_id(true_program()));
    EXPECT_EQ(exec.at("cwd"), folder.path("real"));
    EXPECT_THAT(flags_of(exec), IsEmpty());
    for (const auto* key : {"interpreter", "script", "tty", "unreadable"}) EXPECT_FALSE(exec.contains(key)) << key;
}

TEST_F(HardCase, 35ADeletedCwdIsToldAsItWasAndFlagged) {
    const ProgramFolder folder;
    const auto program = folder.copy_of(true_program(), "program");
    const auto gone = folder.path("gone");
    const auto outcome =
        paths_after({"mkdir", gone, "chdir", gone, "rmdir", gone, "try", "./x", "x", "exec", "../program", "x"});
    const auto attempt = outcome.one("attempt");
    EXPECT_EQ(attempt.at("filename"), "./x");
    EXPECT_EQ(attempt.at("error"), "ENOENT");
    EXPECT_EQ(attempt.at("cwd"), gone);
    EXPECT_THAT(flags_of(attempt), ElementsAre("cwd_deleted"));
    // Its parent is still found from there.
    const auto exec = outcome.one("exec");
    EXPECT_EQ(exec.at("filename"), "../program");
    EXPECT_EQ(exec.at("exe"), program);
    expect_file(exec, file_id(program));
    EXPECT_EQ(exec.at("cwd"), gone);
    EXPECT_THAT(flags_of(exec), ElementsAre("cwd_deleted"));
}

std::set<std::string> keys_of(const JsonEvent& event) {
    std::set<std::string> keys;
    for (const auto& [key, value] : event.items()) keys.insert(key);
    return keys;
}

// While the tracers stand still the process comes, removes its file and ends: whoever looks anything up then, in /proc
// or by the path, finds nothing.
TEST_F(HardCase, 36AProgramThatRemovesItselfAtOnceHasAFullRecord) {
    const ProgramFolder folder;
    const auto program = folder.path("program");
    write_program_that_removes_itself(program);
    const auto file = file_id(program);
    Shell shell;
    shell.run("cd " + folder.path());
    WatchingFields trace(kFields, shell);
    shell.run("/bin/true");
    trace.pause();
    const auto pid = std::stoi(shell.ask("./program & echo $!"));
    // Collected by the shell: not even a zombie is left.
    shell.run("wait $!");
    EXPECT_FALSE(std::filesystem::exists(program));
    EXPECT_FALSE(std::filesystem::exists(fmt::format("/proc/{}", pid)));
    trace.go_on();
    const auto outcome = trace.stop();

    const auto exec = outcome.one("exec", pid);
    EXPECT_EQ(exec.at("filename"), "./program");
    EXPECT_EQ(exec.at("exe"), program);
    expect_file(exec, file);
    EXPECT_EQ(exec.at("cwd"), folder.path());
    EXPECT_EQ(exec.at("comm"), "sh");
    EXPECT_EQ(exec.at("ppid"), shell.pid());
    EXPECT_EQ(exec.at("uid"), 0);
    // It was there at the exec.
    EXPECT_THAT(flags_of(exec), IsEmpty());
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre("./program"));
    // Nothing is missing that others have.
    EXPECT_EQ(keys_of(exec), keys_of(outcome.of("exec").at(0)));
    // Of its own unlink.
    EXPECT_EQ(outcome.one("exit", pid).at("exit_code"), 0);
}

}  // namespace
}  // namespace exectap::test
