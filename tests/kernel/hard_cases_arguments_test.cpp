// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: arguments that were never in memory, change during the call, are none, many, or alike.
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <list>
#include <set>

#include "kernel/hard_case.h"
#include "support/hostile_text.h"
#include "support/many_arguments.h"
#include "support/prepared.h"
#include "support/told_argv.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

using Arguments = std::vector<std::string>;

TEST_F(HardCase, 01PagesThatWereNeverTouchedAreRead) {
    for (const std::string where : {"good", "mapped"}) {
        Process program({test_program("literal_exec"), where});
        const auto outcome = watch_in_both(program);
        // Not if the program found the pages in its memory before the call.
        EXPECT_EQ(program.wait(), exited(0)) << where;
        const auto lines = outcome.events();
        ASSERT_THAT(lines, SizeIs(1)) << where;
        EXPECT_THAT(lines[0].filename, Optional(std::string("/bin/true"))) << where;
        EXPECT_THAT(lines[0].argv, Optional(ElementsAre("/bin/true", "a literal argument"))) << where;
        const auto exec = outcome.json.one("exec");
        EXPECT_EQ(exec.at("filename"), "/bin/true") << where;
        EXPECT_THAT(list_of(exec, "argv"), ElementsAre("/bin/true", "a literal argument")) << where;
        EXPECT_FALSE(exec.contains("unreadable")) << exec;
    }
}

bool has_userfaultfd() { return UniqueFd(static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC))).get() >= 0; }

TEST_F(HardCase, 02ArgumentsRewrittenThroughUserfaultfdAreThoseThatTheKernelRan) {
    SKIP_UNLESS(has_userfaultfd(), "this kernel has no userfaultfd (CONFIG_USERFAULTFD)");
    const auto path = test_program("tell_argv");
    Process program({test_program("rewriting_exec"), path});
    const auto outcome = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(0));
    EXPECT_EQ(program.out().next_line(), "shows harmless");
    const auto found = told_argv(program.out().next_line()).argv;
    EXPECT_THAT(found, ElementsAre("tell_argv", "something else"));
    const auto lines = outcome.events();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0].argv, Optional(found));
    EXPECT_THAT(lines[0].filename, Optional(path));
    const auto exec = outcome.json.one("exec");
    EXPECT_EQ(list_of(exec, "argv"), found);
    EXPECT_EQ(bytes_of(exec, "filename"), path);
}

TEST_F(HardCase, 03ArgumentsThatAnotherThreadFlipsAreThoseThatTheProgramFinds) {
    constexpr std::size_t kRuns = 200;
    Process program({test_program("flipping_exec"), test_program("tell_argv"), std::to_string(kRuns)});
    const auto outcome = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(0));
    const auto lines = outcome.events();
    const auto execs = outcome.json.of("exec");
    ASSERT_THAT(lines, SizeIs(kRuns));
    ASSERT_THAT(execs, SizeIs(kRuns));
    // Counted, so that a failure does not print them all.
    std::size_t right_in_lines = 0;
    std::size_t right_in_json = 0;
    for (std::size_t i = 0; i < kRuns; i++) {
        const auto told = told_argv(program.out().next_line());
        if (lines[i].pid == told.pid && lines[i].argv == told.argv) right_in_lines++;
        if (execs[i].at("pid") == told.pid && list_of(execs[i], "argv") == told.argv) right_in_json++;
    }
    EXPECT_EQ(right_in_lines, kRuns);
    EXPECT_EQ(right_in_json, kRuns);
}

TEST_F(HardCase, 08NoArgumentsAreWhatTheKernelMadeOfThem) {
    const auto path = test_program("tell_argv");
    // A null pointer, and an array without elements.
    for (const Steps& steps : {Steps{"exec-null", path}, Steps{"exec", path}}) {
        PreparedExec program(steps);
        const auto outcome = watch_in_both(program);
        EXPECT_EQ(program.wait(), exited(0));
        const auto found = told_argv(program.out().next_line()).argv;
        // Since Linux 5.18 (dcd46d897adb), so that no program takes its environment for its arguments.
        EXPECT_THAT(found, ElementsAre(""));
        const auto lines = outcome.events();
        ASSERT_THAT(lines, SizeIs(1));
        EXPECT_THAT(lines[0].filename, Optional(path));
        EXPECT_THAT(lines[0].argv0, Optional(std::string()));
        EXPECT_THAT(lines[0].argv, Optional(found));
        const auto exec = outcome.json.one("exec");
        EXPECT_EQ(list_of(exec, "argv"), found);
        EXPECT_EQ(exec.at("argc"), found.size());
        EXPECT_EQ(exec.at("argv_bytes"), 1);
        EXPECT_FALSE(exec.contains("unreadable")) << exec;
    }
}

TEST_F(HardCase, 08NoArgumentsOfAnAttemptAreNone) {
    for (const Steps& steps : {Steps{"exec-null", "/nowhere/x"}, Steps{"exec", "/nowhere/x"}}) {
        PreparedExec program(steps);
        const auto outcome = watch_in_both(program);
        EXPECT_EQ(program.wait(), exited(1));
        const auto lines = outcome.events();
        ASSERT_THAT(lines, SizeIs(1));
        EXPECT_EQ(lines[0].error, "ENOENT");
        EXPECT_THAT(lines[0].filename, Optional(std::string("/nowhere/x")));
        EXPECT_THAT(lines[0].argv, Optional(IsEmpty()));
        const auto attempt = outcome.json.one("attempt");
        EXPECT_EQ(attempt.at("argv"), JsonEvent::array());
        EXPECT_EQ(attempt.at("argc"), 0);
        EXPECT_EQ(attempt.at("argv_bytes"), 0);
        EXPECT_FALSE(attempt.contains("unreadable")) << attempt;
    }
}

constexpr Amount kTwoMebibytes{2048, 1023};
constexpr Amount kOneOf128KiB{1, kLongestArgument};
constexpr Amount kTwentyThousand{20'000, 5};

TEST_F(HardCase, 24ManyAndLongArgumentsAreWholeWithinTheCap) {
    expect_whole(call_with("/bin/true", kTwoMebibytes, {"--max-args", "6M"}), kTwoMebibytes);
    for (const auto amount : {kOneOf128KiB, kTwentyThousand})
        expect_whole(call_with("/bin/true", amount, {"--max-args", "1M"}), amount);
}

TEST_F(HardCase, 24ManyAndLongArgumentsAreMarkedBeyondTheCapWithTheirTrueSizeAndNumber) {
    for (const auto amount : {kTwoMebibytes, kOneOf128KiB, kTwentyThousand})
        expect_cut(call_with("/bin/true", amount, {}), amount, kMostByDefault);
    expect_cut(call_with("/bin/true", kTwoMebibytes, {"--max-args", "2M"}), kTwoMebibytes, 2 << 20);
}

// What a reader sees, without parsing it.
std::string list_in(const std::string& line) { return line.substr(line.find(" argv=[")); }

TEST_F(HardCase, 25DifferentListsNeverLookTheSame) {
    const std::vector<Arguments> lists = {{"a b", ""},
                                          {"a", "b", ""},
                                          {"a b"},
                                          {"a b", "", ""},
                                          {"a", "b"},
                                          {"", "a b"},
                                          {"a\",\"b", ""},
                                          {"a\\", "b"},
                                          {R"(a\",\"b)"},
                                          {R"("a" 'b')"},
                                          {R"("a", "b")"},
                                          {"'a b'"},
                                          {"a,b"},
                                          {""},
                                          {"", ""},
                                          {R"("")"},
                                          {"a...", "..."},
                                          {"a\nb"},
                                          {R"(a\nb)"},
                                          {"a\tb"},
                                          {R"(a\tb)"},
                                          {R"(["a","b"])"},
                                          {std::string(kRightToLeftOverride)},
                                          {R"(\u{202e})"},
                                          {"a\xff", "\xff"},
                                          {R"(a\xff)"},
                                          {"\xef\xbf\xbd"}};
    // One run each, all watched by one pair of traces.
    std::list<Process> programs;
    Arguments targets;
    for (const auto& list : lists) {
        Arguments command{test_program("exec_as"), test_program("tell_argv")};
        command.insert(command.end(), list.begin(), list.end());
        auto& program = programs.emplace_back(std::move(command));
        EXPECT_EQ(program.out().next_line(), "ready");
        targets.push_back(program.pid_text());
    }
    WatchingInBoth trace(targets);
    for (auto& program : programs) {
        program.write("go\n");
        EXPECT_EQ(program.wait(), exited(0));
    }
    const auto outcome = trace.finish();
    const auto lines = outcome.events();
    const auto execs = outcome.json.of("exec");
    ASSERT_THAT(lines, SizeIs(lists.size()));
    ASSERT_THAT(execs, SizeIs(lists.size()));
    std::set<std::string> in_lines;
    std::set<std::string> in_json;
    auto program = programs.begin();
    for (std::size_t i = 0; i < lists.size(); i++, ++program) {
        EXPECT_EQ(told_argv(program->out().next_line()).argv, lists[i]);
        EXPECT_EQ(lines[i].pid, program->pid());
        EXPECT_THAT(lines[i].argv, Optional(lists[i]));
        EXPECT_EQ(list_of(execs[i], "argv"), lists[i]);
        EXPECT_TRUE(in_lines.insert(list_in(lines[i].line)).second) << lines[i];
        EXPECT_TRUE(in_json.insert(execs[i].at("argv").dump() + execs[i].value("argv_raw", JsonEvent()).dump()).second)
            << execs[i];
    }
}

}  // namespace
}  // namespace exectap::test
