// SPDX-License-Identifier: MIT OR Apache-2.0
// How failed execs are seen: every way that this kernel has tells of them, and of one that it has not one line says so.
#include <fmt/format.h>

#include <algorithm>

#include "support/elf_program.h"
#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// Of each way, by its name.
class Probe : public KernelTest, public testing::WithParamInterface<const char*> {
protected:
    static std::string option() { return std::string("--probe=") + GetParam(); }
    static bool is_exact() { return GetParam() != std::string_view("kretprobe"); }

    // Whether this kernel has it. Where not, exectap has to say so.
    bool is_here() const {
        const auto outcome = run_exectap({option(), "--", "/bin/true"});
        if (outcome.status == exited(0)) return true;
        expect_one_error(
            outcome, 125,
            {fmt::format("can't see failed execs by {} here: ", GetParam()), "; --probe=auto takes what works"});
        return false;
    }
};

TEST_P(Probe, TellsOfAFailedExecWhatWasTried) {
    if (!is_here()) return;
    const auto outcome = run_exectap({option(), "--", test_program("failing_execs"), "1", "1"});
    const auto attempts = attempts_of(outcome.events_on_stderr());
    ASSERT_THAT(attempts, SizeIs(1));
    EXPECT_EQ(attempts[0].filename, "/nowhere/at/all");
    EXPECT_THAT(argvs_of(attempts), Each(ElementsAre("failing", "exec")));
    EXPECT_EQ(attempts[0].error, "ENOENT");
    EXPECT_FALSE(attempts[0].is_fatal);
    EXPECT_THAT(outcome.last_words(), HasSubstr("1 exec, 1 attempt seen, all delivered: complete"));
    EXPECT_EQ(outcome.last_words().ends_with("; attempts are not exact (kretprobe)"), !is_exact());
}

TEST_P(Probe, IsNamedInTheFirstLine) {
    if (!is_here()) return;
    const TempDir folder;
    run_exectap({option(), "--json", "-o", folder.path("events"), "--", "/bin/true"});
    const auto lines = lines_of(read_file(folder.path("events")));
    ASSERT_THAT(lines, Not(IsEmpty()));
    EXPECT_THAT(lines.front(), HasSubstr(fmt::format(R"("attempts":"{}")", GetParam())));
    EXPECT_EQ(lines.back().find(R"("attempts_exact":false)") != std::string::npos, !is_exact());
}

// Every attempt is told; or the kernel skipped some, and just as many as are missing, or more where it skipped the
// count.
TEST_P(Probe, TellsOfEachInACrowdOrHowManyItDoesNot) {
    if (!is_here()) return;
    constexpr std::size_t kWorkers = 8;
    constexpr std::size_t kCalls = 250;
    const TempDir folder;
    const auto outcome = run_exectap({option(), "-o", folder.path("events"), "--", test_program("failing_execs"),
                                      std::to_string(kWorkers), std::to_string(kCalls)});
    const auto attempts = attempts_of(events_in(folder.path("events")));
    EXPECT_THAT(attempts, Each(Field(&EventLine::error, "ENOENT")));
    const auto missing = kWorkers * kCalls - attempts.size();
    if (!is_exact()) {
        EXPECT_LE(attempts.size(), kWorkers * kCalls);
        return;
    }
    const auto last = outcome.last_words();
    if (missing == 0 && last.find("skipped") == std::string::npos) {
        EXPECT_THAT(last, HasSubstr(": complete"));
        return;
    }
    EXPECT_THAT(last, HasSubstr(" skipped (by the kernel): incomplete"));
    const auto end = last.find(" skipped (by");
    const auto begin = last.rfind(' ', end - 1) + 1;
    EXPECT_GE(std::stoull(last.substr(begin, end - begin)), missing) << last;
}

INSTANTIATE_TEST_SUITE_P(By, Probe, testing::Values("fexit", "kretprobe", "tracepoint"),
                         [](const auto& each) { return std::string(each.param); });

class ProbeChoice : public KernelTest {};

std::string chosen(const std::string& option) {
    const TempDir folder;
    run_exectap({option, "--json", "-o", folder.path("events"), "--", "/bin/true"});
    const auto lines = lines_of(read_file(folder.path("events")));
    if (lines.empty()) return "";
    constexpr std::string_view kKey = R"("attempts":")";
    const auto begin = lines.front().find(kKey) + kKey.size();
    return lines.front().substr(begin, lines.front().find('"', begin) - begin);
}

TEST_F(ProbeChoice, IsFexitWhereItCanBeHadAndTheTracepointElsewhere) {
    const auto fexit = chosen("--probe=fexit");
    const auto automatic = chosen("--probe=auto");
    EXPECT_EQ(automatic, fexit.empty() ? "tracepoint" : "fexit");
    // tests/vm writes it into the table of kernels.
    fmt::print("note: attempts {}\n", automatic);
}

#if defined(__x86_64__)
// By the tracepoint they are not seen before 7.0.
TEST_F(ProbeChoice, SeesTheFailedCallsOf32BitProgramsByFexit) {
    if (chosen("--probe=fexit").empty()) {
        EXPECT_EQ(chosen("--probe=auto"), "tracepoint");
        return;
    }
    Process program({test_program("int80"), "/nowhere/32"});
    const auto outcome = watch_to_its_end(program, {"--probe=fexit"});
    const auto attempts = attempts_of(outcome.events());
    ASSERT_THAT(attempts, SizeIs(1));
    EXPECT_EQ(attempts[0].syscall_id, 11);
    EXPECT_EQ(attempts[0].filename, "/nowhere/32");
    EXPECT_THAT(argvs_of(attempts), Each(ElementsAre("/nowhere/32", "thirty-two")));
    EXPECT_EQ(attempts[0].error, "ENOENT");
}
#elif defined(__aarch64__)
TEST_F(ProbeChoice, SeesTheFailedCallsOf32BitProgramsByFexit) {
    const auto automatic = chosen("--probe=auto");
    const TempDir folder;
    elf::write_arm_image(folder.path("arm"));
    const auto outcome = run_exectap({"--", folder.path("arm")});
    EXPECT_EQ(outcome.status, exited(7));
    const auto events = outcome.events_on_stderr();
    EXPECT_THAT(execs_of(events), SizeIs(1));
    const auto attempts = attempts_of(events);
    ASSERT_THAT(attempts, SizeIs(automatic == "fexit" ? 1 : 0));
    for (const auto& attempt : attempts) {
        EXPECT_EQ(attempt.syscall_id, 11);
        EXPECT_EQ(attempt.filename, "/nowhere/32");
        EXPECT_THAT(attempt.argv, testing::Optional(ElementsAre("/nowhere/32")));
        EXPECT_EQ(attempt.error, "ENOENT");
    }
}
#endif

}  // namespace
}  // namespace exectap::test
