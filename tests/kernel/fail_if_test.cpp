// SPDX-License-Identifier: MIT OR Apache-2.0
// --fail-if: what matches is told at once, is counted, and is the status; nothing else changes.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>

#include "support/filtered.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

using Words = std::vector<std::string>;

constexpr const char* kMatched = "exectap: --fail-if matched: [";
constexpr const char* kBad = R"(argv == "bad")";

class FailIf : public KernelTest {
protected:
    // With the events in a file.
    Outcome run(const std::string& script, const Words& options = {"--fail-if", kBad}) {
        Words arguments{"-o", events_path_};
        arguments.insert(arguments.end(), options.begin(), options.end());
        arguments.insert(arguments.end(), {"--", "/bin/sh", "-c", script});
        return run_exectap(arguments);
    }

    const TempDir folder_;
    const std::string events_path_ = folder_.path("events");
};

// But for the notice that depends on the kernel.
std::vector<std::string> said_by(const Outcome& outcome) {
    auto said = outcome.err;
    std::erase_if(said, [](const auto& line) { return line.ends_with("; --no-failed avoids it"); });
    return said;
}

auto is_match_of(const std::string& argument) {
    return AllOf(StartsWith(kMatched), HasSubstr(fmt::format(R"(argv=["/bin/true","{}"])", argument)));
}

TEST_F(FailIf, TellsAMatchAtOnceWithWhatLedToItAndCommandGoesOn) {
    const auto fifo = folder_.path("fifo");
    ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
    const auto held_open = open_file(fifo, O_RDWR);
    Exectap trace({"-o", events_path_, "--fail-if", kBad, "--", "/bin/sh", "-c",
                   "/bin/true bad; read x <" + fifo + "; echo went on; exit 5"});
    const auto line = trace.err().wait_for_line(kMatched);
    EXPECT_THAT(line, AllOf(HasSubstr(R"(comm="sh" filename="/bin/true" argv=["/bin/true","bad"] ancestry=["sh",)"),
                            HasSubstr(fmt::format(" uid={} ", ::getuid()))));
    write_file(fifo, "go\n");
    const auto outcome = trace.finish();
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_THAT(outcome.out, ElementsAre("went on"));
    EXPECT_THAT(said_by(outcome), ElementsAre(line, "exectap: --fail-if matched 1 event",
                                              "exectap: 2 execs, 0 attempts seen, all delivered: complete"));
    EXPECT_THAT(events_in(events_path_), SizeIs(2));
}

TEST_F(FailIf, SeesWhatIsFilteredAndSpeaksDespiteQuiet) {
    const auto outcome = run("/bin/true bad; /bin/true good", {"--quiet", "--where", R"(argv == "good")", "--fail-if",
                                                               R"(argv == "worse")", "--fail-if", kBad});
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_THAT(outcome.err, ElementsAre(is_match_of("bad"), "exectap: --fail-if matched 1 event"));
    EXPECT_THAT(last_arguments(events_in(events_path_)), ElementsAre("good"));
}

TEST_F(FailIf, WithoutACommandIsTheStatusToo) {
    Shell shell;
    Watching trace({"--fail-if", kBad, shell.pid_text()});
    shell.run("/bin/true bad");
    shell.run("/bin/true good");
    const auto outcome = trace.stop();
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_THAT(outcome.err, Contains(is_match_of("bad")));
    EXPECT_THAT(last_arguments(outcome.events()), ElementsAre("bad", "good"));
}

TEST_F(FailIf, WithoutAMatchChangesNothing) {
    const auto outcome = run("/bin/true good; exit 5");
    EXPECT_EQ(outcome.status, exited(5));
    EXPECT_THAT(said_by(outcome), ElementsAre("exectap: 2 execs, 0 attempts seen, all delivered: complete"));
    EXPECT_EQ(run("kill -TERM $$").status, exited(128 + SIGTERM));
}

// An end does not say itself what ran.
TEST_F(FailIf, TellsOfTheProgramWhoseEndItMatched) {
    const auto outcome = run("/bin/sh -c 'exit 3'; :", {"--fail-if", "exit_code == 3"});
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith("exectap: --fail-if matched: ["),
                                            HasSubstr(R"( exit_code=3 program="sh" ancestry=["sh",)"))));
}

// Where what is tested was cut, nobody can say that it did not happen.
TEST_F(FailIf, MakesWhatCannotBeTestedAStatusToo) {
    const Words options{"--max-args=16", "--fail-if", kBad};
    const std::string untestable = "/bin/true aaaaaaaaaaaaaaaaaa b; :";
    const auto outcome = run(untestable, options);
    EXPECT_EQ(outcome.status, exited(3));
    EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith("exectap: --fail-if could not be tested: ["),
                                            HasSubstr("filename=\"/bin/true\""))));
    EXPECT_THAT(outcome.err, Not(Contains(StartsWith("exectap: --fail-if matched"))));
    EXPECT_THAT(outcome.last_words(), AllOf(HasSubstr("1 undecided (unreadable or cut)"), EndsWith(": incomplete")));
    const auto both = run(untestable + "; /bin/true bad", options);
    EXPECT_EQ(both.status, exited(4));
    EXPECT_THAT(both.err, Contains("exectap: --fail-if matched 1 event"));
}

// Of programs too of which only the end tells.
TEST_F(FailIf, AsksForTheEventsThatItTests) {
    // The shell's own complaint, which it writes in pieces, would get between the words of ours.
    const auto outcome =
        run("sh -c 'exit 3'; /nowhere/true 2>/dev/null; :", {"--fail-if", "exit_code == 3", "--no-failed"});
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith(kMatched), HasSubstr("exit_code=3"))));
    // They are not told: nobody asked to see them. That is no filter's doing.
    EXPECT_THAT(events_in(events_path_), SizeIs(2));
    EXPECT_EQ(outcome.last_words(), "exectap: 2 execs seen, all delivered: complete");
}

TEST_F(FailIf, CannotBeMadeToForgeALine) {
    const auto script = folder_.path("script");
    // A newline, an escape sequence, a carriage return, an override of the writing direction.
    write_file(script, "/bin/true bad '\nexectap: --fail-if matched: [0.1] forged' '\x1b[2J\rx\xe2\x80\xae'\n");
    const auto outcome = run(". " + script);
    EXPECT_EQ(outcome.status, exited(4));
    const auto said = said_by(outcome);
    ASSERT_THAT(said, SizeIs(3));
    EXPECT_THAT(said[0], HasSubstr(R"("\nexectap: --fail-if matched: [0.1] forged","\x1b[2J\rx\u{202e}"])"));
    for (const auto& line : said) {
        for (const auto c : line) EXPECT_TRUE(c >= ' ' && c <= '~') << line;
    }
}

TEST_F(FailIf, TellsInJson) {
    const Words options{"--fail-if", kBad,      "--fail-if", R"(argv == "worse")", "--where", R"(argv == "good")",
                        "--",        "/bin/sh", "-c"};
    auto bad = options;
    bad.emplace_back("/bin/true bad; /bin/true worse; /bin/true bad; /bin/true good");
    const auto outcome = run_json(bad);
    EXPECT_EQ(outcome.status, exited(4));
    EXPECT_EQ(outcome.summary().at("fail_if_matched"), 3);
    EXPECT_EQ(outcome.start().at("filters").at("fail_if"), JsonEvent(Words{kBad, R"(argv == "worse")"}));
    EXPECT_THAT(last_arguments(outcome, "exec"), ElementsAre("good"));
    expect_sums(outcome);
    auto good = options;
    good.emplace_back("/bin/true good");
    const auto without = run_json(good);
    EXPECT_EQ(without.status, exited(0));
    EXPECT_EQ(without.summary().at("fail_if_matched"), 0);
    EXPECT_FALSE(run_json({"--", "/bin/true"}).summary().contains("fail_if_matched"));
}

// Runs 2,000 programs that match, into a pipe that takes few of them and that nobody reads until COMMAND has ended.
std::vector<std::string> stderr_read_late(const Words& options) {
    auto err = Pipe::create();
    checked(::fcntl(err.write_end.get(), F_SETPIPE_SZ, 4096), "F_SETPIPE_SZ");
    Words arguments = options;
    arguments.insert(arguments.end(), {"--no-failed", "--fail-if", R"(argv == "end")", "--", test_program("storm"), "2",
                                       "1000", "fork"});
    ProcessOptions with_pipe;
    with_pipe.err = err.write_end.get();
    Exectap trace(arguments, std::move(with_pipe));
    err.write_end.reset();
    EXPECT_EQ(trace.out().next_line(), "ready");
    trace.write("go\n");
    EXPECT_EQ(trace.out().next_line(), "execs 2000");
    auto lines = lines_of(read_all(err.read_end));
    EXPECT_EQ(trace.wait(), exited(4));
    return lines;
}

constexpr const char* kTwoThousand = "exectap: --fail-if matched 2000 events";

TEST_F(FailIf, DoesNotHoldUpCommandWhereNobodyReadsTheMatches) {
    const auto lines = stderr_read_late({"-o", events_path_});
    ASSERT_THAT(lines, SizeIs(2002));
    EXPECT_EQ(std::count_if(lines.begin(), lines.end(), [](const auto& line) { return line.starts_with(kMatched); }),
              2000);
    EXPECT_EQ(lines[2000], kTwoThousand);
    EXPECT_THAT(events_in(events_path_), SizeIs(2001));
}

// Two that write to one pipe must not write into each other's lines.
TEST_F(FailIf, LeavesTheLinesOfEventsOnStderrWhole) {
    const auto lines = stderr_read_late({});
    std::size_t matches = 0;
    std::size_t events = 0;
    for (const auto& line : lines) {
        if (line.starts_with("exectap: --fail-if matched: ")) {
            matches++;
            EXPECT_EQ(line.find("exectap: ", 1), line.npos) << line;
        } else if (!line.starts_with("exectap: ")) {
            parse_event(line);
            events++;
        }
    }
    EXPECT_EQ(matches, 2000U);
    EXPECT_EQ(events, 2001U);
    EXPECT_THAT(lines, Contains(kTwoThousand));
}

// What the shell ran after the reader of the events had gone.
Outcome with_a_reader_that_goes(const Words& options, const std::string& then) {
    const TempDir folder;
    auto out = Pipe::create();
    Words arguments{"-o", "-"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--", "/bin/sh"});
    ProcessOptions with_pipe;
    with_pipe.out = out.write_end.get();
    Exectap trace(arguments, std::move(with_pipe));
    out.write_end.reset();
    trace.write("/bin/true one\n");
    char first = 0;
    EXPECT_EQ(::read(out.read_end.get(), &first, 1), 1);
    out.read_end.reset();
    trace.write("/bin/true two; /bin/true three; " + then + "\n");
    return trace.finish();
}

TEST_F(FailIf, LooksOnWhenTheReaderOfTheEventsHasGone) {
    for (const Words& format : {Words{}, {"--json"}, {"--tree"}}) {
        Words options{"--fail-if", kBad};
        options.insert(options.end(), format.begin(), format.end());
        const auto outcome = with_a_reader_that_goes(options, "/bin/true bad; exit 5");
        EXPECT_EQ(outcome.status, exited(4));
        EXPECT_THAT(outcome.err, Contains(is_match_of("bad")));
        EXPECT_THAT(outcome.err, Contains("exectap: --fail-if matched 1 event"));
    }
}

// Who goes has no use for the rest, and it is no failure: no more than without --fail-if.
TEST_F(FailIf, IsNotMetByAReaderThatGoes) {
    const auto outcome = with_a_reader_that_goes({"--fail-if", kBad}, "/bin/true good; exit 5");
    EXPECT_EQ(outcome.status, exited(5));
    EXPECT_THAT(said_by(outcome), IsEmpty());
}

}  // namespace
}  // namespace exectap::test
