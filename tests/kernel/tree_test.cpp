// SPDX-License-Identifier: MIT OR Apache-2.0
// --tree: what is read of real runs, on terminals and elsewhere.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"
#include "support/tree_window.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::Le;
using testing::Not;
using testing::ResultOf;

using Lines = std::vector<std::string>;

class Tree : public KernelTest {
protected:
    Tree() {
        // Each of the programs that run at once waits for another: so the order is always the same.
        for (const auto* fifo : {"is_up", "go"}) checked(::mkfifo(folder_.path(fifo).c_str(), 0600), "mkfifo");
        script("commit", "./hook\n/bin/true 'a message' --long=" + std::string(100, 'o') + "\nexit 0");
        script("hook",
               "env PATH=/nowhere:/nothing lint --fix\n"
               "env PATH=/nowhere:/bin true formatted\n"
               "./first &\nread x <is_up\n./second\necho >go\nwait\n"
               "sh -c 'exec /bin/true replaced'\n"
               "sh -c 'kill -9 $$'\n"
               "exit 1");
        script("first", "echo >is_up\nread x <go\n/bin/true late\n:");
        script("second", "/bin/true inner\n:");
    }

    // In the folder, with the tree alone on the window.
    ProcessOptions in_window(const Window& window, const Lines& env = {}) const {
        ProcessOptions options = in_folder(env);
        options.err = window.fd();
        return options;
    }

    ProcessOptions in_folder(const Lines& env = {}) const {
        ProcessOptions options;
        options.argv = {"env", "-C", folder_.path()};
        options.env = {"TERM=xterm", "NO_COLOR="};
        for (const auto& variable : env) {
            std::erase_if(options.env, [&](const auto& known) {
                return known.starts_with(variable.substr(0, variable.find('=') + 1));
            });
            options.env.push_back(variable);
        }
        return options;
    }

    Lines lines_on(Window& window, const Lines& options, const Lines& env = {}) const {
        Lines arguments{"--quiet"};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.insert(arguments.end(), {"--", "./commit"});
        EXPECT_EQ(run_exectap(arguments, in_window(window, env)).status, exited(0));
        return window.wait_for_end();
    }

    void script(const std::string& name, const std::string& body) const {
        write_file(folder_.path(name), "#!/bin/sh\nexec 2>/dev/null\n" + body + "\n", 0755);
    }

    const TempDir folder_;
};

Lines whole_tree() {
    return {
        "0.000 ./commit  (/bin/sh)",
        "0.000 ├─ ./hook  (/bin/sh)",
        "0.000 │  ├─ env PATH=/nowhere:/nothing lint --fix",
        "0.000 │  │  ├─ lint --fix  ✗ ENOENT ×2",
        "0.000 │  │  └─ exited 127 after 1 ms",
        "0.000 │  ├─ env PATH=/nowhere:/bin true formatted",
        "0.000 │  ├→ true formatted  (PATH ×2)",
        "0.000 │  │  └─ exited 0 after 1 ms",
        "0.000 │  ├─ ./first  (/bin/sh)",
        "0.000 │  ├─ ./second  [PID]  (/bin/sh)",
        "0.000 │  │  ├─ /bin/true inner  [PID]",
        "0.000 │  │  │  └─ exited 0 after 1 ms",
        "0.000 │  │  └─ exited 0 after 1 ms",
        "0.000 │  │  ├─ /bin/true late  (by first)",
        "0.000 │  │  │  └─ exited 0 after 1 ms",
        "0.000 │  │  └─ first exited 0 after 1 ms",
        "0.000 │  ├─ sh -c 'exec /bin/true replaced'",
        "0.000 │  ├→ /bin/true replaced",
        "0.000 │  │  └─ exited 0 after 1 ms",
        "0.000 │  ├─ sh -c 'kill -9 $$'",
        "0.000 │  │  └─ killed by SIGKILL after 1 ms",
        "0.000 │  └─ exited 1 after 1 ms",
        "0.000 ├─ /bin/true 'a message' --long=" + std::string(100, 'o'),
        "0.000 │  └─ exited 0 after 1 ms",
        "0.000 └─ exited 0 after 1 ms",
    };
}

// With the line of the long command as it is in so many columns.
Lines tree_with(const std::string& long_command) {
    auto lines = whole_tree();
    lines.at(lines.size() - 3) = "0.000 ├─ " + long_command;
    return lines;
}

Lines tree_of_80_columns() {
    return tree_with("…/true 'a message' --long=ooooooooooooooooooooo…" + std::string(23, 'o'));
}

TEST_F(Tree, ShowsWhatStartedWhat) {
    Window window(200);
    const auto lines = lines_on(window, {"--tree", "--color=never"});
    EXPECT_THAT(normalised(lines), ElementsAreArray(whole_tree()));
    EXPECT_THAT(lines, Each(Not(HasSubstr("\x1b"))));
}

TEST_F(Tree, FitsTheTerminal) {
    Window window(80);
    const auto lines = lines_on(window, {"--tree"}, {"NO_COLOR=1"});
    EXPECT_THAT(normalised(lines), ElementsAreArray(tree_of_80_columns()));
    EXPECT_THAT(lines, Each(ResultOf(columns_of_line, Le(80U))));
    EXPECT_THAT(lines, Contains(ResultOf(columns_of_line, 80U)));
}

TEST_F(Tree, IsWholeWhereItIsToBeWide) {
    Window window(80);
    EXPECT_THAT(normalised(lines_on(window, {"--tree", "--wide"})), ElementsAreArray(whole_tree()));
}

TEST_F(Tree, HasColoursOnATerminalUnlessTheyAreRefused) {
    struct Case {
        Lines options;
        Lines env;
        bool has_colours;
    };
    const std::vector<Case> cases = {
        {{"--tree"}, {}, true},
        {{"--format=tree"}, {"NO_COLOR=1"}, false},
        {{"--tree"}, {"TERM=dumb"}, false},
        {{"--tree", "--color", "never"}, {}, false},
        {{"--tree", "--color", "always"}, {"NO_COLOR=1", "TERM=dumb"}, true},
        {{}, {"EXECTAP_FORMAT=tree"}, true},
    };
    for (const auto& [options, env, is_coloured] : cases) {
        SCOPED_TRACE(testing::PrintToString(options) + testing::PrintToString(env));
        Window window(80);
        const auto lines = lines_on(window, options, env);
        EXPECT_EQ(std::any_of(lines.begin(), lines.end(), has_colours), is_coloured);
        EXPECT_THAT(normalised(lines), ElementsAreArray(tree_of_80_columns()));
    }
}

TEST_F(Tree, InAFileIsWholeAndPlain) {
    const auto path = folder_.path("events");
    for (const bool is_coloured : {false, true}) {
        Window window(80);
        lines_on(window, {"--tree", "-o", path, is_coloured ? "--color=always" : "--color=auto"});
        const auto lines = lines_of(read_file(path));
        EXPECT_THAT(normalised(lines), ElementsAreArray(whole_tree()));
        EXPECT_EQ(std::any_of(lines.begin(), lines.end(), has_colours), is_coloured);
    }
}

TEST_F(Tree, FollowsTheWindowsSize) {
    Window window(200);
    Exectap trace({"--quiet", "--tree", "--color=never", "--", "/bin/sh"}, in_window(window));
    const auto run = [&](const std::string& word) {
        Shell::run_in(trace, "/bin/true " + word + " " + std::string(300, 'x'));
        const auto is_word = [&](const auto& line) { return line.find("true " + word + " ") != line.npos; };
        std::string found;
        window.lines().wait_until(
            [&](const auto& lines) {
                const auto line = std::find_if(lines.begin(), lines.end(), is_word);
                if (line != lines.end()) found = *line;
                return line != lines.end();
            },
            "the line of " + word);
        return columns_of_line(found);
    };
    EXPECT_EQ(run("wide"), 200U);
    window.resize(60);
    EXPECT_EQ(run("narrow"), 60U);
    window.resize(120);
    EXPECT_EQ(run("wider"), 120U);
    trace.close_input();
    EXPECT_EQ(trace.finish().status, exited(0));
    window.wait_for_end();
}

// However little room there is for what a line can't do without.
TEST_F(Tree, NeverIsWiderThanTheTerminal) {
    const auto deep = std::string(60, 'd') + "/" + std::string(60, 'e');
    std::filesystem::create_directories(folder_.path(deep));
    std::filesystem::copy_file("/bin/true", folder_.path(deep + "/program"));
    script(deep + "/script", ":");
    script("down",
           fmt::format("[ $1 = 0 ] && {{ {0}/program x; {0}/script y; {0}/gone z; {1} {0}/program as w <go; :; }} "
                       "|| ./down $(($1 - 1))",
                       deep, test_program("exec_as")));
    script("commit", "(echo go >go) &\n./down 12");
    for (const auto columns : std::to_array<unsigned short>({80, 60, 48})) {
        Window window(columns);
        const auto lines = lines_on(window, {"--tree", "--color=never"});
        EXPECT_GT(lines.size(), 30U);
        for (const auto& line : lines) EXPECT_LE(columns_of_line(line), columns) << line;
    }
}

TEST_F(Tree, ShowsWhatRanBeforeWhereItIsNeeded) {
    script("before", "echo $$; read x <go; /bin/true after\n:");
    Shell shell(in_folder());
    const auto inner = shell.ask("./before");
    Watching trace({"--tree", shell.pid_text()});
    write_file(folder_.path("go"), "go\n");
    shell.run("/bin/true last");
    const auto lines = trace.stop().out;
    EXPECT_THAT(normalised(lines), ElementsAre("      sh  [PID]  (ran before)",         //
                                               "      ├─ before  [PID]  (ran before)",  //
                                               "0.000 │  ├─ /bin/true after",           //
                                               "0.000 │  │  └─ exited 0 after 1 ms",    //
                                               "0.000 │  └─ exited 0",                  //
                                               "0.000 ├─ /bin/true last",               //
                                               "0.000 │  └─ exited 0 after 1 ms"));
    EXPECT_THAT(lines, Contains(HasSubstr("[" + shell.pid_text() + "]")));
    EXPECT_THAT(lines, Contains(HasSubstr("before  [" + inner + "]")));
}

}  // namespace
}  // namespace exectap::test
