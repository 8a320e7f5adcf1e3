// SPDX-License-Identifier: MIT OR Apache-2.0
// What one exec's line says, and that it is the truth.
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <filesystem>

#include "support/clocks.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::SizeIs;

class Fields : public KernelTest {};

// Those of a run that is complete.
std::vector<EventLine> events_of(Process& program, const std::vector<std::string>& options = {}) {
    const auto outcome = watch_to_its_end(program, options);
    outcome.verdict();
    return outcome.events();
}

TEST_F(Fields, AreThoseOfTheCaller) {
    Shell shell({.argv = {"setpriv", "--reuid=12345", "--regid=54321", "--clear-groups"}});
    shell.run(":");
    Watching trace({shell.pid_text()});
    const auto child = shell.ask("/bin/true 'an argument' & echo $!; wait $!");
    shell.run(":");
    const auto events = trace.stop().events();
    ASSERT_THAT(events, SizeIs(1));
    const auto& event = events[0];
    EXPECT_EQ(event.pid, std::stoi(child));
    EXPECT_EQ(event.tid, event.pid);
    EXPECT_EQ(event.ppid, shell.pid());
    EXPECT_EQ(event.uid, 12345U);
    EXPECT_EQ(event.gid, 54321U);
    EXPECT_THAT(event.syscall_id, Optional(SYS_execve));
    EXPECT_THAT(event.comm, Optional(std::string("sh")));
    EXPECT_THAT(event.filename, Optional(std::string("/bin/true")));
    EXPECT_THAT(event.argv, Optional(ElementsAre("/bin/true", "an argument")));
    EXPECT_FALSE(event.argv_is_cut);
    EXPECT_FALSE(event.is_attempt());
}

TEST_F(Fields, TellThePathAndTheFirstArgumentApart) {
    Process program({test_program("exec_as"), "/bin/../bin/true", "another name", "a b", "", R"("quoted\")"});
    const auto events = events_of(program);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].filename, Optional(std::string("/bin/../bin/true")));
    EXPECT_THAT(events[0].argv0, Optional(std::string("another name")));
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("another name", "a b", "", R"("quoted\")")));
    EXPECT_THAT(events[0].comm, Optional(std::string("exec_as")));
    EXPECT_EQ(events[0].ppid, ::getpid());
}

TEST_F(Fields, CommIsTheNameThatTheCallerTook) {
    Process program({test_program("setname"), "other\x1b[1m\n\"", "/bin/true"});
    const auto events = events_of(program);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].comm, Optional(std::string("other\x1b[1m\n\"")));
}

TEST_F(Fields, AreReadFromPagesThatWereNeverTouched) {
    Process program({test_program("literal_exec"), "good"});
    const auto events = events_of(program);
    EXPECT_EQ(program.wait(), exited(0));
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].filename, Optional(std::string("/bin/true")));
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("/bin/true", "a literal argument")));
}

#if defined(__x86_64__)
TEST_F(Fields, AThirtyTwoBitCallIsSeenWithItsOwnNumber) {
    Process program({test_program("int80")});
    const auto events = events_of(program);
    SKIP_UNLESS(program.wait() != killed_by(SIGSEGV), "this kernel has no 32-bit system calls (CONFIG_IA32_EMULATION)");
    ASSERT_EQ(program.wait(), exited(0));
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].syscall_id, Optional(11));
    EXPECT_THAT(events[0].filename, Optional(std::string("/bin/true")));
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("/bin/true", "thirty-two")));
}
#endif

TEST_F(Fields, OfAScriptAreTheInterpretersArgumentsAndTheScriptsName) {
    const TempDir folder;
    write_file(folder.path("script"), "#!/bin/sh -e\n:\n", 0755);
    Process program({test_program("exec_as"), folder.path("script"), "a name", "an argument"});
    const auto events = events_of(program);
    ASSERT_THAT(events, SizeIs(1));
    EXPECT_THAT(events[0].filename, Optional(folder.path("script")));
    EXPECT_THAT(events[0].argv, Optional(ElementsAre("/bin/sh", "-e", folder.path("script"), "an argument")));
}

TEST_F(Fields, ATreeIsToldInTheOrderOfItsExecs) {
    const TempDir folder;
    const auto outcome = run_exectap({"-o", folder.path("events"), "--", "/bin/sh", "-c",
                                      "for i in 1 2 3 4 5 6 7 8 9; do /bin/sh -c \"/bin/true $i; :\"; done"});
    const auto events = events_in(folder.path("events"));
    ASSERT_THAT(events, SizeIs(1 + 2 * 9));
    for (std::size_t i = 1; i < events.size(); i++) {
        const bool is_grandchild = i % 2 == 0;
        EXPECT_EQ(events[i].ppid, is_grandchild ? events[i - 1].pid : events[0].pid) << events[i];
    }
}

// "12.345678" in microseconds, which is what is shown.
std::chrono::microseconds shown_time(const std::string& text) {
    const auto point = text.find('.');
    EXPECT_EQ(text.size(), point + 7) << text;
    return std::chrono::seconds(std::stoll(text)) + std::chrono::microseconds(std::stoll(text.substr(point + 1)));
}

// Whether this event's time lies between those of the clock, before and after.
struct Span {
    std::chrono::nanoseconds before;
    std::string time;
    std::chrono::nanoseconds after;
};

Span exec_with_time(const std::string& style, clockid_t clock) {
    Process program({test_program("exec_as"), "/bin/true", "true"});
    const auto before = now(clock);
    const auto events = events_of(program, {"--time=" + style});
    return {before, events.at(0).time, now(clock)};
}

TEST_F(Fields, TimeSinceBootIsThatOfTheMachine) {
    const auto span = exec_with_time("boot", CLOCK_BOOTTIME);
    EXPECT_GE(shown_time(span.time), std::chrono::floor<std::chrono::microseconds>(span.before));
    EXPECT_LE(shown_time(span.time), span.after);
}

TEST_F(Fields, TimeSinceTheStartBeginsWithTheTrace) {
    const auto span = exec_with_time("start", CLOCK_BOOTTIME);
    EXPECT_GE(shown_time(span.time).count(), 0);
    EXPECT_LE(shown_time(span.time), span.after - span.before);
}

TEST_F(Fields, WallTimeIsThatOfTheClockOnTheWall) {
    const auto span = exec_with_time("wall", CLOCK_REALTIME);
    const auto shown = wall_time(span.time);
    EXPECT_EQ(span.time.size(), std::string("2026-01-31T09:41:03.123456Z").size());
    // The wall's clock is measured once, against the machine's: give it what that may be off.
    EXPECT_GE(shown, span.before - std::chrono::milliseconds(1));
    EXPECT_LE(shown, span.after + std::chrono::milliseconds(1));
}

}  // namespace
}  // namespace exectap::test
