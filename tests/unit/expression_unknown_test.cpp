// SPDX-License-Identifier: MIT OR Apache-2.0
// What expressions say where something could not be read or was cut: never yes or no unless the truth is the same.
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "process/table.h"
#include "unit/expressions.h"
#include "unit/process_table.h"

namespace exectap {
namespace {

using namespace std::literals;

void expect_of(const Event& event, Truth truth, std::initializer_list<std::string_view> tests,
               const ProcessTable* table = nullptr) {
    for (const auto test : tests) EXPECT_EQ(truth_of(test, event, table), truth) << test;
}

TEST(ExpressionOfTheUnreadable, IsUnknown) {
    auto exec = whole_exec();
    exec.exe.reset();
    exec.call.comm.reset();
    exec.call.arguments.reset();
    expect_of(exec, Truth::unknown,
              {R"(exe == "a")", R"(exe != "a")", R"(exe ~ "*")", "exe", "!exe", R"(comm in {"a"})", R"(argv == "a")",
               "argv", R"(argv0 ~ "a*")", R"(exe ~ "a" && pid == 1234)", R"(exe ~ "a" || pid == 1)"});
    expect_of(exec, Truth::no, {R"(exe ~ "a" && pid == 1)"});
    expect_of(exec, Truth::yes, {R"(exe ~ "a" || pid == 1234)"});
    expect_of(exec, Truth::unknown, {"exe && exit_code == 0", "exe || exit_code == 0"});
}

TEST(ExpressionOfTheUnreadable, IsUnknownForWhatIsMadeOfIt) {
    auto exec = whole_exec();
    exec.exe.reset();
    exec.call.filename.reset();
    exec.call.arguments.reset();
    exec.call.cgroup.reset();
    expect_of(exec, Truth::unknown,
              {R"(exe_dev == "1:2")", "exe_inode == 3", "script", R"(script ~ "a*")", "argc > 2", "argv_bytes < 100",
               "argv_truncated", R"(unit == "a")", R"(unit != "a")", "container_id", "!container_id"});
    exec = whole_exec();
    exec.call.cwd.reset();
    expect_of(exec, Truth::unknown, {"script"});
    exec.call.filename = Bytes{"/a"};
    expect_of(exec, Truth::yes, {R"(script == "/a")"});
    exec.call.filename = Bytes{"", true};
    exec.call.cwd = Path{.path = "/home"};
    expect_of(exec, Truth::unknown, {"script", R"(script == "/home/a")", R"(flags == "lexical")"});
    exec.call.filename.reset();
    exec.is_script = false;
    expect_of(exec, Truth::no, {"script", "interpreter"});
    auto call = whole_exec().call;
    call.cgroup.reset();
    call.arguments.reset();
    expect_of(AttemptEvent{call, ENOENT}, Truth::unknown, {"unit", "argc == 1", "argv_truncated"});
}

TEST(ExpressionOfTheUnreadable, IsUnknownForTheFlagsOfIt) {
    auto exec = whole_exec();
    exec.exe.reset();
    expect_of(exec, Truth::unknown, {R"(flags == "setuid")", R"(flags != "memfd")", R"(flags ~ "un*")"});
    expect_of(exec, Truth::no, {R"(flags == "cwd_torn")", R"(flags ~ "filename*")", R"(flags == "x")"});
    expect_of(exec, Truth::yes, {R"(flags == "lexical")", R"(flags ~ "*")", "flags"});
    exec.is_script = false;
    expect_of(exec, Truth::unknown, {"flags", "!flags"});
    expect_of(exec, Truth::no, {R"(flags == "interpreter_cut")", R"(flags == "lexical")"});
    exec = whole_exec();
    exec.interpreter.reset();
    expect_of(exec, Truth::unknown, {R"(flags == "interpreter_cut")"});
    exec.call.cwd.reset();
    exec.call.filename.reset();
    expect_of(exec, Truth::unknown,
              {R"(flags == "cwd_deleted")", R"(flags == "filename_cut")", R"(flags == "lexical")"});
    auto call = whole_exec().call;
    call.cwd.reset();
    expect_of(AttemptEvent{call, ENOENT}, Truth::unknown, {R"(flags == "cwd_torn")"});
    expect_of(AttemptEvent{call, ENOENT}, Truth::no, {R"(flags == "fatal")", R"(flags == "setuid")"});
}

TEST(ExpressionOfACutText, IsDecidedByWhatIsThere) {
    auto exec = whole_exec();
    exec.call.filename = Bytes{"/usr/bin/l", true};
    expect_of(exec, Truth::no,
              {R"(filename == "/usr/bin/cat")", R"(filename in {"/bin/sh", "/usr"})", R"(filename ~ "/bin/*")",
               R"(script == "/usr/bin")"});
    expect_of(exec, Truth::yes,
              {R"(filename != "/usr/bin/cat")", R"(filename ~ "/usr/*")", R"(filename ~ "*")", "filename",
               R"(script ~ "/usr/*")", R"(flags == "filename_cut")"});
    expect_of(exec, Truth::unknown,
              {R"(filename == "/usr/bin/ls")", R"(filename == "/usr/bin/l")", R"(filename in {"/a", "/usr/bin/ls"})",
               R"(filename ~ "/usr/bin/ls")", R"(filename ~ "*s")", R"(filename ~ "l*")", R"(filename !~ "l*")",
               R"(filename ~ "ls")", R"(script ~ "ls")"});
}

TEST(ExpressionOfAPathWithoutItsBeginning, IsDecidedByWhatIsThere) {
    auto exec = whole_exec();
    exec.exe->path.path = ".../bin/ls";
    expect_of(exec, Truth::yes,
              {R"(exe ~ "ls")", R"(exe ~ "l*")", R"(exe ~ "*/bin/ls")", R"(exe ~ "*/b*")", R"(exe != "/bin/cat")",
               R"(exe !~ "cat")", R"(exe ~ "*")", "exe"});
    expect_of(exec, Truth::no,
              {R"(exe ~ "cat")", R"(exe == "/bin/cat")", R"(exe ~ "*/sbin/ls")", R"(exe in {"/a", "ls"})",
               R"(exe ~ "/bin/cat")"});
    expect_of(exec, Truth::unknown,
              {R"(exe == "/usr/bin/ls")", R"(exe ~ "/usr/*")", R"(exe ~ "/usr/bin/ls")", R"(exe !~ "/usr/*")",
               R"(exe in {"/a", "/usr/bin/ls"})"});
    exec.exe->path.path = ".../";
    expect_of(exec, Truth::unknown, {R"(exe == "/a")", R"(exe ~ "a")", R"(exe ~ "/a*")", R"(exe != "/")"});
    expect_of(exec, Truth::yes, {R"(exe ~ "*")", "exe"});
}

TEST(ExpressionOfAPathWithoutItsBeginning, IsSoForAllResolvedPathsOnly) {
    auto exec = whole_exec();
    exec.call.cwd->path = ".../ann";
    exec.call.cgroup->path = ".../a/b";
    exec.call.filename = Bytes{".../x"};
    exec.interpreter = Bytes{".../sh"};
    expect_of(
        exec, Truth::unknown,
        {R"(cwd == "/home/ann")", R"(cgroup ~ "/a/a/b")", R"(script == "/home/ann/.../x")", "unit", "container_id"});
    expect_of(exec, Truth::yes,
              {R"(cwd ~ "ann")", R"(script ~ "x")", R"(script ~ "*/ann/*")", R"(filename == ".../x")",
               R"(interpreter == ".../sh")"});
    expect_of(exec, Truth::no, {R"(filename == "/a/x")", R"(script == "/home/bob/x")"});
    exec.call.filename->is_cut = true;
    expect_of(exec, Truth::yes, {R"(script ~ "*/ann/*")"});
    expect_of(exec, Truth::no, {R"(script == "/home/bob/x")"});
    expect_of(exec, Truth::unknown, {R"(script ~ "x")", R"(script == "/home/ann/.../xyz")"});
}

TEST(ExpressionOfCutArguments, IsUnknownUnlessOneMatches) {
    auto exec = whole_exec();
    exec.call.arguments = Arguments{.bytes = "cc\0-o\0foo"sv, .is_cut = true, .total_bytes = 90, .true_count = 9};
    expect_of(exec, Truth::yes,
              {R"(argv == "cc")", R"(argv ~ "-*")", R"(argv ~ "foo*")", "argv", "argc == 9", "argv_truncated",
               R"(argv0 == "cc")", "argv_bytes == 90"});
    expect_of(exec, Truth::no, {R"(argv != "cc")", R"(argv0 == "c")"});
    expect_of(exec, Truth::unknown,
              {R"(argv == "x")", R"(argv == "foo")", R"(argv != "x")", R"(argv ~ "x*")", R"(argv !~ "x*")"});
    // The last one is cut, and there are no others.
    exec.call.arguments->true_count = 3;
    expect_of(exec, Truth::no, {R"(argv == "x")", R"(argv ~ "x*")", R"(argv == "fo")"});
    expect_of(exec, Truth::unknown, {R"(argv == "foobar")", R"(argv == "foo")", R"(argv ~ "f*r")"});
}

TEST(ExpressionOfCutArguments, IsUnknownWhereThereAreNone) {
    auto exec = whole_exec();
    exec.call.arguments = Arguments{.bytes = "", .is_cut = true, .total_bytes = {}, .true_count = {}};
    expect_of(exec, Truth::unknown,
              {"argv", "!argv", R"(argv == "a")", R"(argv0 == "a")", "argc > 1", "argc", "argv_bytes < 3"});
}

TEST(ExpressionOfAncestry, IsUnknownWhereTheLineBreaksOff) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    table.add(seeded(id_of(2), "sshd", id_of(1)));
    table.apply(fork_of(id_of(2), id_of(3)));
    table.apply(exec_of(id_of(3, 1), "sh", id_of(2)));
    const auto whole = exec_of(id_of(3, 1), "sh", id_of(2));
    expect_of(whole, Truth::no, {R"(ancestry == "make")"}, &table);
    expect_of(whole, Truth::yes, {R"(ancestry == "init")", "ancestry"}, &table);

    ProcessTable broken;
    broken.apply(fork_of(id_of(2), id_of(3)));
    broken.apply(exec_of(id_of(2, 1), "make"));
    broken.apply(fork_of(id_of(2, 1), id_of(4)));
    const auto last = exec_of(id_of(4), "cc", id_of(2, 1));
    broken.apply(last);
    expect_of(last, Truth::yes, {R"(ancestry == "make")", "ancestry"}, &broken);
    expect_of(last, Truth::unknown, {R"(ancestry == "init")", R"(ancestry != "init")"}, &broken);
    // Nothing is known of its ancestors, which is not that there are none.
    expect_of(exec_of(id_of(9), "x"), Truth::unknown, {"ancestry", R"(ancestry == "a")", R"(ancestry != "a")"},
              &broken);
    expect_of(exec_of(id_of(9), "x"), Truth::unknown, {"ancestry"});
}

TEST(ExpressionOfAncestry, IsNoForTheFirstOfALine) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    expect_of(AttemptEvent{.call = {.pid = 1, .exec_id = id_of(1)}, .error = ENOENT}, Truth::no,
              {"ancestry", R"(ancestry == "init")"}, &table);
}

TEST(ExpressionOfAJoinedPath, IsCutWhereItIsLongerThanAnyPath) {
    auto exec = whole_exec();
    const auto directory = "/" + std::string(8000, 'a');
    const auto name = std::string(8000, 'b');
    exec.call.cwd->path = directory;
    exec.call.filename = Bytes{name};
    expect_of(exec, Truth::yes, {R"(script ~ "/aaa*")"});
    expect_of(exec, Truth::no, {R"(script ~ "/b*")"});
    expect_of(exec, Truth::unknown, {R"(script ~ "b*b")", R"(script ~ "/a*c")"});
}

}  // namespace
}  // namespace exectap
