// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap may still do while it traces, and what COMMAND may.
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "support/exectap.h"
#include "support/fake_engine.h"
#include "support/kernel_test.h"
#include "support/private_run.h"
#include "support/proc.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

class Rights : public KernelTest {};

constexpr const char* kNone = "0000000000000000";
constexpr const char* kKill = "0000000000000020";         // bit CAP_KILL
constexpr const char* kDacOverride = "0000000000000002";  // bit CAP_DAC_OVERRIDE
constexpr uid_t kSomebody = 12345;

// Of every thread.
void expect_rights(pid_t pid, const std::string& capabilities) {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        const auto tid = std::stoi(thread.path().filename());
        EXPECT_EQ(status_of(tid, "CapEff"), capabilities) << tid;
        EXPECT_EQ(status_of(tid, "CapPrm"), capabilities) << tid;
        for (const auto* set : {"CapInh", "CapBnd", "CapAmb"}) EXPECT_EQ(status_of(tid, set), kNone) << set;
        EXPECT_EQ(status_of(tid, "NoNewPrivs"), "1") << tid;
    }
}

TEST_F(Rights, AreGivenUpOnceTheTraceRuns) {
    Shell shell;
    Watching trace({shell.pid_text()});
    shell.run("/bin/true one");
    trace.out().next_line();
    expect_rights(trace.pid(), kNone);
    // And it still does all there is to do.
    shell.run("/bin/true two");
    const auto outcome = trace.stop();
    EXPECT_THAT(with_argument(outcome.events(), "two"), SizeIs(1));
    EXPECT_EQ(outcome.verdict().still_alive, 1U);
}

TEST_F(Rights, ToSignalACommandAreKeptBecauseItMayBecomeAnotherUser) {
    const auto uid = std::to_string(kSomebody);
    Exectap trace({"--quiet", "-o", "/dev/null", "--", "setpriv", "--reuid", uid, "--clear-groups",
                   test_program("await_signal")});
    EXPECT_EQ(trace.out().next_line(), "ready");
    expect_rights(trace.pid(), kKill);
    trace.send_signal(SIGTERM);
    EXPECT_EQ(trace.out().next_line(), "signal 15");
    EXPECT_EQ(trace.finish().status, exited(7));
}

TEST_F(Rights, OfACommandAreThoseOfWhoeverStartedExectap) {
    const TempDir folder;
    for (const auto* name : {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"}) {
        const auto outcome =
            run_exectap({"--quiet", "-o", folder.path("events"), "--", "/bin/grep", name, "/proc/self/status"});
        EXPECT_THAT(outcome.out, ElementsAre(std::string(name) + ":\t" + status_of(::getpid(), name)));
    }
}

TEST_F(Rights, ToOpenTheFileAgainAreKeptWhereTheyAreNeeded) {
    const TempDir folder;
    std::filesystem::create_directory(folder.path("theirs"));
    checked(::chown(folder.path("theirs").c_str(), kSomebody, kSomebody), "chown");
    checked(::chmod(folder.path("theirs").c_str(), 0700), "chmod");
    Shell shell;
    for (const bool is_ours : {true, false}) {
        const auto path = folder.path(is_ours ? "events" : "theirs/events");
        Watching trace({shell.pid_text(), "-o", path});
        expect_rights(trace.pid(), is_ours ? kNone : kDacOverride);
        std::filesystem::rename(path, path + ".1");
        trace.send_signal(SIGUSR1);
        wait_for_content(path, [](const auto& /*content*/) { return true; });
        shell.run("/bin/true after");
        EXPECT_EQ(trace.stop().verdict().execs, 1U);
        EXPECT_THAT(events_in(path), SizeIs(1));
    }
}

TEST_F(Rights, ToAskUsersEnginesAreKeptWhereThereAreAny) {
    const PrivateRun run;
    Shell shell;
    const auto rights_are = [&](const char* rights) {
        Watching trace({"--json", shell.pid_text()});
        expect_rights(trace.pid(), rights);
        trace.stop();
    };
    const FakeEngine roots("/run/docker.sock");
    rights_are(kNone);
    const auto folder = "/run/user/" + std::to_string(kSomebody);
    const FakeEngine theirs(folder + "/docker.sock");
    checked(::chown(folder.c_str(), kSomebody, kSomebody), "chown");
    checked(::chmod(folder.c_str(), 0700), "chmod");
    rights_are(kDacOverride);
    // Lines that show no name need none.
    Watching trace({shell.pid_text()});
    expect_rights(trace.pid(), kNone);
    trace.stop();
}

}  // namespace
}  // namespace exectap::test
