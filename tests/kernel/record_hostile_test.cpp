// SPDX-License-Identifier: MIT OR Apache-2.0
// What hostile processes choose, and how they move: every byte comes through, and no path that never was.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "support/cgroup.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/prepared.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class HostileRecord : public KernelTest {};

// Every byte there is but NUL, and those that the place does not take.
std::string every_byte_but(std::string_view left_out) {
    std::string bytes;
    for (int byte = 1; byte < 256; byte++) {
        const char c = static_cast<char>(byte);
        if (left_out.find(c) == std::string_view::npos) bytes += c;
    }
    return bytes;
}

// Ends the string that it stands in, and the line, and begins another one.
constexpr std::string_view kForged = "x\"}\n{\"v\":1,\"type\":\"exec\",\"seq\":1,\"argv\":[\"";

TEST_F(HostileRecord, HasEveryByteOfEveryString) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const TempDir folder;
    const auto top = std::filesystem::canonical(folder.path()) / every_byte_but("/");
    const auto work = top / kForged;
    std::filesystem::create_directories(work);
    const auto name = "program " + std::string(kForged);
    std::filesystem::copy_file("/bin/true", work / name);
    const std::string comm = "\xff\n\x1b[1m\"\\\xc3\x01\x7f}";
    const Cgroup group(fmt::format("/exectap-test-{}/a{}", ::getpid(), every_byte_but("/\n").substr(0, 200)));
    const std::vector<std::string> argv{every_byte_but(""), "", std::string(kForged),
                                        "\xed\xa0\x80 \xf4\x90\x80\x80\xc2"};
    Steps steps{"write", group.entrance(), "0", "chdir", work, "name", comm, "exec", "./" + name};
    steps.insert(steps.end(), argv.begin(), argv.end());
    const auto exec = exec_after(steps);
    EXPECT_EQ(list_of(exec, "argv"), argv);
    EXPECT_EQ(bytes_of(exec, "filename"), "./" + name);
    EXPECT_EQ(bytes_of(exec, "exe"), (work / name).string());
    EXPECT_EQ(bytes_of(exec, "cwd"), work.string());
    EXPECT_EQ(bytes_of(exec, "comm"), comm);
    EXPECT_EQ(bytes_of(exec, "cgroup"), group.path());
    EXPECT_TRUE(exec.contains("cwd_raw") && exec.contains("comm_raw") && exec.contains("argv_raw"));
}

TEST_F(HostileRecord, OfAnAttemptHasEveryByteToo) {
    const TempDir folder;
    const auto work = std::filesystem::canonical(folder.path()) / every_byte_but("/");
    std::filesystem::create_directory(work);
    const auto bytes = every_byte_but("");
    const auto attempt =
        attempt_after({"chdir", work, "name", "\xfe\n\r", "exec", "./" + bytes, bytes, kForged.data()});
    EXPECT_THAT(list_of(attempt, "argv"), ElementsAre(bytes, kForged));
    EXPECT_EQ(bytes_of(attempt, "filename"), "./" + bytes);
    EXPECT_EQ(bytes_of(attempt, "cwd"), work.string());
    EXPECT_EQ(bytes_of(attempt, "comm"), "\xfe\n\r");
}

TEST_F(HostileRecord, OfAScriptHasItsBytesAndItsInterpreters) {
    const TempDir folder;
    const auto work = std::filesystem::canonical(folder.path()) / every_byte_but("/");
    std::filesystem::create_directory(work);
    // An interpreter ends at white space, and a line at its end.
    const auto interpreter = folder.path(every_byte_but("/ \t\n").substr(0, 150));
    std::filesystem::create_symlink("/bin/true", interpreter);
    const auto name = "script " + std::string(kForged);
    write_file(work / name, fmt::format("#!{}\n", interpreter), 0755);
    const auto exec = exec_after({"chdir", work, "exec", name, "x"});
    EXPECT_EQ(bytes_of(exec, "script"), (work / name).string());
    EXPECT_EQ(bytes_of(exec, "interpreter"), interpreter);
    EXPECT_EQ(bytes_of(exec, "filename"), name);
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre(interpreter, name));
}

TEST_F(HostileRecord, OfADescendantHasTheBytesOfItsAncestors) {
    const TempDir folder;
    // What the kernel keeps of it as the process's name: 15 bytes.
    const std::string name = "\xff\n\x1b[1m\"\\\xc3\x01\x7f}:,";
    std::filesystem::copy_file(test_program("prepared_exec"), folder.path(name));
    Process program({folder.path(name), "fork", "exec", "/bin/true", "x"});
    const auto outcome = watch_json(program);
    EXPECT_EQ(bytes_of(outcome.one("process", program.pid()), "comm"), name);
    const auto exec = outcome.one("exec");
    EXPECT_EQ(list_of(exec, "ancestry").at(0), name);
    EXPECT_EQ(bytes_of(exec, "comm"), name);
}

// Runs a program in a folder many times, while that folder has one path and the other in turn.
class RecordOfMovingFolders : public HostileRecord {
protected:
    static constexpr std::size_t kRuns = 300;

    // The paths differ in a part that is renamed: from `one` to `other`, both below the test's folder, and equally
    // long, so that no mixture is found out by its length.
    void expect_true_paths(const std::filesystem::path& one, const std::filesystem::path& other,
                           const std::filesystem::path& below) {
        const std::filesystem::path top = std::filesystem::canonical(folder_.path());
        const auto work = top / one / below;
        std::filesystem::create_directories(work);
        std::filesystem::create_directories((top / other).parent_path());
        std::filesystem::copy_file("/bin/true", work / "program");
        Process renamer({test_program("renamer"), top / one, top / other});
        EXPECT_EQ(renamer.out().next_line(), "ready");
        Process runner({test_program("run_open"), work, "program", std::to_string(kRuns)});
        EXPECT_EQ(runner.out().next_line(), "ready");
        JsonWatching trace({runner.pid_text()});
        renamer.write("go\n");
        runner.write("go\n");
        EXPECT_EQ(runner.wait(), exited(0));
        renamer.close_input();
        EXPECT_EQ(renamer.wait(), exited(0));
        const auto execs = trace.finish().of("exec");
        EXPECT_THAT(execs, SizeIs(kRuns));
        for (const auto& exec : execs) {
            expect_true_path(exec, {"exe", "torn"}, {top / one / below / "program", top / other / below / "program"});
            expect_true_path(exec, {"cwd", "cwd_torn"}, {top / one / below, top / other / below});
        }
    }

private:
    struct Names {
        const char* key;
        const char* torn;
    };

    static void expect_true_path(const JsonEvent& exec, Names names, const std::set<std::string>& paths) {
        const auto flags = exec.at("flags").get<std::set<std::string>>();
        const auto path = exec.at(names.key).get<std::string>();
        EXPECT_TRUE(paths.contains(path) || flags.contains(names.torn)) << path;
        // Nobody unmounts or removes anything here.
        for (const auto* flag : {"deleted", "unreachable", "cwd_deleted", "cwd_unreachable"})
            EXPECT_FALSE(flags.contains(flag)) << flag;
    }

    TempDir folder_;
};

TEST_F(RecordOfMovingFolders, HasAPathThatWasWhereOneIsRenamed) { expect_true_paths("a/left", "a/away", "b/c"); }

// A walk that is overtaken half way finds the end of one path and the beginning of the other.
TEST_F(RecordOfMovingFolders, HasAPathThatWasWhereOneMovesFromTreeToTree) {
    std::filesystem::path one;
    std::filesystem::path other;
    std::filesystem::path below;
    for (int i = 0; i < 60; i++) {
        one /= fmt::format("one{}", i);
        other /= fmt::format("two{}", i);
        below /= fmt::format("below{}", i);
    }
    expect_true_paths(one, other, below);
}

}  // namespace
}  // namespace exectap::test
