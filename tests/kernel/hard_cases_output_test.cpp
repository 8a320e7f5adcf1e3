// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases 28 and 29: a trace that is read by what it watches, and one that nobody reads for a while.
#include <fcntl.h>
#include <fmt/format.h>
#include <termios.h>

#include <array>
#include <csignal>
#include <thread>

#include "kernel/hard_case.h"
#include "support/gaps.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

// `exectap --tty X | while read line; do ...; done` in a shell on that very terminal: each line that the loop reads
// makes it run a program. Returns what the loop read; what exectap said is in the shell's stderr.
std::vector<std::string> read_on_the_same_terminal(Shell& shell, const Pty& terminal, const std::string& options,
                                                   const std::string& between = "") {
    const TempDir folder;
    const auto path = [&folder](const char* name) { return folder.path(name); };
    shell.write(
        fmt::format("sh -c 'echo $$ >{}; exec {} {} --tty {}' {} | while read -r line; do printf '%s\\n' \"$line\" "
                    ">>{}; /bin/true fed; done &\n",
                    path("pid"), EXECTAP_BINARY, options, terminal.path(), between, path("read")));
    shell.err().wait_for_line("Watching");
    shell.run("/bin/true one");
    shell.run("/bin/true two");
    wait_for_content(path("read"), [](const auto& text) { return text.find("two") != text.npos; });
    // Once round: had the program of the first line been told, there would be a line for it by now.
    shell.run("/bin/true three");
    wait_for_content(path("read"), [](const auto& text) { return text.find("three") != text.npos; });
    shell.run("kill -TERM $(cat " + path("pid") + "); wait");
    return lines_of(read_file(path("read")));
}

bool is_of_the_shell(const std::vector<std::string>& argv) { return argv.at(0) == "/bin/true"; }

TEST_F(HardCase, 28WhoReadsTheEventsOnTheWatchedTerminalIsLeftOut) {
    const Pty terminal;
    Shell shell(ProcessOptions{.terminal = &terminal});
    auto events = parse_events(read_on_the_same_terminal(shell, terminal, "--no-failed"));
    std::erase_if(events, [](const auto& event) { return !is_of_the_shell(*event.argv); });
    EXPECT_THAT(argvs_of(events), ElementsAre(ElementsAre("/bin/true", "one"), ElementsAre("/bin/true", "two"),
                                              ElementsAre("/bin/true", "three")));
    EXPECT_THAT(shell.err().so_far(), Contains(AllOf(HasSubstr("left out"), HasSubstr("sh ("))));
}

TEST_F(HardCase, 28WhoReadsThemInJsonIsLeftOutToo) {
    const Pty terminal;
    Shell shell(ProcessOptions{.terminal = &terminal});
    const auto lines = parse_json_lines(read_on_the_same_terminal(shell, terminal, "--json --events exec"));
    std::vector<std::string> numbers;
    for (const auto& line : lines) {
        if (line.at("type") == "exec" && list_of(line, "argv").at(0) == "/bin/true")
            numbers.push_back(list_of(line, "argv").at(1));
    }
    EXPECT_THAT(numbers, ElementsAre("one", "two", "three"));
}

// What is not marked is watched then.
TEST_F(HardCase, 28WithAllWhoReadsTheEventsIsLeftOutToo) {
    const Pty terminal;
    Shell shell(ProcessOptions{.terminal = &terminal});
    const auto events = parse_events(read_on_the_same_terminal(shell, terminal, "--all --no-failed"));
    EXPECT_THAT(with_argument(events, "three"), SizeIs(1));
    EXPECT_THAT(with_argument(events, "fed"), IsEmpty());
}

// The loop reads what grep writes, and grep what exectap does.
TEST_F(HardCase, 28ThePipelineIsLeftOutToItsEnd) {
    const Pty terminal;
    Shell shell(ProcessOptions{.terminal = &terminal});
    const auto lines = read_on_the_same_terminal(shell, terminal, "--no-failed", "| grep --line-buffered /bin/true");
    auto events = parse_events(lines);
    EXPECT_THAT(events, SizeIs(3)) << testing::PrintToString(lines);
    EXPECT_THAT(shell.err().so_far(), Contains(AllOf(HasSubstr("left out"), HasSubstr("sh ("), HasSubstr("grep ("))));
}

constexpr int kExecs = 4000;
constexpr const char* kEachWorkers = "2000";
// A quarter of what they need, were the ring not drained while nobody reads.
constexpr const char* kSmallRing = "512K";

// exectap writes to `out`, which takes no more; the storm goes by; then `go_on` lets it write and gives what it wrote.
template <typename GoOn>
RunWithGaps run_that_nobody_reads(int out, std::vector<std::string> arguments, GoOn go_on) {
    Process storm({test_program("storm"), "2", kEachWorkers, "vfork"});
    EXPECT_EQ(storm.out().next_line(), "ready");
    arguments.insert(arguments.end(), {"--ring", kSmallRing, "--events", "exec", storm.pid_text()});
    Watching trace(arguments, {.out = out});
    storm.write("go\n");
    EXPECT_EQ(storm.out().next_line(), fmt::format("execs {}", kExecs));
    const auto lines = go_on(trace);
    auto outcome = trace.finish();
    outcome.out = lines;
    return arguments.front() == "--json" ? with_gaps(json_outcome_with_gaps(std::move(outcome))) : with_gaps(outcome);
}

// A terminal that Ctrl-S has stopped, until Ctrl-Q.
class StoppedTerminal {
public:
    StoppedTerminal() {
        termios settings{};
        checked(::tcgetattr(slave_.get(), &settings), "tcgetattr");
        ::cfmakeraw(&settings);
        settings.c_iflag |= IXON;
        checked(::tcsetattr(slave_.get(), TCSANOW, &settings), "tcsetattr");
        type('\x13');
    }

    int out() const { return slave_.get(); }

    // Lets go, and reads all that `trace` writes until it ends.
    std::vector<std::string> read_on(Watching& trace) {
        type('\x11');
        std::string text;
        std::thread reader([&] {
            std::array<char, 4096> part{};
            // The end of a terminal that nobody has open any more is an error.
            for (ssize_t count = 0; (count = ::read(terminal_.master().get(), part.data(), part.size())) > 0;)
                text.append(part.data(), static_cast<std::size_t>(count));
        });
        trace.wait();
        slave_.reset();
        reader.join();
        return lines_of(text);
    }

private:
    void type(char key) { checked(::write(terminal_.master().get(), &key, 1), "write"); }

    Pty terminal_;
    UniqueFd slave_ = open_file(terminal_.path(), O_RDWR | O_NOCTTY);
};

// A pipe that is read only after a while.
class FullPipe {
public:
    int out() const { return pipe_.write_end.get(); }

    std::vector<std::string> read_on(Watching& /*trace*/) {
        pipe_.write_end.reset();
        return lines_of(read_all(pipe_.read_end));
    }

private:
    Pipe pipe_ = Pipe::create();
};

template <typename Out>
RunWithGaps run_before(const std::vector<std::string>& arguments) {
    Out out;
    return run_that_nobody_reads(out.out(), arguments, [&](Watching& trace) { return out.read_on(trace); });
}

TEST_F(HardCase, 29AStoppedTerminalLosesNothingWhileThereIsRoomInTheBuffer) {
    const auto run = run_before<StoppedTerminal>({"--time=start"});
    expect_exact(run, kExecs);
    EXPECT_EQ(run.account.lost, 0U);
}

TEST_F(HardCase, 29AStoppedTerminalCostsAnExactNumberWhereTheBufferIsSmall) {
    const auto run = run_before<StoppedTerminal>({"--buffer", "64K"});
    expect_exact(run, kExecs);
    EXPECT_GT(run.account.lost, 0U);
    EXPECT_THAT(run.gaps, Contains(testing::Field(&Gap::reason, "queue")));
}

TEST_F(HardCase, 29AFullPipeLosesNothingWhileThereIsRoomInTheBuffer) {
    const auto run = run_before<FullPipe>({"--json"});
    expect_exact(run, kExecs);
    EXPECT_EQ(run.account.lost, 0U);
}

TEST_F(HardCase, 29AFullPipeCostsAnExactNumberWhereTheBufferIsSmall) {
    const auto run = run_before<FullPipe>({"--json", "--buffer", "64K"});
    expect_exact(run, kExecs);
    EXPECT_GT(run.account.lost, 0U);
    EXPECT_THAT(run.gaps, Contains(testing::Field(&Gap::reason, "queue")));
}

}  // namespace
}  // namespace exectap::test
