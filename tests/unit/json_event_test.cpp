// SPDX-License-Identifier: MIT OR Apache-2.0
// Events as JSON: which keys, in which order, with which values.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "process/table.h"
#include "unit/events.h"
#include "unit/json.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;

// 2026-01-31T09:41:03.123456789Z was 2.123456789 s after boot.
constexpr Clock kClock{.style = TimeStyle::start, .start_since_boot = 2s, .wall_minus_boot = 1'769'852'461s};

// What ran before: sshd, and bash that it started.
ProcessTable table_of_ancestors() {
    ProcessTable table;
    table.add({.pid = 1, .ppid = 0, .exec_id = {1s, 1, 1}, .parent_exec_id = {}, .comm = "sshd"});
    table.add(
        {.pid = 1200, .ppid = 1, .exec_id = {61s, 1200, 3}, .parent_exec_id = ExecId{1s, 1, 1}, .comm = "ba\xff"});
    return table;
}

std::string text_of(const Event& event) {
    std::string text;
    JsonFormat(kClock).append(text, event);
    return text;
}

TEST(JsonExec, HasEveryFieldInOrder) {
    EXPECT_EQ(
        text_of(whole_exec()),
        R"({"v":1,"type":"exec","seq":12,"time":"2026-01-31T09:41:03.123456789Z","since_start_ns":123456789,)"
        R"("pid":1234,"tid":1235,"ppid":1200,"ns_pid":17,"exec_id":"81234567890-1234-7",)"
        R"("parent_exec_id":"61000000000-1200-3","replaced_exec_id":"81234567890-1234-6",)"
        R"("start_time":"2026-01-31T09:42:22.234567890Z","uid":1000,"euid":1001,"gid":1002,"egid":1003,"loginuid":1004,)"
        R"("cap_effective":"0x1ffffffffff","umask":"0022","syscall":"execve","syscall_id":59,"comm":"bash",)"
        R"("filename":"./run.sh","exe":"/usr/bin/dash","exe_dev":"254:1","exe_inode":247728,"interpreter":"/bin/sh",)"
        R"("script":"/home/ann/run.sh","cwd":"/home/ann","flags":["lexical"],"argv":["run.sh","-l"],"argc":2,)"
        R"("argv_bytes":10,"argv_source":"committed","tty":"pts/9","sid":1100,"pgid":1101,)"
        R"("cgroup":"/system.slice/nginx.service","unit":"nginx.service","result":0})"
        "\n");
}

TEST(JsonAttempt, HasEveryFieldInOrder) {
    auto call = whole_exec().call;
    call.exec_id.self_exec_id = 6;
    EXPECT_EQ(
        text_of(AttemptEvent{call, ENOENT}),
        R"({"v":1,"type":"attempt","seq":12,"time":"2026-01-31T09:41:03.123456789Z","since_start_ns":123456789,)"
        R"("pid":1234,"tid":1235,"ppid":1200,"ns_pid":17,"exec_id":"81234567890-1234-6",)"
        R"("parent_exec_id":"61000000000-1200-3",)"
        R"("start_time":"2026-01-31T09:42:22.234567890Z","uid":1000,"euid":1001,"gid":1002,"egid":1003,"loginuid":1004,)"
        R"("cap_effective":"0x1ffffffffff","umask":"0022","syscall":"execve","syscall_id":59,"comm":"bash",)"
        R"("filename":"./run.sh","cwd":"/home/ann","flags":[],"argv":["run.sh","-l"],"argc":2,)"
        R"("argv_bytes":10,"argv_source":"attempted","tty":"pts/9","sid":1100,"pgid":1101,)"
        R"("cgroup":"/system.slice/nginx.service","unit":"nginx.service","result":-2,"error":"ENOENT"})"
        "\n");
}

TEST(JsonExit, HasEveryFieldInOrder) {
    EXPECT_EQ(text_of(whole_exit()),
              R"({"v":1,"type":"exit","seq":13,"time":"2026-01-31T09:41:02.327000000Z","since_start_ns":-673000000,)"
              R"("pid":1234,"exec_id":"81234567890-1234-7","exit_code":0,"core_dumped":false,"duration_ns":1204999999,)"
              R"("user_ns":8000000,"system_ns":4000000,"max_rss_kb":2048})"
              "\n");
}

TEST(JsonFork, HasEveryFieldInOrder) {
    EXPECT_EQ(text_of(whole_fork()),
              R"({"v":1,"type":"fork","seq":14,"time":"2026-01-31T09:41:02.500000000Z","since_start_ns":-500000000,)"
              R"("pid":1234,"child_pid":1240,"exec_id":"81234567890-1234-7","child_exec_id":"82000000000-1240-7"})"
              "\n");
}

TEST(JsonLost, HasEveryFieldInOrder) {
    EXPECT_EQ(text_of(whole_loss()),
              R"({"v":1,"type":"lost","seq":15,"count":312,"reason":"ring","from_ns":-700000000,"to_ns":-600000000})"
              "\n");
}

TEST(JsonLost, NamesItsReason) {
    auto lost = whole_loss();
    lost.reason = LossReason::queue;
    EXPECT_EQ(json_of(lost).at("reason"), "queue");
    lost.reason = LossReason::output;
    EXPECT_EQ(json_of(lost).at("reason"), "output");
    lost.reason = LossReason::skipped;
    EXPECT_EQ(json_of(lost).at("reason"), "skipped");
}

TEST(JsonExec, LeavesOutWhatDoesNotApply) {
    auto exec = whole_exec();
    exec.call.parent_exec_id.reset();
    exec.call.exec_id.self_exec_id = 0;
    exec.call.loginuid.reset();
    exec.call.syscall_id.reset();
    exec.call.tty.reset();
    exec.call.cgroup = Path{.path = "/"};
    exec.is_script = false;
    const auto whole = keys_of(json_of(whole_exec()));
    const auto keys = keys_of(json_of(exec));

    std::vector<std::string> left_out;
    for (const auto& key : whole)
        if (std::find(keys.begin(), keys.end(), key) == keys.end()) left_out.push_back(key);
    EXPECT_THAT(left_out, ElementsAre("parent_exec_id", "replaced_exec_id", "loginuid", "syscall", "syscall_id",
                                      "interpreter", "script", "tty", "unit"));
    EXPECT_EQ(keys.size() + left_out.size(), whole.size());
}

TEST(JsonExec, ListsWhatCouldNotBeRead) {
    auto exec = whole_exec();
    exec.call.comm.reset();
    exec.call.filename.reset();
    exec.call.arguments.reset();
    exec.call.cwd.reset();
    exec.call.cgroup.reset();
    exec.exe.reset();
    exec.interpreter.reset();
    const auto json = json_of(exec);

    EXPECT_EQ(json.at("unreadable").dump(), R"(["comm","filename","exe","interpreter","cwd","argv","cgroup"])");
    EXPECT_EQ(keys_of(json).back(), "unreadable");
    for (const auto* key : {"comm", "filename", "exe", "exe_dev", "exe_inode", "interpreter", "script", "cwd", "argv",
                            "argc", "argv_bytes", "cgroup", "unit", "container_id", "argv_truncated"})
        EXPECT_FALSE(json.contains(key)) << key;
    EXPECT_EQ(json.at("flags").dump(), "[]");
}

TEST(JsonAttempt, DoesNotMissWhatOnlyAnExecHas) {
    auto call = whole_exec().call;
    call.arguments.reset();
    EXPECT_EQ(json_of(AttemptEvent{call, ENOENT}).at("unreadable").dump(), R"(["argv"])");
}

TEST(JsonExec, ForgetsWhatCouldNotBeReadOfTheLastOne) {
    JsonFormat format({});
    auto exec = whole_exec();
    exec.exe.reset();
    std::string first;
    format.append(first, exec);
    EXPECT_TRUE(parse_line(first).contains("unreadable"));
    std::string second;
    format.append(second, whole_exec());
    EXPECT_FALSE(parse_line(second).contains("unreadable"));
}

TEST(JsonExec, NamesTheSystemCall) {
    auto exec = whole_exec();
    exec.call.is_execveat = true;
    exec.call.syscall_id = 322;
    EXPECT_EQ(json_of(exec).at("syscall"), "execveat");
    EXPECT_EQ(json_of(exec).at("syscall_id"), 322);
}

TEST(JsonExec, ShowsMasksTheUsualWay) {
    auto exec = whole_exec();
    exec.call.cap_effective = 0;
    exec.call.umask = 0;
    EXPECT_EQ(json_of(exec).at("cap_effective"), "0x0");
    EXPECT_EQ(json_of(exec).at("umask"), "0000");
    exec.call.cap_effective = ~std::uint64_t{0};
    exec.call.umask = 0777;
    EXPECT_EQ(json_of(exec).at("cap_effective"), "0xffffffffffffffff");
    EXPECT_EQ(json_of(exec).at("umask"), "0777");
}

TEST(JsonExec, SaysThatArgumentsAreCut) {
    auto exec = whole_exec();
    exec.call.arguments = Arguments{.bytes = "cc\0-o lo"sv, .is_cut = true, .total_bytes = 2'097'152, .true_count = {}};
    const auto json = json_of(exec);
    EXPECT_EQ(json.at("argv").dump(), R"(["cc","-o lo"])");
    EXPECT_EQ(json.at("argv_bytes"), 2'097'152);
    EXPECT_EQ(json.at("argv_truncated"), true);
    EXPECT_FALSE(json.contains("argc"));
    const auto keys = keys_of(json);
    const auto argv = std::find(keys.begin(), keys.end(), "argv");
    EXPECT_THAT(std::vector(argv, argv + 4), ElementsAre("argv", "argv_bytes", "argv_truncated", "argv_source"));
}

TEST(JsonExec, HasNoArguments) {
    auto exec = whole_exec();
    exec.call.arguments = whole_arguments("");
    EXPECT_EQ(json_of(exec).at("argv").dump(), "[]");
    EXPECT_EQ(json_of(exec).at("argc"), 0);
    exec.call.arguments = whole_arguments("\0\0"sv);
    EXPECT_EQ(json_of(exec).at("argv").dump(), R"(["",""])");
}

std::string flags_of_exec(void (*change)(ExecEvent&)) {
    auto exec = whole_exec();
    change(exec);
    return json_of(exec).at("flags").dump();
}

TEST(JsonFlags, OfAnExec) {
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.is_script = false; }), "[]");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->is_memfd = true; }), R"(["memfd","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->path.is_deleted = true; }), R"(["deleted","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->is_setuid = true; }), R"(["setuid","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->is_setgid = true; }), R"(["setgid","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->is_writable = true; }), R"(["writable","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->path.is_unreachable = true; }), R"(["unreachable","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.exe->path.is_torn = true; }), R"(["torn","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.call.cwd->is_deleted = true; }), R"(["cwd_deleted","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.call.cwd->is_unreachable = true; }),
              R"(["cwd_unreachable","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.call.cwd->is_torn = true; }), R"(["cwd_torn","lexical"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.call.filename->is_cut = true; }), R"(["lexical","filename_cut"])");
    EXPECT_EQ(flags_of_exec([](ExecEvent& e) { e.interpreter->is_cut = true; }), R"(["lexical","interpreter_cut"])");
}

TEST(JsonFlags, OfAnAttempt) {
    EXPECT_EQ(json_of(AttemptEvent{whole_exec().call, ENOMEM, true}).at("flags").dump(), R"(["fatal"])");
    EXPECT_FALSE(json_of(AttemptEvent{whole_exec().call, ENOMEM, true}).contains("fatal"));
}

Json script_of(std::string_view filename, std::optional<Path> cwd) {
    auto exec = whole_exec();
    exec.call.filename = Bytes{filename};
    exec.call.cwd = cwd;
    return json_of(exec).value("script", Json());
}

TEST(JsonScript, IsMadeAbsolute) {
    const Path home{.path = "/home/ann"};
    EXPECT_EQ(script_of("/opt/a.sh", home), "/opt/a.sh");
    EXPECT_EQ(script_of("/opt/a.sh", {}), "/opt/a.sh");
    EXPECT_EQ(script_of("a.sh", home), "/home/ann/a.sh");
    EXPECT_EQ(script_of("./a.sh", home), "/home/ann/a.sh");
    EXPECT_EQ(script_of("././/./a.sh", home), "/home/ann/a.sh");
    EXPECT_EQ(script_of("../a.sh", home), "/home/ann/../a.sh");
    EXPECT_EQ(script_of(".a/./b", home), "/home/ann/.a/./b");
    EXPECT_EQ(script_of("a.sh", Path{.path = "/"}), "/a.sh");
    EXPECT_EQ(script_of("a.sh", Path{.path = ".../deep"}), ".../deep/a.sh");
}

TEST(JsonScript, IsAbsentWhereItCannotBeTold) {
    EXPECT_TRUE(script_of("a.sh", {}).is_null());
    EXPECT_TRUE(script_of("a.sh", Path{}).is_null());
    EXPECT_TRUE(script_of("", Path{.path = "/"}).is_null());
    auto exec = whole_exec();
    exec.call.cwd.reset();
    EXPECT_EQ(json_of(exec).at("flags").dump(), "[]");
}

TEST(JsonExec, NamesTheContainer) {
    auto exec = whole_exec();
    const auto id = std::string(64, 'a');
    const auto cgroup = "/system.slice/docker-" + id + ".scope";
    exec.call.cgroup = Path{.path = cgroup};
    EXPECT_EQ(json_of(exec).at("container_id"), id);
}

TEST(JsonExec, TellsOfItsAncestors) {
    auto table = table_of_ancestors();
    table.apply(whole_exec());
    const auto json = json_of(whole_exec(), kClock, &table);
    EXPECT_EQ(json.at("ancestry").dump(), "[\"ba\uFFFD\",\"sshd\"]");
    EXPECT_EQ(json.at("ancestry_raw").dump(), R"(["YmH/","c3NoZA=="])");
    EXPECT_EQ(keys_of(json)[keys_of(json).size() - 2], "ancestry");
}

TEST(JsonExec, HasNoAncestryWhereNothingIsKnown) {
    const ProcessTable empty;
    EXPECT_FALSE(json_of(whole_exec(), kClock, &empty).contains("ancestry"));
}

TEST(JsonExec, TellsOfSoManyAncestors) {
    ProcessTable table;
    for (std::uint32_t pid = 1; pid <= 100; pid++)
        table.add({.pid = pid,
                   .ppid = pid - 1,
                   .exec_id = {1s, pid, 1},
                   .parent_exec_id = pid > 1 ? std::optional(ExecId{1s, pid - 1, 1}) : std::nullopt,
                   .comm = std::to_string(pid)});
    auto exec = whole_exec();
    exec.call.exec_id = {1s, 100, 1};
    const auto ancestry = json_of(exec, kClock, &table).at("ancestry");
    EXPECT_EQ(ancestry.size(), 64U);
    EXPECT_EQ(ancestry.front(), "99");
}

TEST(JsonAttempt, NamesErrors) {
    EXPECT_EQ(json_of(AttemptEvent{ls_call(), EACCES}).at("error"), "EACCES");
    EXPECT_EQ(json_of(AttemptEvent{ls_call(), EACCES}).at("result"), -13);
    EXPECT_EQ(json_of(AttemptEvent{ls_call(), 524}).at("error"), "E524");
}

TEST(JsonExit, HasASignalOrACode) {
    auto exit = whole_exit();
    exit.exit_code = 3;
    EXPECT_EQ(json_of(exit).at("exit_code"), 3);
    EXPECT_FALSE(json_of(exit).contains("signal"));
    exit.signal = SIGSEGV;
    exit.core_dumped = true;
    EXPECT_EQ(json_of(exit).at("signal"), "SIGSEGV");
    EXPECT_EQ(json_of(exit).at("core_dumped"), true);
    EXPECT_FALSE(json_of(exit).contains("exit_code"));
    exit.signal = 35;
    EXPECT_EQ(json_of(exit).at("signal"), "SIG35");
}

TEST(JsonExit, LeavesOutWhatIsNotKnown) {
    auto exit = whole_exit();
    exit.duration.reset();
    exit.user_time.reset();
    exit.system_time.reset();
    exit.max_rss_kb.reset();
    EXPECT_EQ(keys_of(json_of(exit)).back(), "core_dumped");
}

// Each text that an observed process chose.
TEST(JsonRaw, FollowsEachTextThatIsNotUtf8) {
    constexpr auto kBad = "/a\xff/b\xe6\x97"sv;
    auto exec = whole_exec();
    exec.call.comm = kBad;
    exec.call.filename = Bytes{kBad.substr(1)};
    exec.exe->path.path = kBad;
    exec.interpreter = Bytes{kBad};
    exec.call.cwd->path = kBad;
    exec.call.cgroup->path = kBad;
    exec.call.tty = kBad;
    const auto json = json_of(exec);
    const auto keys = keys_of(json);
    for (const auto* name : {"comm", "exe", "interpreter", "cwd", "tty", "cgroup"}) {
        EXPECT_EQ(json.at(name), "/a\uFFFD/b\uFFFD") << name;
        EXPECT_EQ(base64_decoded(json.at(name + "_raw"s).get<std::string>()), kBad) << name;
        EXPECT_EQ(*std::next(std::find(keys.begin(), keys.end(), name)), name + "_raw"s);
    }
    EXPECT_EQ(base64_decoded(json.at("filename_raw").get<std::string>()), kBad.substr(1));
    EXPECT_EQ(json.at("script"), "/a\uFFFD/b\uFFFD/a\uFFFD/b\uFFFD");
    EXPECT_EQ(base64_decoded(json.at("script_raw").get<std::string>()), std::string(kBad) + std::string(kBad));
}

TEST(JsonRaw, OfAListIsOfAllOfIt) {
    auto exec = whole_exec();
    exec.call.arguments = whole_arguments(
        "ls\0\xff\0"
        "é\0"sv);
    const auto json = json_of(exec);
    EXPECT_EQ(json.at("argv").dump(), "[\"ls\",\"\uFFFD\",\"é\"]");
    EXPECT_EQ(json.at("argv_raw").dump(), R"(["bHM=","/w==","w6k="])");
}

TEST(JsonRaw, IsNotThereForUtf8) {
    auto exec = whole_exec();
    const auto text = "日本\x1b\uFFFD" + utf8(0x202E);
    exec.call.comm = text;
    const auto json = json_of(exec);
    EXPECT_EQ(json.at("comm"), text);
    for (const auto& key : keys_of(json)) EXPECT_FALSE(key.ends_with("_raw")) << key;
}

}  // namespace
}  // namespace exectap
