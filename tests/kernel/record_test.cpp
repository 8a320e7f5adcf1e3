// SPDX-License-Identifier: MIT OR Apache-2.0
// Whole records: every key of an exec and of an attempt, of a process about which everything is known beforehand.
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "support/cgroup.h"
#include "support/clocks.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/prepared.h"
#include "support/proc.h"

namespace exectap::test {
namespace {

using std::chrono::nanoseconds;
using testing::Ge;
using testing::Le;

class Record : public KernelTest {};

nanoseconds nanoseconds_of(const JsonEvent& line, const char* key) {
    return nanoseconds(line.at(key).get<std::int64_t>());
}

// What stands first in an exec id.
nanoseconds start_in(const std::string& exec_id) {
    return nanoseconds(std::stoll(exec_id.substr(0, exec_id.find('-'))));
}

struct Window {
    nanoseconds begin;
    nanoseconds end;
};

// Takes the keys out of the event that nobody can know beforehand, and holds them against the clocks.
void take_times(JsonEvent& event, const JsonEvent& start, Window boot, Window wall) {
    const auto time = wall_time(event.at("time"));
    const auto since_boot = nanoseconds_of(start, "boot_ns") + nanoseconds_of(event, "since_start_ns");
    EXPECT_THAT(since_boot, testing::AllOf(Ge(boot.begin), Le(boot.end)));
    // The wall's clock is measured once, against the machine's: give it what that may be off.
    constexpr std::chrono::milliseconds kSlack{1};
    EXPECT_THAT(time, testing::AllOf(Ge(wall.begin - kSlack), Le(wall.end + kSlack)));
    const auto wall_minus_boot = wall_time(start.at("time")) - nanoseconds_of(start, "boot_ns");
    EXPECT_EQ(time, since_boot + wall_minus_boot);
    EXPECT_EQ(wall_time(event.at("start_time")), start_in(event.at("exec_id")) + wall_minus_boot);
    for (const auto* key : {"time", "since_start_ns", "start_time"}) event.erase(key);
}

// As /proc has it.
std::uint64_t ticks_in(const std::string& exec_id) {
    const auto per_second = ::sysconf(_SC_CLK_TCK);
    return static_cast<std::uint64_t>(start_in(exec_id) / (nanoseconds(std::chrono::seconds(1)) / per_second));
}

// A process of its own in every way, in a folder with a program "run" that anybody may run as 12345:54321.
class Surroundings {
public:
    Surroundings()
        : folder_(std::filesystem::canonical(directory_.path())),
          group_(fmt::format("/exectap-test-{}/a", ::getpid())) {
        std::filesystem::create_directory(folder_ / "work");
        std::filesystem::copy_file(test_program("await_signal"), program());
        // A change of owner takes these bits off.
        if (::chown(program().c_str(), 12345, 54321) != 0 || ::chmod(program().c_str(), 06755) != 0)
            throw_errno(program());
    }

    std::string program() const { return folder_ / "run"; }
    std::string work() const { return folder_ / "work"; }

    Steps steps() const {
        Steps steps{"uts-namespace",
                    "mount-namespace",
                    "pid-namespace",
                    "fork",
                    "session",
                    "terminal",
                    terminal_.path(),
                    "write",
                    group_.entrance(),
                    "0",
                    "umask",
                    "0027",
                    "chdir",
                    work(),
                    "name",
                    "the caller"};
        if (has_loginuid_) steps.insert(steps.end(), {"write", "/proc/self/loginuid", "4321"});
        steps.insert(steps.end(), {"user", "1000", "1001"});
        return steps;
    }

    // What every call from there has in common.
    JsonEvent caller(pid_t pid, pid_t parent) const {
        JsonEvent call{{"pid", pid}, {"tid", pid}, {"ppid", parent}, {"ns_pid", 1}, {"uid", 1000}, {"gid", 1001}};
        if (has_loginuid_) call["loginuid"] = 4321;
        call.update({{"cap_effective", "0x0"}, {"umask", "0027"}, {"comm", "the caller"}, {"cwd", work()}});
        call.update({{"tty", "pts/" + terminal_.number()}, {"sid", pid}, {"pgid", pid}, {"cgroup", group_.path()}});
        return call;
    }

private:
    TempDir directory_;
    std::filesystem::path folder_;
    Pty terminal_;
    Cgroup group_;
    bool has_loginuid_ = ::access("/proc/self/loginuid", W_OK) == 0;
};

// Both of them without the order of their keys, which parse_json_line() has looked at.
void expect_same(const JsonEvent& event, const JsonEvent& expected) {
    const auto difference = nlohmann::json::diff(nlohmann::json(expected), nlohmann::json(event));
    EXPECT_EQ(difference.dump(), "[]");
}

// The trace of one call that a child of the watched program made in its surroundings.
struct Call {
    JsonOutcome outcome;
    pid_t parent = 0;
    pid_t pid = 0;
    std::vector<std::string> ancestors;
    Window boot;
    Window wall;
};

// `last_word`: what comes when the call has been made. `look` is called then; a call that failed is the process's last.
template <typename Look>
Call call_in(const Surroundings& surroundings, const Steps& call, const std::string& last_word, Look look) {
    auto steps = surroundings.steps();
    steps.insert(steps.end(), call.begin(), call.end());
    PreparedExec program(steps);
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching trace({program.pid_text()});
    Call made;
    // Of the child to come; it may have ended when it has said its last word.
    made.ancestors = ancestors_of(program.pid());
    made.ancestors.insert(made.ancestors.begin(), comm_of(program.pid()));
    made.boot.begin = now(CLOCK_BOOTTIME);
    made.wall.begin = now(CLOCK_REALTIME);
    program.write("go\n");
    const auto child = program.out().next_line();
    if (!child.starts_with("child ")) throw std::runtime_error(child);
    EXPECT_EQ(program.out().next_line(), last_word);
    made.boot.end = now(CLOCK_BOOTTIME);
    made.wall.end = now(CLOCK_REALTIME);
    made.parent = program.pid();
    made.pid = std::stoi(child.substr(child.find(' ')));
    look(made.pid);
    program.close_input();
    made.outcome = trace.finish();
    return made;
}

// And takes out of the event what names other programs: where it comes from.
void take_origin(JsonEvent& event, const Call& call) {
    // Nobody knows who forked a process that the first one of the machine has now, so it may end earlier than /proc
    // does.
    const auto ancestry = list_of(event, "ancestry");
    ASSERT_THAT(ancestry.size(), testing::AllOf(Ge(2U), Le(call.ancestors.size())));
    EXPECT_TRUE(std::equal(ancestry.begin(), ancestry.end(), call.ancestors.begin()));
    event.erase("ancestry");
    EXPECT_EQ(event.at("parent_exec_id"), call.outcome.one("process", call.parent).at("exec_id"));
    for (const auto* key : {"exec_id", "parent_exec_id", "replaced_exec_id"}) event.erase(key);
}

TEST_F(Record, OfAnExecIsWholeAndTrue) {
    SKIP_UNLESS(heeds_setuid(std::filesystem::temp_directory_path()), "TMPDIR is mounted with nosuid");
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const Surroundings surroundings;
    std::uint64_t ticks = 0;
    const auto call = call_in(surroundings, {"exec", "../work/.././run", "a name", "", "an argument"}, "ready",
                              [&](pid_t pid) { ticks = start_ticks_of(pid); });
    auto exec = call.outcome.one("exec");
    auto expected = surroundings.caller(call.pid, call.parent);
    const auto file = file_id(surroundings.program());
    expected.update({{"v", 1}, {"type", "exec"}, {"seq", 1}, {"euid", 12345}, {"egid", 54321}});
    expected.update({{"syscall", "execve"}, {"syscall_id", SYS_execve}, {"filename", "../work/.././run"}});
    expected.update({{"exe", surroundings.program()}, {"exe_dev", file.device}, {"exe_inode", file.inode}});
    expected.update({{"flags", {"setuid", "setgid", "writable"}}, {"argv", {"a name", "", "an argument"}}});
    expected.update({{"argc", 3}, {"argv_bytes", 20}, {"argv_source", "committed"}, {"result", 0}});
    EXPECT_EQ(ticks_in(exec.at("exec_id")), ticks);
    take_times(exec, call.outcome.start(), call.boot, call.wall);
    take_origin(exec, call);
    expect_same(exec, expected);
}

TEST_F(Record, OfAnAttemptIsWholeAndTrue) {
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    const Surroundings surroundings;
    const auto call =
        call_in(surroundings, {"exec", "./nowhere", "a name", "", "an argument"}, "failed 2", [](pid_t /*pid*/) {});
    auto attempt = call.outcome.one("attempt");
    auto expected = surroundings.caller(call.pid, call.parent);
    expected.update({{"v", 1}, {"type", "attempt"}, {"seq", 1}, {"euid", 1000}, {"egid", 1001}});
    expected.update({{"syscall", "execve"}, {"syscall_id", SYS_execve}, {"filename", "./nowhere"}});
    expected.update({{"flags", JsonEvent::array()}, {"argv", {"a name", "", "an argument"}}});
    expected.update(
        {{"argc", 3}, {"argv_bytes", 20}, {"argv_source", "attempted"}, {"result", -ENOENT}, {"error", "ENOENT"}});
    // It goes on as what it was.
    EXPECT_EQ(attempt.at("exec_id"), call.outcome.one("exit", call.pid).at("exec_id"));
    take_times(attempt, call.outcome.start(), call.boot, call.wall);
    take_origin(attempt, call);
    expect_same(attempt, expected);
}

}  // namespace
}  // namespace exectap::test
