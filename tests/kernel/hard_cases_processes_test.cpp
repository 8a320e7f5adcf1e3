// SPDX-License-Identifier: MIT OR Apache-2.0
// Who a process is: its rights, its name, its pids, and that it ends once.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <regex>

#include "kernel/hard_case.h"
#include "support/both_fields.h"
#include "support/prepared.h"
#include "support/program_file.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr const char* kRights = "uid,euid,gid,egid,cap_effective,exe,flags,argv";

// What a program's file says of those who run it.
struct Rights {
    uid_t uid;
    gid_t gid;
    mode_t mode;
};

std::string copy_with(const ProgramFolder& folder, const std::string& program, const std::string& name,
                      const Rights& rights) {
    auto path = folder.copy_of(program, name);
    // A change of owner takes bits off the mode.
    if (::chown(path.c_str(), rights.uid, rights.gid) != 0 || ::chmod(path.c_str(), rights.mode) != 0)
        throw_errno(path);
    return path;
}

bool is_setuid_heeded() { return heeds_setuid(std::filesystem::temp_directory_path()); }

constexpr const char* kNosuid = "TMPDIR is mounted with nosuid";

TEST_F(HardCase, 12ASetuidAndSetgidProgramIsToldAsWhoItBecame) {
    SKIP_UNLESS(is_setuid_heeded(), kNosuid);
    const ProgramFolder folder;
    const auto path = copy_with(folder, test_program("exec_as"), "run", {12345, 54321, 06755});
    PreparedExec program(
        {"user", "1000", "1001", "try", "/nowhere/x", "before", "exec", path, "x", "/bin/true", "true"});
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingFields trace(kRights, program);
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "ready");
    EXPECT_EQ(status_of(program.pid(), "Uid"), "1000\t12345\t12345\t12345");
    EXPECT_EQ(status_of(program.pid(), "Gid"), "1001\t54321\t54321\t54321");
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    const auto outcome = trace.finish();
    const auto execs = outcome.of("exec");
    ASSERT_THAT(execs, SizeIs(2));
    for (const auto& event : outcome.events()) {
        if (event.at("type") == "exit") continue;
        const bool is_before = event.at("type") == "attempt";
        EXPECT_EQ(event.at("uid"), 1000);
        EXPECT_EQ(event.at("euid"), is_before ? 1000 : 12345);
        EXPECT_EQ(event.at("gid"), 1001);
        EXPECT_EQ(event.at("egid"), is_before ? 1001 : 54321);
        EXPECT_EQ(event.at("cap_effective"), "0x0");
    }
    EXPECT_THAT(flags_of(execs[0]), ElementsAre("setuid", "setgid", "writable"));
    // It stays who it became; the flags are this file's own.
    EXPECT_THAT(flags_of(execs[1]), IsEmpty());
}

TEST_F(HardCase, 12ASetuidProgramOfRootGivesAllCapabilities) {
    SKIP_UNLESS(is_setuid_heeded(), kNosuid);
    const ProgramFolder folder;
    const auto path = copy_with(folder, "/bin/true", "root", {0, 0, 04755});
    PreparedExec program({"user", "1000", "1001", "exec", path, "x"});
    const auto exec = watch_fields(program, kRights).one("exec");
    EXPECT_EQ(exec.at("uid"), 1000);
    EXPECT_EQ(exec.at("euid"), 0);
    EXPECT_EQ(exec.at("gid"), 1001);
    EXPECT_EQ(exec.at("egid"), 1001);
    // What root may have at most, here.
    const auto all = std::stoull(status_of(::getpid(), "CapBnd"), nullptr, 16);
    EXPECT_EQ(exec.at("cap_effective"), fmt::format("0x{:x}", all));
    EXPECT_THAT(flags_of(exec), ElementsAre("setuid"));
}

TEST_F(HardCase, 12ASetuidProgramThatMayGainNothingIsToldAsWhoItStays) {
    SKIP_UNLESS(is_setuid_heeded(), kNosuid);
    const ProgramFolder folder;
    const auto path = copy_with(folder, "/bin/true", "both", {0, 0, 06755});
    Shell shell({.argv = {"setpriv", "--reuid=1000", "--regid=1001", "--clear-groups", "--no-new-privs"}});
    shell.run(":");
    WatchingFields trace(kRights, shell);
    shell.run(path);
    const auto exec = trace.stop().one("exec");
    for (const auto* key : {"uid", "euid"}) EXPECT_EQ(exec.at(key), 1000) << key;
    for (const auto* key : {"gid", "egid"}) EXPECT_EQ(exec.at(key), 1001) << key;
    EXPECT_EQ(exec.at("cap_effective"), "0x0");
    EXPECT_THAT(flags_of(exec), ElementsAre("setuid", "setgid"));
}

struct Flagged {
    std::string name;
    Rights rights;
    std::vector<std::string> flags;
};

TEST_F(HardCase, 12TheFlagsAreThoseOfOwnerAndMode) {
    SKIP_UNLESS(is_setuid_heeded(), kNosuid);
    const std::vector<Flagged> programs{
        {"plain", {0, 0, 0755}, {}},
        {"setuid", {0, 0, 04755}, {"setuid"}},
        {"setgid", {0, 0, 02755}, {"setgid"}},
        // Nobody in the group may run it, so that the bit means something else.
        {"no-setgid", {0, 0, 02705}, {}},
        {"both", {12345, 54321, 06755}, {"setuid", "setgid", "writable"}},
        {"owned", {12345, 0, 0755}, {"writable"}},
        {"owned-read-only", {12345, 54321, 0555}, {}},
        {"group", {0, 54321, 0775}, {"writable"}},
        {"root-group", {0, 0, 0775}, {}},
        {"other-group", {0, 54321, 0755}, {}},
        {"world", {0, 0, 0757}, {"writable"}},
    };
    const ProgramFolder folder;
    std::vector<std::string> paths;
    paths.reserve(programs.size());
    for (const auto& each : programs) paths.push_back(copy_with(folder, "/bin/true", each.name, each.rights));
    Shell shell;
    WatchingFields trace(kRights, shell);
    for (const auto& path : paths) shell.run(path);
    const auto execs = trace.stop().of("exec");
    ASSERT_THAT(execs, SizeIs(programs.size()));
    for (std::size_t i = 0; i < programs.size(); i++) {
        const auto& [name, rights, flags] = programs[i];
        EXPECT_EQ(flags_of(execs[i]), flags) << name;
        EXPECT_EQ(execs[i].at("uid"), 0);
        EXPECT_EQ(execs[i].at("euid"), (rights.mode & S_ISUID) != 0 ? rights.uid : 0) << name;
    }
}

// The tracers stand still until it has done so: nothing that they could look up afterwards is true.
TEST_F(HardCase, 13AMaskedProcessIsToldAsItWasAtItsExec) {
    const std::vector<std::string> argv{"the true name", "a true argument", "--hidden=afterwards"};
    PreparedExec program({"exec", test_program("masquerade"), argv[0], argv[1], argv[2]});
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingFields trace("comm,filename,exe,argv,argc,argv_bytes", program);
    trace.pause();
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), "masked");
    EXPECT_EQ(comm_of(program.pid()), "kworker/0:0");
    const auto bytes = argv[0].size() + argv[1].size() + argv[2].size() + argv.size();
    auto shown = read_file(fmt::format("/proc/{}/cmdline", program.pid()));
    shown.resize(shown.find_last_not_of('\0') + 1);
    EXPECT_EQ(shown, "kworker/0:0");
    trace.go_on();
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));

    const auto outcome = trace.finish();
    const auto exec = outcome.one("exec", program.pid());
    EXPECT_EQ(list_of(exec, "argv"), argv);
    EXPECT_EQ(exec.at("argc"), argv.size());
    EXPECT_EQ(exec.at("argv_bytes"), bytes);
    EXPECT_EQ(exec.at("comm"), "prepared_exec");
    const auto execs = outcome.of("exec");
    ASSERT_THAT(execs, SizeIs(2));
    // A child has the mask for its name; its ancestor is known by the name that the kernel gave it.
    EXPECT_EQ(execs[1].at("comm"), "kworker/0:0");
    EXPECT_EQ(list_of(execs[1], "ancestry").at(0), "masquerade");
}

TEST_F(HardCase, 33AProcessInAPidNamespaceHasThePidOfTheHostAndItsOwn) {
    PreparedExec program({"pid-namespace", "fork", "fork", "exec", "/bin/sh", "sh", "-c", "echo inside $$; read word"});
    EXPECT_EQ(program.out().next_line(), "ready");
    WatchingFields trace("pid,tid,ppid,ns_pid,filename", program);
    program.write("go\n");
    // Outside it knows its child by the host's pid; that one is the first in there, and says what it sees.
    const auto outer = program.out().next_line();
    EXPECT_EQ(program.out().next_line(), "child 2");
    EXPECT_EQ(program.out().next_line(), "inside 2");
    const auto line = trace.line().out().next_line();
    std::smatch match;
    ASSERT_TRUE(std::regex_search(line, match, std::regex("pid=([0-9]+) "))) << line;
    const auto pid = std::stoi(match[1]);
    EXPECT_EQ(status_of(pid, "NSpid"), fmt::format("{}\t2", pid));
    program.write("go\n");
    const auto outcome = trace.finish();
    const auto exec = outcome.one("exec");
    EXPECT_EQ(exec.at("pid"), pid);
    EXPECT_EQ(exec.at("tid"), pid);
    EXPECT_EQ(exec.at("ns_pid"), 2);
    EXPECT_EQ(fmt::format("child {}", exec.at("ppid").get<pid_t>()), outer);
    EXPECT_EQ(outcome.of("exit", pid).size(), 1U);
}

TEST_F(HardCase, 33OfNestedPidNamespacesThePidIsThatOfTheInnermost) {
    PreparedExec nested({"pid-namespace", "fork", "fork", "pid-namespace", "fork", "exec", "/bin/true", "x"});
    const auto inner = watch_fields(nested, "pid,tid,ns_pid").one("exec");
    EXPECT_EQ(inner.at("ns_pid"), 1);
    EXPECT_EQ(inner.at("tid"), inner.at("pid"));
    EXPECT_NE(inner.at("pid"), 1);
    PreparedExec plain({"exec", "/bin/true", "x"});
    const auto outer = watch_fields(plain, "pid,tid,ns_pid").one("exec");
    EXPECT_EQ(outer.at("pid"), plain.pid());
    EXPECT_EQ(outer.at("ns_pid"), plain.pid());
}

using Statuses = std::multimap<pid_t, int>;

// What end_together reports of its children, as wait(2) has it.
Statuses statuses_from(Process& program) {
    Statuses statuses;
    for (auto line = program.out().next_line(); line != "end"; line = program.out().next_line())
        statuses.emplace(std::stoi(line), std::stoi(line.substr(line.find(' '))));
    return statuses;
}

Statuses ends_in(const std::vector<std::string>& lines) {
    static const std::regex grammar(R"(\[[0-9.]+\] pid=([0-9]+) exit_code=([0-9]+)(?: duration=[0-9.]+s)?)");
    Statuses statuses;
    for (const auto& line : lines) {
        std::smatch match;
        if (!std::regex_match(line, match, grammar)) throw std::invalid_argument(line);
        statuses.emplace(std::stoi(match[1]), std::stoi(match[2]));
    }
    return statuses;
}

Statuses ends_in(const std::vector<JsonEvent>& exits) {
    Statuses statuses;
    for (const auto& exit : exits) statuses.emplace(exit.at("pid"), exit.at("exit_code"));
    return statuses;
}

// "PROCESSES THREADS alone|all at-once|in-turn"
void expect_one_end_each(std::size_t processes, const std::vector<std::string>& how) {
    std::vector<std::string> argv{test_program("end_together"), std::to_string(processes)};
    argv.insert(argv.end(), how.begin(), how.end());
    Process program(argv);
    const auto both = watch_in_both(program, {"--events=exec,exit"});
    EXPECT_EQ(program.wait(), exited(0));
    auto waited_for = statuses_from(program);
    ASSERT_THAT(waited_for, SizeIs(processes));
    waited_for.emplace(program.pid(), 0);
    EXPECT_EQ(ends_in(both.line.out), waited_for);
    EXPECT_EQ(ends_in(both.json.of("exit")), waited_for);
    EXPECT_EQ(both.json.summary().at("exits_seen"), processes + 1);
}

TEST_F(HardCase, 47ThreadsThatEndTogetherAreOneEndOfTheirProcess) {
    expect_one_end_each(64, {"8", "alone", "at-once"});
}

TEST_F(HardCase, 47ThreadsThatEachEndTheWholeProcessAreOneEndOfIt) { expect_one_end_each(64, {"8", "all", "at-once"}); }

TEST_F(HardCase, 47TwoThreadsThatEndInTheSameInstantAreOneEndOfTheirProcess) {
    expect_one_end_each(300, {"2", "alone", "in-turn"});
}

}  // namespace
}  // namespace exectap::test
