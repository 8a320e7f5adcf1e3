// SPDX-License-Identifier: MIT OR Apache-2.0
// --comm, --exe and --where: what is told is exactly what they hold for, and the rest is counted.
#include <fmt/format.h>

#include "support/filtered.h"
#include "support/kernel_test.h"
#include "support/program_file.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

using Words = std::vector<std::string>;

class FilterExpression : public KernelTest {
protected:
    std::string script(const std::string& name, const std::string& body) const {
        write_file(folder_.path(name), "#!/bin/sh\n" + body + "\n:\n", 0755);
        return folder_.path(name);
    }

    static Outcome lines_of_run(Words options, const std::string& command) {
        Shell shell;
        options.push_back(shell.pid_text());
        Watching trace(options);
        shell.run(command);
        return trace.stop();
    }

    static JsonOutcome json_of_run(Words options, const std::string& command) {
        Shell shell;
        options.push_back(shell.pid_text());
        JsonWatching trace(options);
        shell.run(command);
        auto outcome = trace.stop();
        expect_sums(outcome);
        return outcome;
    }

    ProgramFolder folder_;
};

TEST_F(FilterExpression, CommIsTheCallersName) {
    const auto caller = script("build-it", "/bin/true inner");
    const auto command = caller + "; /bin/true outer";
    for (const Words& options : {Words{"--comm", "build*"}, {"--comm=nobody", "--comm=build-it"}}) {
        const auto line = lines_of_run(options, command);
        EXPECT_THAT(last_arguments(line.events()), ElementsAre("inner"));
        const auto verdict = filtered_verdict(line);
        EXPECT_EQ(verdict.execs, 3U);
        EXPECT_EQ(verdict.filtered, 2U);
        // The end of "inner", but not that of the script.
        const auto json = json_of_run(options, command);
        EXPECT_THAT(types_of(json), ElementsAre("exec", "exit"));
        EXPECT_EQ(json.summary().at("filtered"), 4);
        EXPECT_EQ(json.start().at("filters").at("comm"),
                  JsonEvent(options[0] == "--comm" ? Words{"build*"} : Words{"nobody", "build-it"}));
    }
}

TEST_F(FilterExpression, ExeIsTheFileTheScriptOrWhatWasTried) {
    const auto other = folder_.copy_of("/bin/true", "other");
    const auto job = script("job.sh", "/bin/true in job");
    const auto command = fmt::format("{{ {} a; {} b; /bin/sh {} c; {}/gone d; /bin/true e; }} 2>/dev/null", other, job,
                                     job, folder_.path());
    const auto told = [&](const Words& options) { return last_arguments(lines_of_run(options, command).events()); };
    EXPECT_THAT(told({"--exe", "other"}), ElementsAre("a"));
    EXPECT_THAT(told({"--exe", "job.sh"}), ElementsAre("b"));
    EXPECT_THAT(told({"--exe", "*.sh", "--exe", "gone"}), ElementsAre("b", "d"));
    EXPECT_THAT(told({"--exe", folder_.path() + "/*"}), ElementsAre("a", "b", "d"));
    EXPECT_THAT(told({"--exe", "true", "--comm", "job.sh"}), ElementsAre("job"));
    EXPECT_THAT(told({"--exe", folder_.path() + "/nothing"}), IsEmpty());
    const auto json = json_of_run({"--exe", folder_.path() + "/*"}, command);
    EXPECT_THAT(types_of(json), ElementsAre("exec", "exit", "exec", "exit", "attempt"));
    EXPECT_THAT(last_arguments(json, "attempt"), ElementsAre("d"));
}

TEST_F(FilterExpression, EndsAndForksFollowTheirProgram) {
    const auto job = script("job", "(:); /bin/true inner");
    const auto json =
        json_of_run({"--events=exec,attempt,exit,fork", "--exe", "job"}, job + "; (:); /bin/true outer; (:)");
    // Both children of the script run it at first; one of them goes on to run another program.
    EXPECT_THAT(types_of(json), ElementsAre("exec", "fork", "exit", "fork", "exit"));
    const auto exec = json.one("exec");
    EXPECT_THAT(json.of("fork"),
                Each(testing::ResultOf([](const auto& fork) { return fork.at("exec_id"); }, exec.at("exec_id"))));
    EXPECT_EQ(json.of("exit").back().at("exec_id"), exec.at("exec_id"));
}

TEST_F(FilterExpression, WhereTestsSetsAndElements) {
    const Words command_words{"x", "y", "z"};
    std::string command;
    for (const auto& word : command_words) command += "/bin/true first " + word + "; ";
    command += "/bin/false first q";
    const auto told = [&](const std::string& where) {
        return last_arguments(lines_of_run({"--where", where}, command).events());
    };
    EXPECT_THAT(told(R"(argv in {"x", "z"})"), ElementsAre("x", "z"));
    EXPECT_THAT(told(R"(argv == "y")"), ElementsAre("y"));
    EXPECT_THAT(told(R"(argv ~ "[yz]" || filename == "/bin/false")"), ElementsAre("y", "z", "q"));
    EXPECT_THAT(told(R"(argv == "first" && argv != "x")"), ElementsAre("y", "z", "q"));
    EXPECT_THAT(told(R"(argc > 3)"), IsEmpty());
    EXPECT_THAT(told(R"(!(comm == "sh"))"), IsEmpty());
    // Several of them: any.
    const auto json = json_of_run({"--where", R"(argv == "x")", "--where", R"(argv == "y")"}, command);
    EXPECT_THAT(last_arguments(json, "exec"), ElementsAre("x", "y"));
    EXPECT_THAT(json.of("exit"), SizeIs(2));
    // And with --comm both.
    EXPECT_THAT(last_arguments(lines_of_run({"--where", R"(argv == "x")", "--comm", "bash"}, command).events()),
                IsEmpty());
}

TEST_F(FilterExpression, WhereShowsFailedExecsByTheirError) {
    const auto* const command = "/nowhere/true a 2>/dev/null; /etc/passwd b 2>/dev/null; /bin/true c";
    const auto line = lines_of_run({"--where", R"(error == "EACCES")"}, command);
    EXPECT_THAT(last_arguments(line.events()), ElementsAre("b"));
    EXPECT_EQ(filtered_verdict(line).attempts, 2U);
    EXPECT_THAT(types_of(json_of_run({"--where", "error"}, command)), ElementsAre("attempt", "attempt"));
}

TEST_F(FilterExpression, WhereShowsFailingEnds) {
    const std::string command = "/bin/sh -c 'exit 3'; /bin/true; /bin/sh -c 'exit 0'; /bin/false; sh -c 'kill -9 $$'";
    // Who tests what only ends have gets ends.
    const auto line = lines_of_run({"--where", "exit_code != 0 || signal"}, command);
    EXPECT_THAT(line.out, ElementsAre(HasSubstr("exit_code=3"), HasSubstr("exit_code=1"), HasSubstr("signal=SIGKILL")));
    const auto json = json_of_run({"--where", "exit_code != 0"}, command);
    EXPECT_THAT(json.events(), Each(testing::ResultOf([](const auto& event) { return event.at("type"); }, "exit")));
    EXPECT_THAT(json.of("exit"),
                Contains(testing::ResultOf([](const auto& exit) { return exit.value("exit_code", 0); }, 3)));
}

// The numbers go on over what was filtered: check_stream() wants each.
TEST_F(FilterExpression, NumbersOnlyWhatIsTold) {
    std::string command;
    for (int i = 0; i < 20; i++) command += fmt::format("/bin/true {} {}; ", i, i % 3 == 0 ? "third" : "other");
    const auto json = json_of_run({"--where", R"(argv == "third")", "--events=exec"}, command);
    const auto execs = json.of("exec");
    ASSERT_THAT(execs, SizeIs(7));
    for (std::size_t i = 0; i < execs.size(); i++) {
        EXPECT_EQ(execs[i].at("seq"), i + 1);
        EXPECT_EQ(list_of(execs[i], "argv").at(1), std::to_string(3 * i));
    }
    EXPECT_EQ(json.summary().at("filtered"), 13);
    EXPECT_EQ(json.summary().at("undecided"), 0);
    EXPECT_EQ(json.start().at("filters").at("where"), JsonEvent(Words{R"(argv == "third")"}));
}

TEST_F(FilterExpression, WhatCannotBeDecidedIsShownAndTheRunIncomplete) {
    const std::string command =
        "/bin/true aaaaaaaaaaaaaaaaaaaaaaaaaaa x; /bin/true x bbbbbbbbbbbbbbbbbbbb; /bin/true y";
    const Words options{"--max-args", "16", "--where", R"(argv == "x")"};
    const auto line = lines_of_run(options, command);
    EXPECT_THAT(line.events(), ElementsAre(testing::Field(&EventLine::argc, 3U), testing::Field(&EventLine::argc, 3U)));
    EXPECT_EQ(line.last_words(),
              "exectap: 3 execs, 0 attempts seen, 1 event filtered, 2 delivered, 1 undecided (unreadable or cut): "
              "incomplete; 1 watched process still alive");
    EXPECT_EQ(line.status, exited(3));

    Shell shell;
    JsonWatching trace({"--max-args=16", "--where", options[3], "--events=exec", shell.pid_text()});
    shell.run(command);
    const auto json = json_outcome_with_gaps(trace.Watching::stop());
    expect_sums(json);
    EXPECT_THAT(json.of("exec"), SizeIs(2));
    EXPECT_EQ(json.summary().at("undecided"), 1);
    EXPECT_EQ(json.summary().at("filtered"), 1);
    EXPECT_EQ(json.summary().at("complete"), false);
    EXPECT_EQ(json.status, exited(3));
}

TEST_F(FilterExpression, AnUndecidedEventIsTheStatusOfACommandOnlyWhereStrictIsAskedFor) {
    const Words run{"--max-args=8", "--where", R"(argv == "x")", "--", "/bin/sh", "-c", "exit 6"};
    EXPECT_EQ(run_exectap(run).status, exited(6));
    auto strict = run;
    strict.insert(strict.begin(), "--strict");
    EXPECT_EQ(run_exectap(strict).status, exited(3));
}

// What is decided in the kernel and what is decided behind it are counted as one.
TEST_F(FilterExpression, HoldsTogetherWithUid) {
    const auto command =
        as_user(own_user()) + "/bin/true ours; /bin/true ours; " + as_user(own_user()) + "/bin/false theirs";
    const auto line = lines_of_run({"--uid", own_user(), "--where", R"(argv == "ours")"}, command);
    EXPECT_THAT(last_arguments(line.events()), ElementsAre("ours"));
    EXPECT_EQ(filtered_verdict(line).filtered, 4U);
    EXPECT_EQ(types_of(json_of_run({"--uid", own_user(), "--exe", "true"}, command)), (Words{"exec", "exit"}));
}

// A filter is asked of each step of the search.
TEST_F(FilterExpression, ASearchAlongPathIsFoldedBehindTheFilter) {
    const std::string command = "env PATH=/nowhere:/nothing:/bin true found";
    const auto without = lines_of_run({"--where", R"(filename == "/bin/true")"}, command);
    EXPECT_THAT(last_arguments(without.events()), ElementsAre("found"));
    EXPECT_EQ(filtered_verdict(without).attempts, 2U);
    EXPECT_EQ(filtered_verdict(without).filtered, 3U);
    const auto of_one = lines_of_run({"--where", R"(filename != "/nothing/true")"}, command);
    EXPECT_THAT(of_one.out, testing::Not(Contains(HasSubstr("attempts="))));
    EXPECT_EQ(filtered_verdict(of_one).filtered, 1U);
}

}  // namespace
}  // namespace exectap::test
