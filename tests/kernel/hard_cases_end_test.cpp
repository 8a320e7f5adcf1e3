// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases 30 and 31: outputs that end before the run does, and a run that is killed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <optional>
#include <sstream>

#include "kernel/hard_case.h"
#include "support/bpf_objects.h"
#include "support/json_outcome.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::array kFormats{"line", "json"};

// Reads up to the first newline, as `head -1` does.
std::string read_line(const UniqueFd& file) {
    std::string line;
    for (char c = 0; c != '\n'; line += c) {
        if (checked(::read(file.get(), &c, 1), "read") == 0) break;
    }
    return line;
}

// A file system with room for so many bytes, that is mounted nowhere: others see nothing of it, and with the last
// descriptor it is gone.
class SmallDisk {
public:
    explicit SmallDisk(std::size_t bytes) {
        const UniqueFd context(checked(::fsopen("tmpfs", FSOPEN_CLOEXEC), "fsopen"));
        const auto size = std::to_string(bytes);
        checked(::fsconfig(context.get(), FSCONFIG_SET_STRING, "size", size.c_str(), 0), "size of a tmpfs");
        checked(::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0), "making a tmpfs");
        root_ = UniqueFd(checked(::fsmount(context.get(), FSMOUNT_CLOEXEC, 0), "fsmount"));
    }

    // For other processes too.
    std::string path(std::string_view name) const {
        return fmt::format("/proc/{}/fd/{}/{}", ::getpid(), root_.get(), name);
    }

private:
    UniqueFd root_;
};

// "exectap: 3 execs, 0 attempts seen, 1 delivered, 2 not written: incomplete"
struct ShortVerdict {
    int execs = 0;
    int delivered = 0;
    int not_written = 0;
};

ShortVerdict parse_short_verdict(const std::string& line) {
    ShortVerdict verdict;
    std::array<char, 16> rest{};
    EXPECT_EQ(std::sscanf(line.c_str(), "exectap: %d exec%*[s] seen, %d delivered, %d not written: %15s",
                          &verdict.execs, &verdict.delivered, &verdict.not_written, rest.data()),
              4)
        << line;
    EXPECT_STREQ(rest.data(), "incomplete") << line;
    return verdict;
}

void expect_one_error_of_a_full_disk(const Outcome& outcome, std::string_view file) {
    const auto is_error = [](const auto& line) { return line.find("No space left") != line.npos; };
    EXPECT_EQ(std::count_if(outcome.err.begin(), outcome.err.end(), is_error), 1);
    EXPECT_THAT(outcome.err, Contains(AllOf(StartsWith("exectap: can't write the events to "), HasSubstr(file),
                                            EndsWith(": No space left on device"))));
}

TEST_F(HardCase, 30AReaderThatGoesAwayEndsTheRunQuietlyAndSuccessfully) {
    for (const auto* const format : kFormats) {
        const bool is_line = format == kFormats[0];
        Shell shell;
        auto pipe = Pipe::create();
        Watching trace({"--format", format, shell.pid_text()}, {.out = pipe.write_end.get()});
        pipe.write_end.reset();
        if (is_line) shell.run("/bin/true one");
        EXPECT_THAT(read_line(pipe.read_end), HasSubstr(is_line ? R"(argv=["/bin/true","one"])" : R"("type":"start")"));
        pipe.read_end.reset();
        shell.run("/bin/true two");
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(0));
        const auto is_notice = [](const auto& line) {
            return is_banner(line) || line.find("slows every") != line.npos;
        };
        EXPECT_TRUE(std::all_of(outcome.err.begin(), outcome.err.end(), is_notice))
            << testing::PrintToString(outcome.err);
    }
}

// As a user types it.
TEST_F(HardCase, 30APipelineWithHeadEndsWithItsFirstLine) {
    for (const auto* const format : kFormats) {
        Process pipeline({"/bin/sh", "-c",
                          fmt::format("{{ {} --quiet --format {} -o - -- /bin/sh -c '/bin/true; /bin/true; exit 4'; "
                                      "echo status $? >&2; }} | head -1",
                                      EXECTAP_BINARY, format)});
        EXPECT_EQ(pipeline.wait(), exited(0));
        EXPECT_THAT(pipeline.out().wait_for_end(), testing::SizeIs(1));
        EXPECT_THAT(pipeline.err().wait_for_end(), ElementsAre("status 4"));
    }
}

// Lines are where COMMAND's own errors go too; JSON with a COMMAND goes to a file, here one that has a reader.
TEST_F(HardCase, 30ACommandRunsToItsEndWhenTheReaderGoesAway) {
    for (const auto* const format : kFormats) {
        auto pipe = Pipe::create();
        std::vector<std::string> arguments{"--format", format, "--no-failed"};
        if (format != kFormats[0])
            arguments.insert(arguments.end(), {"-o", fmt::format("/proc/{}/fd/{}", ::getpid(), pipe.write_end.get())});
        arguments.insert(arguments.end(), {"--", "/bin/sh"});
        Exectap trace(arguments, {.err = pipe.write_end.get()});
        Shell::run_in(trace, ":");
        pipe.write_end.reset();
        EXPECT_THAT(read_line(pipe.read_end), HasSubstr("/bin/sh"));
        pipe.read_end.reset();
        for (int i = 0; i < 20; i++) Shell::run_in(trace, "/bin/true");
        trace.write("echo still here; exit 5\n");
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(5));
        EXPECT_EQ(outcome.out.back(), "still here");
    }
}

TEST_F(HardCase, 30AFullDeviceIsOneClearErrorAndTheVerdictTellsWhatIsMissing) {
    for (const auto* const format : kFormats) {
        Shell shell;
        const auto full = open_file("/dev/full", O_WRONLY);
        Exectap trace({"--format", format, "--events", "exec,attempt", shell.pid_text()}, {.out = full.get()});
        trace.wait_until_ready();
        // JSON begins with lines of its own, which find the disk full before there is an event.
        shell.run("/bin/true");
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(1));
        expect_one_error_of_a_full_disk(outcome, "standard output");
        if (format == kFormats[0]) {
            EXPECT_THAT(outcome.last_words(),
                        HasSubstr("1 exec, 0 attempts seen, 0 delivered, 1 not written: incomplete"));
        }
    }
}

TEST_F(HardCase, 30ACommandRunsOnWhenTheDeviceIsFullAndGivesItsStatus) {
    for (const auto* const format : kFormats) {
        const auto outcome = run_exectap({"--format", format, "--events", "exec", "-o", "/dev/full", "--quiet", "--",
                                          "/bin/sh", "-c", "/bin/true; /bin/true; echo to the end; exit 6"});
        EXPECT_EQ(outcome.status, exited(6));
        EXPECT_THAT(outcome.out, ElementsAre("to the end"));
        expect_one_error_of_a_full_disk(outcome, "/dev/full");
        const auto verdict = parse_short_verdict(outcome.last_words());
        EXPECT_EQ(verdict.execs, 3);
        EXPECT_EQ(verdict.delivered, 0);
        EXPECT_EQ(verdict.not_written, 3);
    }
}

// Events that reached the disk whole. The disk may have cut the last line.
int whole_events_in(const std::string& path) {
    const auto content = read_file(path);
    int events = 0;
    for (const auto& line : lines_of(content.substr(0, content.rfind('\n') + 1))) {
        const bool is_json = line.starts_with("{");
        if (is_json ? parse_json_line(line).contains("seq") : !parse_event(line).is_attempt()) events++;
    }
    return events;
}

TEST_F(HardCase, 30ADiskThatFillsHoldsWholeEventsAndTheVerdictTellsTheRest) {
    constexpr int kExecs = 100;
    const auto execs = fmt::format("big=$(printf '%04000d' 0); for i in $(seq {}); do /bin/true $big; done", kExecs);
    for (const auto* const format : kFormats) {
        const SmallDisk disk(64 << 10);
        const auto outcome = run_exectap({"--format", format, "--events", "exec", "-o", disk.path("events"), "--",
                                          "/bin/sh", "-c", execs + "; exit 6"});
        EXPECT_EQ(outcome.status, exited(6));
        expect_one_error_of_a_full_disk(outcome, disk.path("events"));
        const auto verdict = parse_short_verdict(outcome.last_words());
        // The shell, seq, and what it runs.
        EXPECT_EQ(verdict.execs, kExecs + 2);
        EXPECT_EQ(verdict.delivered + verdict.not_written, verdict.execs);
        EXPECT_GT(verdict.delivered, 0);
        EXPECT_EQ(whole_events_in(disk.path("events")), verdict.delivered);
    }
}

TEST_F(HardCase, 30ADiskThatFillsEndsATraceOfPidsWithStatus1) {
    for (const auto* const format : kFormats) {
        const SmallDisk disk(64 << 10);
        Shell shell;
        Watching trace({"--format", format, "--events", "exec", "-o", disk.path("events"), shell.pid_text()});
        shell.run(
            "big=$(printf '%04000d' 0); for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do /bin/true "
            "$big; done");
        const auto outcome = trace.finish();
        EXPECT_EQ(outcome.status, exited(1));
        expect_one_error_of_a_full_disk(outcome, disk.path("events"));
        EXPECT_THAT(outcome.last_words(), HasSubstr("not written: incomplete"));
    }
}

// A stopped process holds still while one looks what it has.
void stop(const Process& process) {
    process.send_signal(SIGSTOP);
    siginfo_t info{};
    checked(::waitid(P_PID, static_cast<id_t>(process.pid()), &info, WSTOPPED | WEXITED | WNOWAIT), "waitid");
}

// Of this process and no other: they end after it, and their pids could be others' by then.
std::vector<UniqueFd> children_of(pid_t pid) {
    std::vector<UniqueFd> children;
    std::istringstream pids(read_file(fmt::format("/proc/{0}/task/{0}/children", pid)));
    for (pid_t child = 0; pids >> child;)
        children.emplace_back(checked(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), "pidfd_open"));
    return children;
}

void wait_for_end_of(const std::vector<UniqueFd>& processes) {
    for (const auto& process : processes) {
        std::vector<pollfd> fds{{process.get(), POLLIN, 0}};
        wait_readable(fds, "the end of a child of exectap");
    }
}

// Kills exectap wherever it is in its work, and waits until nothing is left of it.
void kill_and_expect_nothing_left(Exectap& trace, bool lets_command_live) {
    stop(trace);
    const auto objects = BpfObjects::of(trace.pid());
    const auto children = children_of(trace.pid());
    EXPECT_FALSE(objects.programs.empty());
    EXPECT_FALSE(objects.maps.empty());
    EXPECT_FALSE(objects.links.empty());
    trace.send_signal(SIGKILL);
    EXPECT_EQ(trace.wait(), killed_by(SIGKILL));
    if (lets_command_live) Shell::run_in(trace, "/bin/true of a command that lives on");
    trace.close_input();
    wait_for_end_of(children);
    wait_until_gone(objects);
}

void kill_one_that_watches(const char* format) {
    Shell shell;
    Watching trace({"--format", format, shell.pid_text()});
    shell.run("/bin/true");
    kill_and_expect_nothing_left(trace, false);
}

void kill_one_with_a_command(const char* format) {
    const TempDir folder;
    Exectap trace({"--format", format, "-o", folder.path("events"), "--", "/bin/sh"});
    Shell::run_in(trace, "/bin/true");
    kill_and_expect_nothing_left(trace, true);
}

// When its last probes are attached COMMAND waits to be released: it ends, with or without having run.
void kill_one_that_starts(const char* format) {
    const TempDir folder;
    Exectap trace({"--format", format, "-o", folder.path("events"), "--", "/bin/cat"});
    wait_for_link(trace.pid(), "sched_process_exit");
    kill_and_expect_nothing_left(trace, false);
}

// Mounts of what tracing uses: others may come and go meanwhile.
std::vector<std::string> mounts_for_tracing() {
    std::vector<std::string> mounts;
    for (auto& line : lines_of(read_file("/proc/self/mountinfo"))) {
        for (const auto* const type : {" - tracefs ", " - debugfs ", " - bpf "}) {
            if (line.find(type) != std::string::npos) mounts.push_back(line);
        }
    }
    return mounts;
}

TEST_F(HardCase, 31ARunThatIsKilledLeavesNothingAHundredTimes) {
    const auto mounts = mounts_for_tracing();
    for (int i = 0; i < 100 && !HasFailure(); i++) {
        const auto* const format = kFormats.at(static_cast<std::size_t>(i) % kFormats.size());
        if (i % 3 == 0) kill_one_that_watches(format);
        if (i % 3 == 1) kill_one_with_a_command(format);
        if (i % 3 == 2) kill_one_that_starts(format);
    }
    EXPECT_EQ(mounts_for_tracing(), mounts);
}

}  // namespace
}  // namespace exectap::test
