// SPDX-License-Identifier: MIT OR Apache-2.0
// The programs that each exec descends from.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;

using Names = std::vector<std::string>;

class Ancestry : public KernelTest {
protected:
    // A script in the folder, of that name; it finds the others by "$here".
    std::string script(const std::string& name, const std::string& body) const {
        write_file(folder_.path(name), fmt::format("#!/bin/sh\nhere={}\n{}\n:\n", folder_.path(), body), 0755);
        return folder_.path(name);
    }

    const TempDir folder_;
};

// Its last argument is "deep".
JsonEvent deep_call(const JsonOutcome& outcome, const std::string& type = "exec") {
    const auto calls = outcome.of(type);
    const auto call =
        std::find_if(calls.begin(), calls.end(), [](const auto& each) { return each.at("argv").back() == "deep"; });
    if (call == calls.end()) throw std::runtime_error("it is not in:\n" + text_of(outcome.lines));
    return *call;
}

// Those below the test; then the test itself.
Names below_test(const JsonEvent& call) {
    auto names = list_of(call, "ancestry");
    const auto test = lines_of(read_all(open_file("/proc/self/comm", O_RDONLY))).at(0);
    const auto end = std::find(names.begin(), names.end(), test);
    EXPECT_NE(end, names.end()) << call;
    names.erase(end, names.end());
    return names;
}

// A shell that is watched while it runs one line.
JsonOutcome while_running(const std::string& command, const std::vector<std::string>& options = {}) {
    Shell shell;
    auto arguments = options;
    arguments.push_back(shell.pid_text());
    JsonWatching trace(arguments);
    shell.run(command);
    return trace.stop();
}

TEST_F(Ancestry, IsTheLineOfProgramsNearestFirst) {
    script("inner", "/bin/true deep");
    const auto outer = script("outer", "$here/inner");
    EXPECT_THAT(below_test(deep_call(while_running(outer))), ElementsAre("inner", "outer", "sh"));
}

TEST_F(Ancestry, DoesNotDependOnTheEventsAskedFor) {
    script("inner", "/bin/true deep");
    const auto outer = script("outer", "$here/inner");
    const auto outcome = while_running(outer, {"--events", "exec", "--no-failed"});
    EXPECT_THAT(below_test(deep_call(outcome)), ElementsAre("inner", "outer", "sh"));
}

TEST_F(Ancestry, IncludesForksThatNeverExec) {
    const auto outer = script("outer", "( (/bin/true deep; :); :)");
    EXPECT_THAT(below_test(deep_call(while_running(outer))), ElementsAre("outer", "outer", "outer", "sh"));
}

TEST_F(Ancestry, DoesNotIncludeWhatTheSameProcessRanBefore) {
    script("inner", "/bin/true deep");
    const auto outer = script("outer", "exec $here/inner");
    EXPECT_THAT(below_test(deep_call(while_running(outer))), ElementsAre("inner", "sh"));
}

TEST_F(Ancestry, OfAnAttemptIsThatOfItsCaller) {
    const auto outer = script("outer", "/nowhere/true deep 2>/dev/null");
    const auto outcome = while_running(outer);
    EXPECT_THAT(below_test(deep_call(outcome, "attempt")), ElementsAre("outer", "sh"));
}

TEST_F(Ancestry, GoesBackBeforeTheTrace) {
    const auto go = folder_.path("go");
    script("inner", "echo inner; read x <$here/go; /bin/true deep");
    const auto outer = script("outer", "$here/inner");
    Shell shell;
    shell.run("mkfifo " + go);
    EXPECT_EQ(shell.ask(outer), "inner");
    JsonWatching trace({shell.pid_text()});
    write_file(go, "go\n");
    shell.run(":");
    EXPECT_THAT(below_test(deep_call(trace.stop())), ElementsAre("inner", "outer", "sh"));
}

TEST_F(Ancestry, StaysWhenTheParentsAreGone) {
    const auto go = folder_.path("go");
    script("inner", "read x <$here/go; /bin/true deep; echo done");
    const auto outer = script("outer", "$here/inner &");
    Shell shell;
    shell.run("mkfifo " + go);
    JsonWatching early({shell.pid_text()});
    shell.run(outer);
    JsonWatching late({"--all"});
    write_file(go, "go\n");
    EXPECT_EQ(shell.out().next_line(), "done");
    const auto exec = deep_call(early.stop());
    EXPECT_THAT(below_test(exec), ElementsAre("inner", "outer", "sh"));
    // Who comes later can't know what is gone, and makes nothing up.
    const auto late_outcome = late.stop();
    const auto late_execs = late_outcome.of("exec", exec.at("pid"));
    ASSERT_THAT(late_execs, SizeIs(1));
    EXPECT_THAT(list_of(late_execs[0], "ancestry"), ElementsAre("inner"));
}

TEST_F(Ancestry, EndsAfterSixtyFour) {
    const auto down = script("down", "[ $1 = 0 ] && /bin/true deep || $here/down $(($1 - 1))");
    const auto names = list_of(deep_call(while_running(down + " 70")), "ancestry");
    EXPECT_THAT(names, SizeIs(64));
    EXPECT_THAT(names, Each("down"));
}

TEST_F(Ancestry, KeepsTheBytesOfNames) {
    const auto hostile = script("n\xff\x1b[1m\n\"", "/bin/true deep");
    const auto outcome = while_running("'" + hostile + "'");
    EXPECT_THAT(below_test(deep_call(outcome)), ElementsAre("n\xff\x1b[1m\n\"", "sh"));
}

TEST_F(Ancestry, InALineIsAList) {
    script("inner", "/bin/true deep");
    const auto outer = script("outer", "$here/inner");
    Shell shell;
    Watching trace({shell.pid_text(), "--fields", "pid,argv,ancestry"});
    shell.run(outer);
    const auto lines = trace.stop().out;
    ASSERT_THAT(lines, SizeIs(3));
    EXPECT_THAT(lines[2], HasSubstr(R"(argv=["/bin/true","deep"] ancestry=["inner","outer","sh",)"));
}

}  // namespace
}  // namespace exectap::test
