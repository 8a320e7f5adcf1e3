// SPDX-License-Identifier: MIT OR Apache-2.0
// Execs that fail, that fail too late, and that lose a race.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <set>

#include "kernel/hard_case.h"
#include "support/both_fields.h"
#include "support/elf_program.h"
#include "support/prepared.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::SizeIs;

std::vector<std::string> all_of(const std::vector<JsonEvent>& events, const char* key) {
    std::vector<std::string> values;
    values.reserve(events.size());
    for (const auto& event : events) values.push_back(event.at(key));
    return values;
}

TEST_F(HardCase, 06APathSearchOverFiveFoldersIsFourAttemptsAndOneExec) {
    const TempDir folder;
    for (const auto* name : {"empty", "forbidden"}) std::filesystem::create_directory(folder.path(name));
    write_file(folder.path("forbidden/true"), "not executable", 0644);
    write_file(folder.path("file"), "no folder", 0644);
    const std::vector<std::string> folders{folder.path("empty"), folder.path("forbidden"), folder.path("file"),
                                           "/nowhere", "/bin"};
    Process program({test_program("path_search"), fmt::format("{}", fmt::join(folders, ":")), "true", "an argument"});
    const auto both = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(0));

    const auto lines = both.events();
    EXPECT_THAT(lines, ElementsAre(Field(&EventLine::error, "ENOENT"), Field(&EventLine::error, "EACCES"),
                                   Field(&EventLine::error, "ENOTDIR"), Field(&EventLine::error, "ENOENT"),
                                   Field(&EventLine::error, "")));
    EXPECT_THAT(argvs_of(lines), Each(ElementsAre("true", "an argument")));
    EXPECT_THAT(lines, Each(Field(&EventLine::pid, program.pid())));
    EXPECT_THAT(lines, Each(Field(&EventLine::argv0, "true")));
    EXPECT_THAT(lines, Each(Field(&EventLine::is_fatal, false)));
    EXPECT_EQ(both.line.verdict().attempts, 4U);
    EXPECT_EQ(both.line.verdict().execs, 1U);

    const auto attempts = both.json.of("attempt");
    const auto exec = both.json.one("exec");
    EXPECT_THAT(all_of(attempts, "error"), ElementsAre("ENOENT", "EACCES", "ENOTDIR", "ENOENT"));
    EXPECT_EQ(exec.at("seq"), 5);
    EXPECT_EQ(exec.at("result"), 0);
    ASSERT_THAT(lines, SizeIs(folders.size()));
    for (std::size_t i = 0; i < folders.size(); i++) {
        const auto& event = i < attempts.size() ? attempts[i] : exec;
        EXPECT_EQ(event.at("filename"), folders[i] + "/true");
        EXPECT_EQ(lines[i].filename, folders[i] + "/true");
        EXPECT_EQ(list_of(event, "argv"), (std::vector<std::string>{"true", "an argument"}));
        // All of them are the caller's, who goes on as what it was until one works.
        EXPECT_EQ(event.at("comm"), "path_search");
        EXPECT_EQ(event.at(&event == &exec ? "replaced_exec_id" : "exec_id"),
                  both.json.one("process", program.pid()).at("exec_id"));
    }
}

struct Failure {
    Steps steps;
    std::string filename;  // as the caller passes it
    int error;
    std::string name;
};

TEST_F(HardCase, 06AFailedExecSaysWhatWasTriedAndWhyItFailed) {
    const TempDir folder;
    const auto path = [&](std::string_view name) { return folder.path(name); };
    write_file(path("plain"), "#!/bin/sh\n", 0644);
    write_file(path("text"), "no program", 0755);
    std::filesystem::create_symlink("loop", path("loop"));
    const std::string too_long(5000, 'x');
    const std::vector<Failure> failures{
        {{"try", "/nowhere/to be found", "x"}, "/nowhere/to be found", ENOENT, "ENOENT"},
        {{"try", path("plain"), "x"}, path("plain"), EACCES, "EACCES"},
        {{"try", folder.path(), "x"}, folder.path(), EACCES, "EACCES"},
        {{"try", path("text"), "x"}, path("text"), ENOEXEC, "ENOEXEC"},
        {{"try", path("loop"), "x"}, path("loop"), ELOOP, "ELOOP"},
        {{"try", path("plain/x"), "x"}, path("plain/x"), ENOTDIR, "ENOTDIR"},
        {{"try", too_long, "x"}, too_long, ENAMETOOLONG, "ENAMETOOLONG"},
        // Without the folder that is meant, and nothing where the file itself is.
        {{"open", path("plain"), "try-fd", "x"}, "", EACCES, "EACCES"},
        {{"open", folder.path(), "try-in", "nowhere", "x"}, "nowhere", ENOENT, "ENOENT"},
    };
    Steps steps;
    for (const auto& each : failures) steps.insert(steps.end(), each.steps.begin(), each.steps.end());
    steps.insert(steps.end(), {"exec", "/bin/true", "x"});
    PreparedExec program(steps);
    const auto outcome = watch_fields(program, "pid,tid,ppid,comm,filename,argv,syscall,syscall_id,flags,result");
    EXPECT_EQ(program.wait(), exited(0));

    EXPECT_EQ(outcome.one("exec").at("seq"), failures.size() + 1);
    const auto attempts = outcome.of("attempt");
    ASSERT_THAT(attempts, SizeIs(failures.size()));
    for (std::size_t i = 0; i < failures.size(); i++) {
        const auto& attempt = attempts[i];
        const auto& [tried, filename, error, name] = failures[i];
        EXPECT_EQ(attempt.at("error"), name);
        EXPECT_EQ(attempt.at("result"), -error);
        const bool is_at = tried[0] == "open";
        EXPECT_EQ(attempt.at("syscall"), is_at ? "execveat" : "execve");
        EXPECT_EQ(attempt.at("syscall_id"), is_at ? SYS_execveat : SYS_execve);
        ASSERT_TRUE(attempt.contains("filename")) << attempt;
        const auto told = attempt.at("filename").get<std::string>();
        const bool is_cut = filename == too_long;
        EXPECT_TRUE(filename.starts_with(told)) << told;
        EXPECT_EQ(told.size() < filename.size(), is_cut);
        EXPECT_EQ(attempt.at("flags"), is_cut ? JsonEvent({"filename_cut"}) : JsonEvent::array());
        EXPECT_EQ(list_of(attempt, "argv"), std::vector<std::string>{"x"});
        EXPECT_EQ(attempt.at("argv_source"), "attempted");
        EXPECT_EQ(attempt.at("comm"), "prepared_exec");
        EXPECT_EQ(attempt.at("pid"), program.pid());
        EXPECT_EQ(attempt.at("tid"), program.pid());
        EXPECT_EQ(attempt.at("ppid"), ::getpid());
    }
}

// The losers' calls end with -513 and the like, or with any error while SIGKILL is pending.
TEST_F(HardCase, 45FourThreadsThatExecAtOnceAreOneExec) {
    constexpr std::size_t kRounds = 300;
    Shell shell;
    WatchingInBoth trace({shell.pid_text()});
    shell.run(fmt::format("i=0; while [ $i -lt {} ]; do echo | {} 4 >/dev/null; i=$((i+1)); done", kRounds,
                          test_program("exec_race")));
    const auto both = trace.stop();

    const auto verdict = both.line.verdict();
    EXPECT_EQ(verdict.attempts, 0U);
    EXPECT_EQ(verdict.execs, 2 * kRounds);
    const auto lines = both.events();
    EXPECT_THAT(attempts_of(lines), SizeIs(0));
    EXPECT_THAT(with_argument(lines, "of a thread"), SizeIs(kRounds));

    EXPECT_THAT(both.json.of("attempt"), SizeIs(0));
    std::set<std::string> racers;
    std::set<std::string> winners;
    for (const auto& exec : both.json.of("exec")) {
        if (exec.at("argv").at(0) != "true") {
            racers.insert(exec.at("exec_id"));
            continue;
        }
        winners.insert(exec.at("replaced_exec_id"));
        EXPECT_EQ(exec.at("filename"), "/bin/true");
        // The first thread only waits.
        EXPECT_NE(exec.at("tid"), exec.at("pid"));
    }
    EXPECT_THAT(racers, SizeIs(kRounds));
    EXPECT_EQ(winners, racers);
}

// Threads of a process wait for each other's execs, and a signal that comes meanwhile makes the kernel start the call
// anew: the caller never sees that.
TEST_F(HardCase, 45ACallThatTheKernelRestartsIsNoAttemptOfItsOwn) {
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kCalls = 400;
    const TempDir folder;
    // Each is the interpreter of the next, one more than the kernel follows: a call takes its time.
    constexpr int kScripts = 7;
    write_file(folder.path("0"), "#!/nowhere\n", 0755);
    for (int i = 1; i < kScripts; i++)
        write_file(folder.path(std::to_string(i)), fmt::format("#!{}\n", folder.path(std::to_string(i - 1))), 0755);
    Process program({test_program("interrupted_execs"), folder.path(std::to_string(kScripts - 1)),
                     std::to_string(kThreads), std::to_string(kCalls)});
    const auto both = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(0));
    EXPECT_THAT(program.out().wait_for_end(), ElementsAre("ready"));
    EXPECT_EQ(both.line.verdict().execs, 0U);
    const auto lines = both.events();
    EXPECT_THAT(lines, SizeIs(1 + kThreads * kCalls));
    EXPECT_THAT(lines, Each(Field(&EventLine::error, "ELOOP")));
    const auto attempts = both.json.of("attempt");
    EXPECT_THAT(attempts, SizeIs(1 + kThreads * kCalls));
    EXPECT_THAT(all_of(attempts, "error"), Each(std::string("ELOOP")));
}

// The process dies of it. What it was is still told; what it wanted to run is gone with its memory.
TEST_F(HardCase, 46AnExecThatFailsTooLateIsAFatalAttemptOfItsCaller) {
    const TempDir folder;
    const std::string work = std::filesystem::canonical(folder.path());
    write_program_that_cannot_be_mapped(folder.path("unmappable"));
    PreparedExec program({"chdir", work, "name", "the caller", "umask", "0777", "exec", "./unmappable", "an argument"});
    const auto outcome =
        watch_fields(program, "pid,tid,ppid,comm,filename,argv,exe,cwd,umask,syscall,syscall_id,flags,result");
    EXPECT_EQ(program.wait(), killed_by(SIGSEGV));

    const auto attempt = outcome.one("attempt");
    EXPECT_EQ(attempt.at("flags"), JsonEvent({"fatal"}));
    EXPECT_EQ(attempt.at("unreadable"), JsonEvent({"filename", "argv"}));
    for (const auto* key : {"filename", "argv", "argc", "argv_bytes", "exe"})
        EXPECT_FALSE(attempt.contains(key)) << key;
    EXPECT_EQ(attempt.at("argv_source"), "attempted");
    EXPECT_EQ(attempt.at("syscall"), "execve");
    EXPECT_EQ(attempt.at("syscall_id"), SYS_execve);
    // The kernel has given it the new one's already.
    EXPECT_EQ(attempt.at("comm"), "the caller");
    EXPECT_EQ(attempt.at("cwd"), work);
    EXPECT_EQ(attempt.at("umask"), "0777");
    EXPECT_EQ(attempt.at("pid"), program.pid());
    EXPECT_EQ(attempt.at("tid"), program.pid());
    EXPECT_EQ(attempt.at("ppid"), ::getpid());
    EXPECT_EQ(outcome.of("exec").size(), 0U);
    EXPECT_EQ(outcome.one("exit").at("signal"), "SIGSEGV");
}

// The usual line too: what could not be read is no empty string.
TEST_F(HardCase, 46AFatalAttemptsUsualLineSaysWhatWasUnreadable) {
    const TempDir folder;
    write_program_that_cannot_be_mapped(folder.path("unmappable"));
    Process program({test_program("setname"), "the caller", folder.path("unmappable")});
    const auto both = watch_in_both(program);
    const auto event = both.json.one("attempt");
    EXPECT_THAT(both.line.out,
                ElementsAre(testing::EndsWith(
                    fmt::format(" pid={0} tid={0} uid=0 gid=0 syscall_id={1} comm=\"the caller\" filename=unreadable "
                                "argv0=unreadable ppid={2} argv=unreadable error={3} fatal=true",
                                program.pid(), SYS_execve, ::getpid(), event.at("error").get<std::string>()))));
}

}  // namespace
}  // namespace exectap::test
