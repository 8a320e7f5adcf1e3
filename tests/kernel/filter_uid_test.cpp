// SPDX-License-Identifier: MIT OR Apache-2.0
// --uid: only what these users run, asked in the kernel; all else is counted as filtered, and never as lost.
#include <fmt/format.h>
#include <pwd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <regex>

#include "support/filtered.h"
#include "support/kernel_test.h"
#include "support/shell.h"
#include "support/small_ring.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class FilterUid : public KernelTest {};

std::vector<std::string> with(std::vector<std::string> options, const std::vector<std::string>& more) {
    options.insert(options.end(), more.begin(), more.end());
    return options;
}

Outcome lines_while(Shell& shell, const std::string& command, const std::vector<std::string>& options) {
    Watching trace(with(options, {shell.pid_text()}));
    shell.run(command);
    return trace.stop();
}

JsonOutcome json_while(Shell& shell, const std::string& command, const std::vector<std::string>& options) {
    JsonWatching trace(with(options, {shell.pid_text()}));
    shell.run(command);
    auto outcome = trace.stop();
    expect_sums(outcome);
    return outcome;
}

// setpriv itself is run by root.
TEST_F(FilterUid, TellsEventsOfAllKindsOfThatUserOnly) {
    const auto user = own_user();
    const auto command = as_user(user) + "/bin/sh -c '/bin/true ours; /nowhere/true 2>/dev/null; :'; /bin/true theirs";
    Shell shell;
    const auto json = json_while(shell, command, {"--events=exec,attempt,exit,fork", "--uid", user});
    EXPECT_THAT(types_of(json), ElementsAre("exec", "fork", "exec", "exit", "fork", "attempt", "exit", "exit"));
    for (const auto* type : {"exec", "attempt"}) {
        for (const auto& event : json.of(type)) EXPECT_EQ(event.at("uid"), std::stoll(user)) << event;
    }
    // Of root: two forks of the shell, two execs, and an end.
    EXPECT_EQ(json.summary().at("filtered"), 5);
    EXPECT_EQ(json.start().at("filters").at("uid"), JsonEvent::array({std::stoll(user)}));

    const auto line = lines_while(shell, command, {"--uid", user});
    EXPECT_THAT(line.events(), AllOf(SizeIs(3), Each(testing::Field(&EventLine::uid, std::stoul(user)))));
    EXPECT_EQ(
        line.last_words(),
        "exectap: 4 execs, 1 attempt seen, 2 events filtered, all others delivered: complete; 1 watched process still "
        "alive");
}

TEST_F(FilterUid, TakesNamesAndSeveralUsers) {
    const passwd* nobody = ::getpwnam("nobody");
    ASSERT_NE(nobody, nullptr);
    const auto user = own_user();
    const auto command = as_user(std::to_string(nobody->pw_uid)) + "/bin/true nobody; " + as_user(user) +
                         "/bin/true ours; " + as_user(own_user(1)) + "/bin/true stranger";
    Shell shell;
    const auto by_name = lines_while(shell, command, {"--uid", "nobody"});
    EXPECT_THAT(last_arguments(by_name.events()), ElementsAre("nobody"));
    EXPECT_EQ(filtered_verdict(by_name).filtered, 5U);
    const auto both = lines_while(shell, command, {"--uid", user, "--uid=nobody"});
    EXPECT_THAT(last_arguments(both.events()), ElementsAre("nobody", "ours"));
    EXPECT_EQ(filtered_verdict(both).filtered, 4U);
    const auto json = json_while(shell, command, {"--uid", user, "--uid=nobody"});
    EXPECT_THAT(last_arguments(json, "exec"), ElementsAre("nobody", "ours"));
    EXPECT_THAT(types_of(json), ElementsAre("exec", "exit", "exec", "exit"));
}

// Not the rights that a file gives.
TEST_F(FilterUid, MeansTheRealUser) {
    const TempDir folder;
    const auto program = folder.path("true");
    std::filesystem::copy_file("/bin/true", program);
    using std::filesystem::perms;
    std::filesystem::permissions(program, perms{06755});
    std::filesystem::permissions(folder.path(), perms{0755});
    const auto command = as_user(own_user()) + program + " setuid";
    Shell shell;
    EXPECT_THAT(last_arguments(json_while(shell, command, {"--uid", own_user()}), "exec"), ElementsAre("setuid"));
    const auto of_root = json_while(shell, command, {"--uid", "root"}).one("exec");
    EXPECT_EQ(list_of(of_root, "argv").front(), "setpriv");
}

TEST_F(FilterUid, AsksOfAnExecAfterTheUserChanged) {
    for (const bool is_json : {false, true}) {
        Process program({test_program("users"), "2", "0", own_user(0), own_user(1)});
        // Its forks and its own end are root's.
        const std::vector<std::string> options{"--events=exec,fork,exit", "--uid", own_user(0)};
        if (is_json) {
            const auto outcome = watch_json(program, options);
            EXPECT_THAT(types_of(outcome), ElementsAre("exec", "exit"));
            EXPECT_EQ(outcome.summary().at("filtered"), 5);
            expect_sums(outcome);
        } else {
            const auto outcome = watch_to_its_end(program, options);
            EXPECT_THAT(outcome.out, ElementsAre(HasSubstr(own_user(0)), HasSubstr("exit_code=0")));
            EXPECT_EQ(filtered_verdict(outcome).filtered, 5U);
        }
    }
}

TEST_F(FilterUid, KeepsOtherUsersProgramsInTheAncestry) {
    const TempDir folder;
    const auto outer = folder.path("outer");
    write_file(outer, "#!/bin/sh\n" + as_user(own_user()) + "/bin/true deep\n:\n", 0755);
    Shell shell;
    const auto line = lines_while(shell, outer, {"--uid", own_user(), "--fields", "argv,ancestry"});
    EXPECT_THAT(line.out, ElementsAre(HasSubstr(R"(argv=["/bin/true","deep"] ancestry=["outer","sh",)")));
    EXPECT_EQ(filtered_verdict(line).filtered, 2U);
    const auto json = json_while(shell, outer, {"--uid", own_user()});
    const auto ancestry = list_of(json.one("exec"), "ancestry");
    EXPECT_THAT(std::vector(ancestry.begin(), ancestry.begin() + 2), ElementsAre("outer", "sh"));
    EXPECT_EQ(json.of("exit").size(), 1U);
}

TEST_F(FilterUid, HoldsWithAllToo) {
    Shell shell;
    const auto command = as_user(own_user()) + "/bin/true ours";
    Watching line({"--all", "--uid", own_user()});
    JsonWatching json({"--all", "--uid", own_user()});
    shell.run(command);
    const auto lines = line.stop();
    EXPECT_THAT(argvs_of(lines.events()), ElementsAre(ElementsAre("/bin/true", "ours")));
    EXPECT_GE(filtered_verdict(lines).filtered, 1U);
    const auto outcome = json.stop();
    EXPECT_THAT(types_of(outcome), ElementsAre("exec", "exit"));
    expect_sums(outcome);
}

TEST_F(FilterUid, CountsExactlyWhereManyRun) {
    constexpr std::uint64_t kExecs = 400;
    for (const bool is_json : {false, true}) {
        Process program({test_program("users"), std::to_string(kExecs), "0", own_user(0), own_user(1)});
        if (is_json) {
            const auto outcome = watch_json(program, {"--events=exec,exit", "--uid", own_user(1)});
            EXPECT_THAT(outcome.of("exec"), SizeIs(kExecs / 2));
            EXPECT_THAT(outcome.of("exit"), SizeIs(kExecs / 2));
            EXPECT_EQ(outcome.summary().at("filtered"), kExecs + 1);
            expect_sums(outcome);
        } else {
            const auto outcome = watch_to_its_end(program, {"--uid", own_user(1)});
            EXPECT_THAT(argvs_of(outcome.events()), AllOf(SizeIs(kExecs / 2), Each(Contains(own_user(1)))));
            const auto verdict = filtered_verdict(outcome);
            EXPECT_EQ(verdict.execs, kExecs);
            EXPECT_EQ(verdict.filtered, kExecs / 2);
        }
        EXPECT_THAT(program.out().so_far(), Contains(fmt::format("execs {}", kExecs)));
    }
}

// The reader stands still while such programs fill a small ring twice, and ends of others besides.
JsonOutcome json_of_a_full_ring(const std::vector<std::string>& users) {
    constexpr int kExecs = 4 * small_ring::kFilling;
    std::vector<std::string> argv{test_program("users"), std::to_string(kExecs),
                                  std::to_string(small_ring::kLargeArgument)};
    Process program(with(argv, users));
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching trace(with(small_ring::options(), {"--events=exec,exit", "--uid", own_user(0), program.pid_text()}));
    trace.send_signal(SIGSTOP);
    program.write("go\n");
    EXPECT_EQ(program.out().next_line(), fmt::format("execs {}", kExecs));
    EXPECT_EQ(program.wait(), exited(0));
    trace.send_signal(SIGCONT);
    auto outcome = json_outcome_with_gaps(trace.Watching::finish());
    EXPECT_EQ(outcome.summary().at("execs_seen"), kExecs);
    expect_sums(outcome);
    return outcome;
}

// JSON asks for the ancestry: so they are told of, and find no room.
TEST_F(FilterUid, DoesNotTakeTheLossOfWhatIsNotWantedForALoss) {
    const auto outcome = json_of_a_full_ring({own_user(1), own_user(2)});
    EXPECT_THAT(outcome.events(), IsEmpty());
    EXPECT_EQ(outcome.summary().at("lost"), 0);
    EXPECT_EQ(outcome.summary().at("complete"), true);
    EXPECT_EQ(outcome.status, exited(0));
}

TEST_F(FilterUid, CountsTheLossOfWhatIsWanted) {
    const auto outcome = json_of_a_full_ring({own_user(0), own_user(1)});
    const auto wanted = outcome.summary().at("execs_seen").get<std::uint64_t>() / 2;
    EXPECT_GT(outcome.summary().at("lost"), 0);
    EXPECT_LT(outcome.of("exec").size(), wanted);
    // All of the others, and the end of the program itself.
    EXPECT_EQ(outcome.summary().at("filtered"), 2 * wanted + 1);
    EXPECT_EQ(outcome.status, exited(3));
    const std::regex verdict(
        R"(exectap: \d+ execs, \d+ exits seen, (\d+) events filtered, \d+ delivered, \d+ lost \(ring )"
        R"(full\): incomplete)");
    EXPECT_TRUE(std::regex_match(outcome.err.back(), verdict)) << outcome.err.back();
}

TEST_F(FilterUid, TakesNoRoomInTheRingForOthersWhereNobodyAsksForAncestors) {
    Process program({test_program("users"), "64", std::to_string(small_ring::kLargeArgument), own_user(1)});
    EXPECT_EQ(program.out().next_line(), "ready");
    Shell shell;
    Watching trace(with(small_ring::options(), {"--uid", own_user(0), program.pid_text(), shell.pid_text()}));
    trace.send_signal(SIGSTOP);
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0));
    shell.run(as_user(own_user(0)) + "/bin/true ours");
    trace.send_signal(SIGCONT);
    const auto outcome = trace.stop();
    EXPECT_THAT(argvs_of(outcome.events()), ElementsAre(ElementsAre("/bin/true", "ours")));
    EXPECT_EQ(filtered_verdict(outcome).filtered, 65U);
}

}  // namespace
}  // namespace exectap::test
