// SPDX-License-Identifier: MIT OR Apache-2.0
// Lines of all events, and with fields of one's choice.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "process/table.h"
#include "unit/events.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::EndsWith;
using testing::HasSubstr;

// Without the time and the newline.
std::string shown(const Event& event, std::string_view fields) {
    const auto line = line_of(event, {}, {.fields = fields_of(fields)});
    const auto begin = line.find(' ');
    return begin == std::string::npos ? "" : line.substr(begin + 1, line.size() - begin - 2);
}

std::string exit_line(const ExitEvent& exit) { return line_of(exit); }

TEST(LineExit, ShowsTheCode) {
    auto exit = whole_exit();
    EXPECT_EQ(exit_line(exit), "[1.327000] pid=1234 exit_code=0 duration=1.204s\n");
    exit.exit_code = 255;
    EXPECT_THAT(exit_line(exit), HasSubstr(" exit_code=255 "));
}

TEST(LineExit, ShowsTheSignal) {
    auto exit = whole_exit();
    exit.signal = SIGKILL;
    EXPECT_EQ(exit_line(exit), "[1.327000] pid=1234 signal=SIGKILL duration=1.204s\n");
    exit.signal = 35;
    exit.core_dumped = true;
    EXPECT_EQ(exit_line(exit), "[1.327000] pid=1234 signal=SIG35 core_dumped=true duration=1.204s\n");
}

TEST(LineExit, ShowsTheDurationInMilliseconds) {
    auto exit = whole_exit();
    for (const auto& [duration, text] : {std::pair{12'300'000ns, "0.012s"},
                                         {0ns, "0.000s"},
                                         {999'999'999ns, "0.999s"},
                                         {std::chrono::nanoseconds(100'000s), "100000.000s"}}) {
        exit.duration = duration;
        EXPECT_THAT(exit_line(exit), EndsWith(" duration="s + text + "\n"));
    }
    exit.duration.reset();
    EXPECT_EQ(exit_line(exit), "[1.327000] pid=1234 exit_code=0\n");
}

TEST(LineFork, ShowsTheChild) { EXPECT_EQ(line_of(whole_fork()), "[1.500000] pid=1234 child_pid=1240\n"); }

TEST(LineLost, NamesItsReason) {
    auto lost = whole_loss();
    lost.reason = LossReason::skipped;
    EXPECT_EQ(line_of(lost), "[1.400000] lost=312 reason=skipped\n");
}

TEST(LineFields, AreShownInTheOrderAskedFor) {
    EXPECT_EQ(line_of(whole_exec(), {}, {.fields = fields_of("comm,pid,argv")}),
              "[2.123456] comm=\"bash\" pid=1234 argv=[\"run.sh\",\"-l\"]\n");
}

// Each of them, of an exec.
TEST(LineFields, OfAnExec) {
    const auto exec = whole_exec();
    EXPECT_EQ(shown(exec, "type,seq,time,since_start_ns"),
              "type=exec seq=12 time=1970-01-01T00:00:02.123456789Z since_start_ns=2123456789");
    EXPECT_EQ(shown(exec, "pid,tid,ppid,ns_pid"), "pid=1234 tid=1235 ppid=1200 ns_pid=17");
    EXPECT_EQ(shown(exec, "exec_id,parent_exec_id,replaced_exec_id,start_time"),
              "exec_id=81234567890-1234-7 parent_exec_id=61000000000-1200-3 replaced_exec_id=81234567890-1234-6 "
              "start_time=1970-01-01T00:01:21.234567890Z");
    EXPECT_EQ(shown(exec, "uid,euid,gid,egid,loginuid,cap_effective,umask"),
              "uid=1000 euid=1001 gid=1002 egid=1003 loginuid=1004 cap_effective=0x1ffffffffff umask=0022");
    EXPECT_EQ(shown(exec, "syscall,syscall_id,comm,filename"),
              R"(syscall=execve syscall_id=59 comm="bash" filename="./run.sh")");
    EXPECT_EQ(shown(exec, "exe,exe_dev,exe_inode,interpreter,script,cwd,flags"),
              R"(exe="/usr/bin/dash" exe_dev=254:1 exe_inode=247728 interpreter="/bin/sh" )"
              R"(script="/home/ann/run.sh" cwd="/home/ann" flags=lexical)");
    EXPECT_EQ(shown(exec, "argv0,argc,argv_bytes,argv_source"),
              R"(argv0="run.sh" argc=2 argv_bytes=10 argv_source=committed)");
    EXPECT_EQ(shown(exec, "tty,sid,pgid,cgroup,unit,result"),
              R"(tty="pts/9" sid=1100 pgid=1101 cgroup="/system.slice/nginx.service" unit="nginx.service" result=0)");
}

TEST(LineFields, OfOtherEvents) {
    EXPECT_EQ(shown(AttemptEvent{ls_call(), ENOENT, true}, "type,error,result,fatal,flags,argv_source"),
              "type=attempt error=ENOENT result=-2 fatal=true flags=fatal argv_source=attempted");
    EXPECT_EQ(shown(AttemptEvent{ls_call(), ENOENT}, "fatal,pid"), "fatal=false pid=1234 error=ENOENT");
    EXPECT_EQ(shown(whole_exit(), "type,exec_id,core_dumped,duration_ns,user_ns,system_ns,max_rss_kb,exit_code"),
              "type=exit exec_id=81234567890-1234-7 core_dumped=false duration_ns=1204999999 user_ns=8000000 "
              "system_ns=4000000 max_rss_kb=2048 exit_code=0");
    EXPECT_EQ(shown(whole_fork(), "type,exec_id,child_exec_id,child_pid"),
              "type=fork exec_id=81234567890-1234-7 child_exec_id=82000000000-1240-7 child_pid=1240");
}

TEST(LineFields, AlwaysTellWhatIsNoPlainExec) {
    EXPECT_EQ(shown(whole_exec(), "pid"), "pid=1234");
    EXPECT_EQ(shown(AttemptEvent{ls_call(), ENOENT}, "pid"), "pid=1234 error=ENOENT");
    EXPECT_EQ(shown(AttemptEvent{ls_call(), ENOENT}, "error,pid"), "error=ENOENT pid=1234");
    EXPECT_EQ(shown(whole_exit(), "pid"), "pid=1234 exit_code=0");
    auto killed = whole_exit();
    killed.signal = SIGTERM;
    EXPECT_EQ(shown(killed, "pid,exit_code"), "pid=1234 signal=SIGTERM");
    EXPECT_EQ(shown(whole_fork(), "comm"), "child_pid=1240");
    EXPECT_EQ(line_of(whole_loss(), {}, {.fields = fields_of("pid,seq")}), "[1.400000] lost=312 reason=ring\n");
}

TEST(LineFields, MayLeaveNothingButTheTime) {
    EXPECT_EQ(line_of(whole_exec(), {}, {.fields = fields_of("signal")}), "[2.123456]\n");
}

TEST(LineFields, SayWhatCouldNotBeRead) {
    auto exec = whole_exec();
    exec.exe.reset();
    exec.interpreter.reset();
    exec.call.cwd.reset();
    exec.call.cgroup.reset();
    exec.call.arguments.reset();
    EXPECT_EQ(
        shown(exec, "exe,exe_dev,interpreter,script,cwd,cgroup,unit,argv0,argv,argc"),
        "exe=unreadable interpreter=unreadable cwd=unreadable cgroup=unreadable argv0=unreadable argv=unreadable");
}

TEST(LineFields, AreLeftOutWhereTheyDoNotApply) {
    auto exec = whole_exec();
    exec.is_script = false;
    exec.call.tty.reset();
    exec.call.loginuid.reset();
    exec.call.parent_exec_id.reset();
    EXPECT_EQ(shown(exec, "interpreter,script,flags,tty,loginuid,parent_exec_id,ancestry,container_id,pid"),
              "pid=1234");
}

TEST(LineFields, ListFlags) {
    auto exec = whole_exec();
    exec.exe->is_memfd = true;
    exec.exe->path.is_deleted = true;
    exec.is_script = false;
    EXPECT_EQ(shown(exec, "flags"), "flags=memfd,deleted");
}

TEST(LineFields, ListAncestors) {
    ProcessTable table;
    table.add({.pid = 1, .ppid = 0, .exec_id = {1s, 1, 1}, .parent_exec_id = {}, .comm = "in\nit"});
    table.add({.pid = 1200, .ppid = 1, .exec_id = {61s, 1200, 3}, .parent_exec_id = ExecId{1s, 1, 1}, .comm = "make"});
    table.apply(whole_exec());
    EXPECT_EQ(line_of(whole_exec(), {}, {.fields = fields_of("ancestry"), .lookups = {.table = &table}}),
              "[2.123456] ancestry=[\"make\",\"in\\nit\"]\n");
}

TEST(LineFields, ShowCutsWithoutTheirSizes) {
    auto exec = whole_exec();
    exec.call.filename = Bytes{"./ru", true};
    exec.call.arguments = Arguments{.bytes = "cc\0"sv, .is_cut = true, .total_bytes = 20, .true_count = 4};
    EXPECT_EQ(shown(exec, "filename,script,argv"), R"(filename="./ru"... script="/home/ann/ru"... argv=["cc",...])");
}

TEST(LineFields, QuoteWhatAProcessChose) {
    const auto text = "/a\n[0.1] pid=1\x1b[2J\xff\"" + utf8(0x202E);
    const std::string_view hostile = text;
    constexpr auto kQuoted = R"("/a\n[0.1] pid=1\x1b[2J\xff\"\u{202e}")"sv;
    auto exec = whole_exec();
    exec.call.comm = hostile;
    exec.call.filename = Bytes{hostile};
    exec.exe->path.path = hostile;
    exec.interpreter = Bytes{hostile};
    exec.call.cwd->path = hostile;
    exec.call.cgroup->path = hostile;
    exec.call.tty = hostile;
    for (const auto* field : {"comm", "filename", "exe", "interpreter", "script", "cwd", "cgroup", "tty"})
        EXPECT_EQ(shown(exec, field), field + "="s + std::string(kQuoted));
    exec.call.filename = Bytes{hostile.substr(1)};
    EXPECT_EQ(shown(exec, "script"),
              "script=\"" + std::string(kQuoted.substr(1, kQuoted.size() - 2)) + std::string(kQuoted.substr(1)));
}

}  // namespace
}  // namespace exectap
