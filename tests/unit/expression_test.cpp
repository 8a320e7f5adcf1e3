// SPDX-License-Identifier: MIT OR Apache-2.0
// What expressions say of events that are wholly known.
#include "filter/expression.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <limits>
#include <string>
#include <string_view>

#include "process/table.h"
#include "sink/escape.h"
#include "unit/allocations.h"
#include "unit/expressions.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;

void expect_of(const Event& event, Truth truth, std::initializer_list<std::string_view> tests,
               const ProcessTable* table = nullptr) {
    for (const auto test : tests) EXPECT_EQ(truth_of(test, event, table), truth) << test;
}

ProcessTable table_of_ancestors() {
    ProcessTable table;
    table.add({.pid = 1, .ppid = 0, .exec_id = {1s, 1, 1}, .parent_exec_id = {}, .comm = "init"});
    table.add({.pid = 1200, .ppid = 1, .exec_id = {61s, 1200, 3}, .parent_exec_id = ExecId{1s, 1, 1}, .comm = "sshd"});
    table.apply(whole_exec());
    return table;
}

TEST(Truth, CombinesAsKleeneHasIt) {
    using enum Truth;
    constexpr std::array kAll = {no, yes, unknown, not_applicable};
    constexpr std::array<std::array<Truth, 4>, 4> kBoth = {{{no, no, no, no},
                                                            {no, yes, unknown, not_applicable},
                                                            {no, unknown, unknown, unknown},
                                                            {no, not_applicable, unknown, not_applicable}}};
    constexpr std::array<std::array<Truth, 4>, 4> kEither = {{{no, yes, unknown, not_applicable},
                                                              {yes, yes, yes, yes},
                                                              {unknown, yes, unknown, unknown},
                                                              {not_applicable, yes, unknown, not_applicable}}};
    for (std::size_t i = 0; i < kAll.size(); i++)
        for (std::size_t j = 0; j < kAll.size(); j++) {
            EXPECT_EQ(both(kAll[i], kAll[j]), kBoth[i][j]) << kAll[i] << ", " << kAll[j];
            EXPECT_EQ(either(kAll[i], kAll[j]), kEither[i][j]) << kAll[i] << ", " << kAll[j];
        }
    EXPECT_EQ(opposite(yes), no);
    EXPECT_EQ(opposite(no), yes);
    EXPECT_EQ(opposite(unknown), unknown);
    EXPECT_EQ(opposite(not_applicable), not_applicable);
}

TEST(Expression, BindsNotBeforeAndBeforeOr) {
    expect_of(whole_exec(), Truth::yes,
              {"pid == 1234 || pid == 1 && pid == 2", "pid == 1 && pid == 2 || pid == 1234", "!pid == 1 && pid == 1234",
               "!(pid == 1 || pid == 2)", "!!pid == 1234", "pid == 1 || pid == 2 || pid == 1234",
               "pid==1234&&uid==1000&&gid==1002", "( ( pid == 1234 ) )", "pid == 1234 && (uid == 1 || uid == 1000)"});
    expect_of(whole_exec(), Truth::no,
              {"(pid == 1234 || pid == 1) && pid == 2", "pid == 1 && (pid == 2 || pid == 1234)",
               "!(pid == 1 || pid == 1234)", "!pid == 1234", "!pid"});
}

TEST(Expression, TakesAnySpaceOrNone) {
    expect_of(
        whole_exec(), Truth::yes,
        {"comm==\"bash\"", "\tcomm\n==\r\n'bash' ", "pid in{1234,1}", "pid in { 1 , 1234 }", "!(pid<1)&&!(pid>1234)"});
}

TEST(Expression, ComparesNumbers) {
    expect_of(whole_exec(), Truth::yes,
              {"pid == 1234", "pid == 0x4d2", "pid == 0X4D2", "pid != 1", "pid < 1235", "pid <= 1234", "pid >= 1234",
               "pid > 1233", "pid > -1", "pid in {1, 1234, 2}", "result == 0", "result == -0", "result > -1",
               "pid <= 18446744073709551615", "exe_inode == 247728", "argc == 2"});
    expect_of(whole_exec(), Truth::no,
              {"pid != 1234", "pid == 1", "pid < 1234", "pid <= 1233", "pid >= 1235", "pid > 1234", "pid == -1234",
               "pid in {1, 2}", "result < 0"});
    const AttemptEvent attempt{ls_call(), ENOENT};
    expect_of(attempt, Truth::yes,
              {"result == -2", "result < 0", "result < -1", "result > -3", "result in {-2, -13}", "result <= -2"});
    auto exit = whole_exit();
    exit.max_rss_kb = std::numeric_limits<std::uint64_t>::max();
    expect_of(exit, Truth::yes, {"max_rss_kb == 0xffffffffffffffff", "max_rss_kb > -1", "max_rss_kb > 2"});
    exit.max_rss_kb = 1ULL << 63;
    expect_of(exit, Truth::yes, {"max_rss_kb > 9223372036854775807", "max_rss_kb != -9223372036854775808"});
}

TEST(Expression, ComparesDurationsInUnits) {
    auto exit = whole_exit();
    exit.duration = 1500ms;
    expect_of(exit, Truth::yes,
              {"duration_ns == 1500000000", "duration_ns == 1500000000ns", "duration_ns == 1500000us",
               "duration_ns == 1500ms", "duration_ns == 1.5s", "duration_ns == 1.50000000000s", "duration_ns == 0.025m",
               "duration_ns > 1s", "duration_ns < 1m", "duration_ns in {1s, 1.5s}", "duration_ns > -1s",
               "user_ns == 8ms", "since_start_ns >= 1.327s"});
    expect_of(exit, Truth::no, {"duration_ns > 1.5s", "duration_ns < 1.5s", "duration_ns == -1.5s"});
}

TEST(Expression, ComparesTextsByTheirBytes) {
    expect_of(whole_exec(), Truth::yes,
              {R"(comm == "bash")", "comm == 'bash'", R"(comm != "sh")", R"(comm in {"sh", "bash", "dash"})",
               R"(type == "exec")", R"(tty == "pts/9")", R"(argv0 == "run.sh")", R"(umask == "0022")",
               R"(cap_effective == "0x1ffffffffff")", R"(exec_id == "81234567890-1234-7")", R"(exe_dev == "254:1")",
               R"(unit == "nginx.service")", R"(syscall in {"execve", "execveat"})", R"(comm != "")"});
    expect_of(whole_exec(), Truth::no,
              {R"(comm == "Bash")", R"(comm == "bas")", R"(comm == "bashh")", R"(comm == "")", R"(comm in {"sh"})",
               R"(exe == "dash")", R"(comm == "b*")", R"(comm != "bash")"});
}

TEST(Expression, ComparesErrorsAndSignalsByName) {
    expect_of(AttemptEvent{ls_call(), ENOENT}, Truth::yes,
              {R"(error == "ENOENT")", R"(error ~ "ENO*")", R"(error != "EACCES")", "error"});
    expect_of(AttemptEvent{ls_call(), 524}, Truth::yes, {R"(error == "E524")"});
    auto exit = whole_exit();
    exit.signal = SIGKILL;
    expect_of(exit, Truth::yes, {R"(signal == "SIGKILL")", "signal", "!exit_code", R"(signal ~ "SIG[KT]*")"});
}

TEST(Expression, TakesTextAsALineShowsIt) {
    auto exec = whole_exec();
    const auto hidden = "a" + utf8(0x200B) + utf8(0x202E) + utf8(0xE0001) + "é";
    for (const auto text : {"\n\r\t\\\"'"sv, "\x1b\x7f\xff"sv, std::string_view{hidden}, "caf\xe9"sv}) {
        exec.call.comm = text;
        std::string quoted;
        append_quoted(quoted, text);
        expect_of(exec, Truth::yes, {"comm == " + quoted});
    }
    exec.call.comm = "it's \"é\"\u07ff\x41";
    expect_of(exec, Truth::yes, {R"(comm == 'it\'s "é"\u{7ff}A')", R"(comm == "it's \"\u{E9}\"\u{07fF}\x41")"});
    exec.call.comm = "\U0001f600";
    expect_of(exec, Truth::yes, {R"(comm == "\u{1f600}")", R"(comm ~ "?")", R"(comm == "\xf0\x9f\x98\x80")"});
}

TEST(Expression, MatchesGlobs) {
    expect_of(whole_exec(), Truth::yes,
              {R"(comm ~ "b*")", R"(comm ~ "?ash")", R"(comm ~ "[a-c]*")", R"(comm !~ "sh")", R"(comm ~ "bash")",
               R"(unit ~ "*.service")", R"(time ~ "1970-*")", R"(comm ~ "\\b*")"});
    expect_of(whole_exec(), Truth::no, {R"(comm ~ "sh")", R"(comm !~ "b*")", R"(comm ~ "[!b]*")", R"(comm ~ "\\*")"});
}

TEST(Expression, MatchesTheLastComponentOfAPath) {
    auto exec = whole_exec();
    exec.call.filename = Bytes{"a/run.sh"};
    expect_of(
        exec, Truth::yes,
        {R"(exe ~ "dash")", R"(exe ~ "/usr/bin/dash")", R"(exe ~ "*/dash")", R"(exe ~ "/usr/*")",
         R"(script ~ "run.sh")", R"(script == "/home/ann/a/run.sh")", R"(script ~ "/home/*/a/*")", R"(filename ~ "r*")",
         R"(interpreter ~ "sh")", R"(cwd ~ "ann")", R"(cgroup ~ "nginx.*")", R"(exe !~ "bin")"});
    expect_of(exec, Truth::no,
              {R"(exe ~ "bin")", R"(exe ~ "usr*")", R"(exe ~ "bin/dash")", R"(script ~ "ann")", R"(exe == "dash")",
               R"(script == "/home/anna/run.sh")"});
    exec.call.cwd->path = "/home/ann//";
    exec.call.cgroup->path = "/";
    expect_of(exec, Truth::yes,
              {R"(cwd ~ "ann")", R"(cgroup ~ "*")", R"(cgroup ~ "/")", R"(cgroup == "/")",
               R"(script == "/home/ann/a/run.sh")"});
    expect_of(exec, Truth::no, {R"(cgroup ~ "?")"});
    // What is no path is matched as a whole.
    expect_of(exec, Truth::no, {R"(tty ~ "9")"});
}

TEST(Expression, AsksForOneElementOfAList) {
    auto exec = whole_exec();
    exec.call.filename = Bytes{"/home/ann/run.sh"};
    exec.exe->is_memfd = true;
    const auto table = table_of_ancestors();
    expect_of(
        exec, Truth::yes,
        {R"(argv == "run.sh")", R"(argv == "-l")", R"(argv ~ "-*")", R"(argv in {"x", "-l"})", R"(argv != "x")",
         R"(argv !~ "x*")", R"(flags == "memfd")", R"(flags ~ "mem*")", R"(flags != "setuid")", R"(ancestry == "sshd")",
         R"(ancestry == "init")", R"(ancestry ~ "s*")", R"(ancestry != "bash")", "argv", "flags", "ancestry"},
        &table);
    expect_of(exec, Truth::no,
              {R"(argv == "run.sh -l")", R"(argv != "-l")", R"(argv !~ "-*")", R"(argv == "")", R"(flags == "setuid")",
               R"(ancestry == "bash")", "!argv", "!ancestry"},
              &table);
    exec.call.arguments = whole_arguments("");
    expect_of(exec, Truth::no, {"argv", R"(argv == "")"});
    exec.call.arguments = whole_arguments("\0"sv);
    expect_of(exec, Truth::yes, {"argv", R"(argv == "")"});
    expect_of(AttemptEvent{whole_exec().call, ENOENT}, Truth::no, {"flags", R"(flags == "fatal")"});
}

TEST(Expression, AsksWhetherAFieldIsThere) {
    auto exec = whole_exec();
    expect_of(exec, Truth::yes, {"tty", "pid", "exe", "script", "loginuid", "comm", "argc"});
    exec.call.tty.reset();
    exec.call.loginuid.reset();
    exec.call.filename = Bytes{""};
    expect_of(exec, Truth::no, {"tty", "loginuid", "script", "container_id", "argv_truncated"});
    expect_of(exec, Truth::yes, {"filename", "result"});
    expect_of(AttemptEvent{ls_call(), ENOENT, true}, Truth::yes, {"fatal", "!!fatal"});
    expect_of(AttemptEvent{ls_call(), ENOENT, false}, Truth::no, {"fatal"});
    expect_of(whole_exit(), Truth::no, {"core_dumped"});
}

TEST(Expression, TakesAnAbsentValueForOneThatPassesNoTest) {
    auto exec = whole_exec();
    exec.call.tty.reset();
    exec.call.loginuid.reset();
    expect_of(exec, Truth::no,
              {R"(tty == "pts/9")", R"(tty ~ "*")", R"(tty in {"pts/9"})", "tty", "loginuid < 5", "loginuid >= 5",
               "loginuid == 0"});
    expect_of(exec, Truth::yes,
              {R"(tty != "pts/9")", R"(tty !~ "*")", "!tty", "!(loginuid < 5)", "loginuid != 0", "!loginuid"});
}

TEST(Expression, IsNotApplicableWhereItsFieldIsNone) {
    expect_of(whole_exec(), Truth::not_applicable,
              {"exit_code == 0", "exit_code != 0", "!(error == \"ENOENT\")", "lost > 0",
               "pid == 1234 && exit_code == 0", "pid == 1 || exit_code == 0"});
    expect_of(whole_exec(), Truth::no, {"pid == 1 && exit_code == 0"});
    expect_of(whole_exec(), Truth::yes, {"pid == 1234 || exit_code == 0"});
    expect_of(whole_exit(), Truth::not_applicable, {"comm == \"bash\"", "comm != \"bash\"", "exe", "argv", "uid == 0"});
    expect_of(whole_fork(), Truth::not_applicable, {"comm == \"bash\"", "exit_code"});
    expect_of(whole_loss(), Truth::not_applicable, {"pid == 1", "time"});
    // Whether it is there is known of a call.
    expect_of(whole_exec(), Truth::no, {"error", "fatal", "exit_code", "child_pid"});
    expect_of(whole_exec(), Truth::yes, {"!error", "pid == 1234 && !exit_code"});
    expect_of(whole_loss(), Truth::yes, {"lost == 312", "count > 311", "reason == \"ring\"", "type == \"lost\""});
}

TEST(Expression, KnowsWhatItNeeds) {
    EXPECT_EQ(expression("pid == 1 && comm == \"a\"").needs(), FieldNeeds{});
    EXPECT_EQ(expression("pid == 1 && exe ~ \"a\"").needs(), (FieldNeeds{.paths = true, .ancestry = false}));
    EXPECT_EQ(expression("!(ancestry == \"a\")").needs(), (FieldNeeds{.paths = false, .ancestry = true}));
    EXPECT_EQ(expression("ancestry || cwd").needs(), (FieldNeeds{.paths = true, .ancestry = true}));
}

TEST(Expression, KnowsWhichKindsItNames) {
    EXPECT_THAT(expression("pid == 1 && comm == \"a\" && type == \"exit\"").kinds_named(),
                ElementsAre(false, false, false, false, false));
    EXPECT_THAT(expression("exe ~ \"a\"").kinds_named(), ElementsAre(true, false, false, false, false));
    EXPECT_THAT(expression("error").kinds_named(), ElementsAre(false, true, false, false, false));
    EXPECT_THAT(expression("pid == 1 || !(exit_code == 0)").kinds_named(),
                ElementsAre(false, false, true, false, false));
    EXPECT_THAT(expression("child_pid == 1 && lost > 3").kinds_named(), ElementsAre(false, false, false, true, true));
}

TEST(Expression, IsPutTogether) {
    const Clock clock;
    const EventContext context{clock};
    const auto yes = expression("pid == 1234 || uid == 1");
    const auto no = expression("!(pid == 1234) && uid == 1000");
    EXPECT_EQ(all_of({yes, yes}).test(whole_exec(), context), Truth::yes);
    EXPECT_EQ(all_of({yes, no}).test(whole_exec(), context), Truth::no);
    EXPECT_EQ(any_of({no, yes}).test(whole_exec(), context), Truth::yes);
    EXPECT_EQ(any_of({no, no}).test(whole_exec(), context), Truth::no);
    EXPECT_EQ(all_of({any_of({no, yes}), all_of({yes})}).test(whole_exec(), context), Truth::yes);
    EXPECT_EQ(all_of({}).test(whole_exec(), context), Truth::yes);
    EXPECT_EQ(any_of({}).test(whole_exec(), context), Truth::no);
    EXPECT_TRUE(all_of({yes, expression("exe")}).needs().paths);
}

Truth caller(const std::vector<std::string>& globs, const Event& event) {
    std::vector<Glob> parsed;
    parsed.reserve(globs.size());
    for (const auto& glob : globs) parsed.push_back(glob_of(glob));
    const Clock clock;
    return matches_caller(parsed).test(event, {clock});
}

Truth exe(const std::vector<std::string>& globs, const Event& event) {
    std::vector<Glob> parsed;
    parsed.reserve(globs.size());
    for (const auto& glob : globs) parsed.push_back(glob_of(glob));
    const Clock clock;
    return matches_exe(parsed).test(event, {clock});
}

TEST(MatchesCaller, MeansTheNameBeforeTheExec) {
    EXPECT_EQ(caller({"ba*"}, whole_exec()), Truth::yes);
    EXPECT_EQ(caller({"sh", "bash"}, whole_exec()), Truth::yes);
    EXPECT_EQ(caller({"sh", "dash"}, whole_exec()), Truth::no);
    EXPECT_EQ(caller({"bash"}, AttemptEvent{ls_call(), ENOENT}), Truth::yes);
    EXPECT_EQ(caller({"bash"}, whole_exit()), Truth::not_applicable);
}

TEST(MatchesExe, MeansTheFileTheScriptOrWhatWasTried) {
    EXPECT_EQ(exe({"dash"}, whole_exec()), Truth::yes);
    EXPECT_EQ(exe({"/usr/bin/*"}, whole_exec()), Truth::yes);
    EXPECT_EQ(exe({"run.sh"}, whole_exec()), Truth::yes);
    EXPECT_EQ(exe({"/home/ann/*"}, whole_exec()), Truth::yes);
    EXPECT_EQ(exe({"./run.sh"}, whole_exec()), Truth::no);
    EXPECT_EQ(exe({"sh", "ls"}, whole_exec()), Truth::no);
    EXPECT_EQ(exe({"sh", "dash"}, whole_exec()), Truth::yes);
    EXPECT_EQ(exe({"ls"}, AttemptEvent{ls_call(), ENOENT}), Truth::yes);
    EXPECT_EQ(exe({"cat"}, AttemptEvent{ls_call(), ENOENT}), Truth::not_applicable);
    EXPECT_EQ(exe({"ls"}, whole_exit()), Truth::not_applicable);
    EXPECT_EQ(exe({"ls"}, whole_fork()), Truth::not_applicable);
}

TEST(Expression, AllocatesNothing) {
    const auto all = expression(
        R"(!(pid in {1, 2} || comm == "a" || comm in {"a", "b"} || exe ~ "*x*" || script ~ "/x*" || argv ~ "x*" ||
             ancestry == "a" || flags == "x" || time == "a" || exec_id ~ "x*" || unit == "x" || error == "x" ||
             duration_ns > 100s || script == "x" || container_id || argc > 100 || lost > 1000))");
    const auto table = table_of_ancestors();
    const Clock clock;
    const EventContext context{clock, &table};
    auto cut = whole_exec();
    cut.call.filename->is_cut = true;
    cut.call.cwd->path = ".../a";
    const std::array<Event, 6> events = {whole_exec(), cut,          AttemptEvent{whole_exec().call, 524, true},
                                         whole_exit(), whole_fork(), whole_loss()};
    const auto before = allocations();
    for (const auto& event : events) EXPECT_NE(all.test(event, context), Truth::no);
    EXPECT_EQ(allocations() - before, 0U);
}

}  // namespace
}  // namespace exectap
