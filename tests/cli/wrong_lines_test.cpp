// SPDX-License-Identifier: MIT OR Apache-2.0
// Wrong command lines, and what is answered: one line that says what, where, and what to do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/exectap.h"
#include "support/io.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct WrongLine {
    std::vector<std::string> arguments;
    std::string answer;
};

std::vector<WrongLine> wrong_lines() {
    return {
        // Near misses.
        {{"make"}, "make is no pid; to run it: exectap -- make"},
        {{"./build.sh", "all"}, "./build.sh is no pid; to run it: exectap -- ./build.sh all"},
        {{"make", "-j4", "all"}, "make is no pid; to run it: exectap -- make -j4 all"},
        {{"--filds", "pid", "1"}, "no option '--filds'; did you mean --fields? exectap -h lists them"},
        {{"--tre", "--", "ls"}, "no option '--tre'; did you mean --tree? exectap -h lists them"},
        {{"--exclude", "12", "1"}, "no option '--exclude'; did you mean --exclude-tree? exectap -h lists them"},
        {{"--colour", "always", "1"}, "no option '--colour'; did you mean --color? exectap -h lists them"},
        {{"-x", "1"}, "no option '-x'; exectap -h lists them"},
        {{"--"}, "-- needs a COMMAND after it"},
        {{"--quiet"},
         "nothing to watch: name a PID, --tty TTY, --container NAME, --systemd-unit UNIT, --all, or -- COMMAND"},
        {{"--no-wait", "1"},
         "--no-wait is for terminals, cgroups, units and containers: nothing else is ever waited for"},
        {{"-u", "a/b"}, "'a/b' is no name of a systemd unit"},
        {{"-u", ""}, "'' is no name of a systemd unit"},
        {{"-u", "*.service"}, "'*.service' is no name of a systemd unit"},
        {{"-u", "logrotate.timer"},
         "logrotate.timer runs nothing: services, scopes, slices, sockets, mounts and swaps do"},
        {{"-u", "getty@"}, "getty@.service is a template: name an instance of it, as getty@1.service"},
        {{"-c", "web server"}, "'web server' is no name or id of a container"},
        {{"-c", "--all"}, "'--all' is no name or id of a container"},
        {{"--cgroup", ""}, "'' is no path of a cgroup; / is the one above all others"},
        {{"--cgroup", "/a/../b"}, "'/a/../b' is no path of a cgroup: it has the component '..'"},
        {{"0"}, "0 is no pid: pids go from 1 to 4194304"},
        {{"--pid", "12x"}, "'12x' is no pid"},
        {{"--pid"}, "--pid needs a value; exectap --help explains it"},
        {{"--tree=yes", "1"}, "--tree takes no value"},
        {{"--time", "boot", "--time", "wall", "1"}, "--time can be given only once"},
        // What does not go together.
        {{"--json", "--", "ls"}, "--json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's"},
        {{"--json", "--tree", "1"}, "--tree and --json contradict each other"},
        {{"--tree", "--fields", "pid", "1"}, "--fields chooses what a line shows; --tree shows its own"},
        {{"--wide", "1"}, "--wide is for --tree: other formats never shorten anything"},
        {{"--user", "ann", "1"}, "--user needs a COMMAND to run: -- COMMAND [ARG...]"},
        {{"--where", "exit_code != 0", "--events", "exec", "1"},
         "--where tests what only events of kind exit have, which --events leaves out"},
        {{"--where", R"(error == "ENOENT")", "--no-failed", "1"},
         "--where tests what only events of kind attempt have, which --no-failed leaves out"},
        // Values.
        {{"--format", "xml", "1"}, "--format is line, tree or json, not 'xml'"},
        {{"--color", "yes", "1"}, "--color is auto, always or never, not 'yes'"},
        {{"--uid", "no such user", "1"}, "--uid: there is no user 'no such user'"},
        {{"--exclude-tree", "make", "1"}, "--exclude-tree: 'make' is no pid"},
        {{"--fields", "com", "1"}, "no field 'com'; did you mean comm? --fields help lists them"},
        // Expressions and globs.
        {{"--where", "comm == sh", "1"}, R"(--where at character 9, "sh": comm is text; write "sh")"},
        {{"--where", R"(comm = "sh")", "1"}, R"(--where at character 6, "= \"sh\"": write ==)"},
        {{"--where", R"(com == "sh")", "1"},
         R"(--where at character 1, "com == \"sh\"": no field 'com'; did you mean comm? --fields help lists them)"},
        {{"--where", "uid == 0 && (pid > 1", "1"}, "--where at its end: a ) is missing for the ( at character 13"},
        {{"--fail-if", "", "1"}, R"(--fail-if at its end: a test is missing here, like comm == "sh")"},
        {{"--comm", "sh|bash", "1"}, "--comm 'sh|bash': a glob has no |; write --comm sh --comm bash"},
        {{"--exe", "^/usr/bin", "1"},
         "--exe '^/usr/bin': a glob matches from the start to the end; write --exe '/usr/bin*'"},
        {{"--where", R"(comm ~ "make$")", "1"},
         R"(--where at character 8, "\"make$\"": a glob matches from the start to the end; write "*make")"},
    };
}

TEST(WrongLines, AreAnsweredByOneLineThatSaysWhatToDo) {
    for (const auto& [arguments, answer] : wrong_lines()) {
        const auto outcome = run_exectap(arguments);
        EXPECT_EQ(outcome.status, exited(2)) << answer;
        EXPECT_THAT(outcome.out, IsEmpty()) << answer;
        EXPECT_THAT(outcome.err, ElementsAre("exectap: " + answer));
    }
}

TEST(WrongLines, LoseNothing) {
    // A file that is there keeps what is in it until all else makes sense.
    const TempDir folder;
    write_file(folder.path("events"), "something");
    const auto outcome = run_exectap({"-o", folder.path("events"), "--where", "comm == sh", "1"});
    EXPECT_EQ(outcome.status, exited(2));
    EXPECT_EQ(read_file(folder.path("events")), "something");
}

}  // namespace
}  // namespace exectap::test
