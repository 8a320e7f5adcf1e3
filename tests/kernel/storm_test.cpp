// SPDX-License-Identifier: MIT OR Apache-2.0
// Many execs at once arrive whole, and the verdict says so.
#include <algorithm>
#include <iterator>
#include <regex>
#include <stdexcept>

#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::Each;
using testing::ElementsAre;
using testing::Ge;
using testing::SizeIs;

class Storm : public KernelTest {};

// Runs the storm, whose workers together make `execs` execs, and compares its own count with exectap's.
void expect_all_of(const std::string& how, std::size_t workers, std::size_t execs) {
    Process storm({test_program("storm"), std::to_string(workers), std::to_string(execs / workers), how});
    EXPECT_EQ(storm.out().next_line(), "ready");
    Watching trace({storm.pid_text()});
    storm.write("go\n");
    EXPECT_EQ(storm.out().next_line(), "execs " + std::to_string(execs));
    const auto outcome = trace.finish();
    const auto events = outcome.events();
    EXPECT_THAT(events, SizeIs(execs));
    EXPECT_THAT(argvs_of(events), Each(ElementsAre("storm", "end")));
    const auto verdict = outcome.verdict();
    EXPECT_EQ(verdict.execs, execs);
    EXPECT_EQ(verdict.attempts, 0U);
    EXPECT_EQ(outcome.status, exited(0));
}

struct Missing {
    std::size_t delivered = 0;
    std::size_t lost = 0;
    std::size_t skipped = 0;
};

// Of the verdict of an incomplete run: nothing else than lost and skipped events may be missing.
Missing missing_of(const std::string& verdict) {
    static const std::regex grammar(
        R"(exectap: \d+ execs? seen, (\d+) delivered(?:, (\d+) lost \(ring full\))?(?:, (\d+) skipped \(by the kernel\))?: incomplete)");
    std::smatch match;
    if (!std::regex_match(verdict, match, grammar)) throw std::runtime_error("no verdict: " + verdict);
    const auto number = [&match](std::size_t i) { return match[i].matched ? std::stoul(match[i]) : 0UL; };
    return {number(1), number(2), number(3)};
}

// Where the kernel skips programs (since 7.0) not even copies of them have to see everything; then the verdict has to
// say so, and how many.
TEST_F(Storm, OfEightWorkersArrivesWholeOrTheVerdictSaysWhatIsMissing) {
    constexpr std::size_t kExecs = 480;
    Process storm({test_program("storm"), "8", std::to_string(kExecs / 8), "fork"});
    EXPECT_EQ(storm.out().next_line(), "ready");
    Watching trace({"--events=exec", storm.pid_text()});
    storm.write("go\n");
    EXPECT_EQ(storm.out().next_line(), "execs " + std::to_string(kExecs));
    const auto outcome = trace.finish();
    std::vector<std::string> told;
    std::copy_if(outcome.out.begin(), outcome.out.end(), std::back_inserter(told),
                 [](const std::string& line) { return line.find(" lost=") == std::string::npos; });
    EXPECT_THAT(argvs_of(parse_events(told)), Each(ElementsAre("storm", "end")));
    if (const auto verdict = parse_complete_verdict(outcome.last_words())) {
        EXPECT_EQ(verdict->execs, kExecs);
        EXPECT_THAT(told, SizeIs(kExecs));
        return;
    }
    const auto missing = missing_of(outcome.last_words());
    EXPECT_THAT(told, SizeIs(missing.delivered));
    EXPECT_THAT(told.size() + missing.lost + missing.skipped, Ge(kExecs)) << outcome.last_words();
}

TEST_F(Storm, OfTwoWorkersArrivesWhole) { expect_all_of("fork", 2, 20'000); }

TEST_F(Storm, ByVforkArrivesWhole) { expect_all_of("vfork", 2, 2'000); }

TEST_F(Storm, ByPosixSpawnArrivesWhole) { expect_all_of("spawn", 2, 2'000); }

TEST_F(Storm, OfSixteenWorkersArrivesWhole) { expect_all_of("fork", 16, 8'000); }

}  // namespace
}  // namespace exectap::test
