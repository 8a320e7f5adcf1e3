// SPDX-License-Identifier: MIT OR Apache-2.0
// The command line of filters, assertions and looks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "cli/options.h"
#include "unit/expressions.h"
#include "unit/process_table.h"

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Words = std::vector<const char*>;

Result<std::variant<Options, Information>> parse(Words arguments, const std::string& default_format = {}) {
    arguments.insert(arguments.begin(), "exectap");
    return parse_options(arguments, default_format);
}

Options options_of(const Words& arguments, const std::string& default_format = {}) {
    auto parsed = parse(arguments, default_format);
    if (!parsed) throw std::runtime_error(parsed.error().message);
    return std::get<Options>(std::move(*parsed));
}

std::string error_of(const Words& arguments, const std::string& default_format = {}) {
    const auto parsed = parse(arguments, default_format);
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

std::string names_of(const EventKinds& events) {
    std::string names;
    if (events.execs) names += " exec";
    if (events.attempts) names += " attempt";
    if (events.exits) names += " exit";
    if (events.forks) names += " fork";
    return names;
}

TEST(FormatOptions, TakeATree) {
    EXPECT_EQ(options_of({"1", "--tree"}).format, FormatName::tree);
    EXPECT_EQ(options_of({"1", "--format", "tree"}).format, FormatName::tree);
    EXPECT_EQ(options_of({"1", "--tree", "--format=tree"}).format, FormatName::tree);
    EXPECT_EQ(names_of(options_of({"1", "--tree"}).events), " exec attempt exit");
    EXPECT_EQ(error_of({"1", "--tree", "--json"}), "--tree and --json contradict each other");
    EXPECT_EQ(error_of({"1", "--tree", "--format", "line"}), "--tree and --format line contradict each other");
    EXPECT_EQ(error_of({"1", "--tree", "--fields", "pid"}), "--fields chooses what a line shows; --tree shows its own");
}

TEST(FormatOptions, HaveADefaultInTheEnvironment) {
    EXPECT_EQ(options_of({"1"}, "tree").format, FormatName::tree);
    EXPECT_EQ(options_of({"1"}, "json").format, FormatName::json);
    EXPECT_EQ(options_of({"1"}, "").format, FormatName::line);
    EXPECT_EQ(options_of({"1", "--format", "line"}, "tree").format, FormatName::line);
    EXPECT_EQ(options_of({"1", "--json"}, "tree").format, FormatName::json);
    EXPECT_EQ(options_of({"1", "--json"}, "nonsense").format, FormatName::json);
    EXPECT_EQ(names_of(options_of({"1"}, "tree").events), " exec attempt exit");
    EXPECT_EQ(error_of({"1"}, "xml"), "EXECTAP_FORMAT is line, tree or json, not 'xml'");
    EXPECT_EQ(error_of({"--", "make"}, "json"),
              "EXECTAP_FORMAT=json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's");
}

TEST(FormatOptions, ChooseTheLineWithItsFields) {
    EXPECT_EQ(options_of({"1", "--fields", "pid"}, "tree").format, FormatName::line);
    EXPECT_EQ(options_of({"--fields", "pid", "--", "make"}, "json").format, FormatName::line);
    EXPECT_EQ(names_of(options_of({"1", "--fields", "pid"}, "tree").events), " exec attempt");
}

TEST(LooksOptions, AreForTrees) {
    EXPECT_FALSE(options_of({"1", "--tree"}).wide);
    EXPECT_TRUE(options_of({"1", "--tree", "--wide"}).wide);
    EXPECT_TRUE(options_of({"1", "--wide"}, "tree").wide);
    EXPECT_EQ(error_of({"1", "--wide"}), "--wide is for --tree: other formats never shorten anything");
    EXPECT_EQ(error_of({"1", "--wide", "--fields", "pid"}, "tree"),
              "--wide is for --tree: other formats never shorten anything");
    EXPECT_EQ(options_of({"1"}).colours, ColourUse::automatic);
    EXPECT_EQ(options_of({"1", "--color", "auto"}).colours, ColourUse::automatic);
    EXPECT_EQ(options_of({"1", "--color=always"}).colours, ColourUse::always);
    EXPECT_EQ(options_of({"1", "--color", "never"}).colours, ColourUse::never);
    EXPECT_EQ(error_of({"1", "--color", "yes"}), "--color is auto, always or never, not 'yes'");
    EXPECT_EQ(error_of({"1", "--color", "never", "--color", "auto"}), "--color can be given only once");
}

TEST(UidOptions, TakeNamesAndNumbers) {
    EXPECT_THAT(options_of({"1", "--uid", "root"}).filters.uids, ElementsAre(0));
    EXPECT_THAT(options_of({"1", "--uid", "0", "--uid", "root", "--uid=7"}).filters.uids, ElementsAre(0, 7));
    EXPECT_THAT(options_of({"1", "--uid", "4294967294"}).filters.uids, ElementsAre(4294967294));
    EXPECT_THAT(options_of({"1"}).filters.uids, IsEmpty());
}

TEST(UidOptions, RefuseUsersThatThereAreNot) {
    EXPECT_EQ(error_of({"1", "--uid", "no-such-user"}), "--uid: there is no user 'no-such-user'");
    EXPECT_EQ(error_of({"1", "--uid", "-1"}), "--uid: there is no user '-1'");
    EXPECT_EQ(error_of({"1", "--uid", "0x1"}), "--uid: there is no user '0x1'");
    EXPECT_EQ(error_of({"1", "--uid", "a\nb"}), "--uid: there is no user 'a\\nb'");
    for (const std::string uid : {"4294967295", "4294967296", "99999999999999999999"})
        EXPECT_EQ(error_of({"1", "--uid", uid.c_str()}), "--uid: " + uid + " is no uid: they go to 4294967294");
}

TEST(UidOptions, AreThirtyTwoAtMost) {
    std::vector<std::string> numbers;
    for (int uid = 1; uid <= 33; uid++) numbers.push_back("--uid=" + std::to_string(uid));
    Words words = {"1"};
    for (int i = 0; i < 32; i++) words.push_back(numbers[static_cast<std::size_t>(i)].c_str());
    words.push_back("--uid=1");
    EXPECT_EQ(options_of(words).filters.uids.size(), 32U);
    words.push_back(numbers.back().c_str());
    EXPECT_EQ(error_of(words), "--uid is given for 33 users; it takes at most 32");
}

TEST(ExcludeTreeOptions, ArePids) {
    EXPECT_THAT(
        options_of({"-a", "--exclude-tree", "12", "--exclude-tree=13", "--exclude-tree=12"}).filters.excluded_trees,
        ElementsAre(12, 13));
    EXPECT_THAT(error_of({"-a", "--exclude-tree", "make"}), testing::StartsWith("--exclude-tree: "));
    EXPECT_THAT(error_of({"-a", "--exclude-tree", "0"}), testing::StartsWith("--exclude-tree: "));
}

TEST(ExpressionOptions, AreAllTrueOfWhatIsShown) {
    const auto options = options_of(
        {"1", "--comm", "mak?", "--comm", "cc", "--exe", "/usr/*", "--where", "pid == 3", "--where", "pid == 4"});
    EXPECT_THAT(options.filters.comms, ElementsAre("mak?", "cc"));
    EXPECT_THAT(options.filters.exes, ElementsAre("/usr/*"));
    EXPECT_THAT(options.filters.wheres, ElementsAre("pid == 3", "pid == 4"));
    const auto truth = [&](std::string_view comm, std::string_view path, std::uint32_t pid) {
        auto exec = exec_of(id_of(pid), "x");
        exec.call.comm = comm;
        exec.exe = ExeFile{.path = {.path = path}};
        return options.shown->test(exec, {Clock{}, nullptr});
    };
    EXPECT_EQ(truth("make", "/usr/bin/cc", 3), Truth::yes);
    EXPECT_EQ(truth("cc", "/usr/bin/cc", 4), Truth::yes);
    EXPECT_EQ(truth("sh", "/usr/bin/cc", 4), Truth::no);
    EXPECT_EQ(truth("cc", "/bin/cc", 4), Truth::no);
    EXPECT_EQ(truth("cc", "/usr/bin/cc", 5), Truth::no);
    EXPECT_FALSE(options_of({"1"}).shown);
    EXPECT_FALSE(options_of({"1"}).forbidden);
}

TEST(ExpressionOptions, SayWhatIsWrongAndWhere) {
    EXPECT_EQ(error_of({"1", "--where", "com == \"a\""}),
              R"(--where at character 1, "com == \"a\"": no field 'com'; did you mean comm? --fields help lists them)");
    EXPECT_EQ(error_of({"1", "--fail-if", "pid ="}), R"(--fail-if at character 5, "=": write ==)");
    EXPECT_EQ(error_of({"1", "--where", "pid == 1", "--where", ""}),
              R"(--where at its end: a test is missing here, like comm == "sh")");
    const auto comm = error_of({"1", "--comm", "[a"});
    EXPECT_THAT(comm, testing::StartsWith("--comm '[a': ")) << comm;
    const auto exe = error_of({"1", "--exe", "a\n["});
    EXPECT_THAT(exe, testing::StartsWith("--exe 'a\\n[': ")) << exe;
}

TEST(ExpressionOptions, SwitchOnTheEventsThatTheyAskAbout) {
    const auto shown = options_of({"1", "--where", "exit_code == 1"});
    EXPECT_EQ(names_of(shown.events), " exec attempt exit");
    EXPECT_EQ(names_of(shown.asked_for), " exec attempt exit");
    const auto forbidden = options_of({"1", "--fail-if", "exit_code == 1"});
    EXPECT_EQ(names_of(forbidden.events), " exec attempt");
    EXPECT_EQ(names_of(forbidden.asked_for), " exec attempt exit");
    EXPECT_EQ(names_of(options_of({"1", "--where", "child_pid == 1"}).events), " exec attempt fork");
    EXPECT_EQ(names_of(options_of({"1", "--where", "pid == 1"}).asked_for), " exec attempt");
    const auto chosen = options_of({"1", "--events", "exec", "--fail-if", "error == \"EACCES\""});
    EXPECT_EQ(names_of(chosen.events), " exec");
    EXPECT_EQ(names_of(chosen.asked_for), " exec attempt");
}

TEST(ExpressionOptions, AskAboutNothingThatIsLeftOut) {
    EXPECT_EQ(error_of({"1", "--events", "exec", "--where", "exit_code == 1"}),
              "--where tests what only events of kind exit have, which --events leaves out");
    EXPECT_EQ(error_of({"1", "--no-failed", "--where", "error == \"EACCES\""}),
              "--where tests what only events of kind attempt have, which --no-failed leaves out");
    EXPECT_EQ(error_of({"1", "--no-failed", "--fail-if", "error == \"EACCES\""}),
              "--fail-if tests what only events of kind attempt have, which --no-failed leaves out");
    EXPECT_EQ(names_of(options_of({"1", "--events", "exec,exit", "--where", "exit_code == 1"}).events), " exec exit");
}

TEST(FailIfOption, ImpliesStrict) {
    EXPECT_TRUE(options_of({"--fail-if", "pid == 1", "--", "make"}).strict);
    EXPECT_FALSE(options_of({"--where", "pid == 1", "--", "make"}).strict);
    EXPECT_FALSE(options_of({"--", "make"}).strict);
    EXPECT_TRUE(options_of({"1", "--fail-if", "pid == 1"}).forbidden);
    EXPECT_EQ(error_of({"1", "--fail-if", "pid == 1", "--strict"}),
              "--strict is for runs with a COMMAND; without one, 3 is always the status of an incomplete trace");
}

TEST(UnknownOptions, NameTheirNeighbour) {
    EXPECT_EQ(error_of({"1", "--filds", "pid"}), "no option '--filds'; did you mean --fields? exectap -h lists them");
    EXPECT_EQ(error_of({"1", "--exclud-tree=3"}),
              "no option '--exclud-tree=3'; did you mean --exclude-tree? exectap -h lists them");
    EXPECT_EQ(error_of({"1", "-json"}), "no option '-json'; did you mean --json? exectap -h lists them");
    EXPECT_EQ(error_of({"1", "--frobnicate"}), "no option '--frobnicate'; exectap -h lists them");
    EXPECT_EQ(error_of({"make", "--filds"}), "make is no pid; to run it: exectap -- make --filds");
    EXPECT_EQ(error_of({"1", "-x"}), "no option '-x'; exectap -h lists them");
}

}  // namespace
}  // namespace exectap::cli
