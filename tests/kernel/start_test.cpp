// SPDX-License-Identifier: MIT OR Apache-2.0
// Nothing that begins after the banner is missed, however busy the watched process is while the trace starts.
#include <cstdint>
#include <set>

#include "kernel/programs/shared_counter.h"
#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

using testing::IsEmpty;

constexpr int kStarts = 50;

class Start : public KernelTest {};

std::uint64_t last_word(const std::string& line) { return std::stoull(line.substr(line.rfind(' ') + 1)); }

// Each exec carries its number as the last argument.
std::set<std::uint64_t> numbers_of(const std::vector<EventLine>& events) {
    std::set<std::uint64_t> numbers;
    for (const auto& event : events) {
        const auto number = last_word(event.argv.value().back());
        if (!numbers.insert(number).second) ADD_FAILURE() << "told twice: " << event;
    }
    return numbers;
}

// Those from `first` to `last` that are not there.
std::set<std::uint64_t> missing_in(const std::set<std::uint64_t>& numbers, std::uint64_t first, std::uint64_t last) {
    std::set<std::uint64_t> missing;
    for (auto number = first; number <= last; number++) {
        if (!numbers.contains(number)) missing.insert(number);
    }
    return missing;
}

// Makes the first look at all tasks long, and with it the time in which something can slip through.
class Crowd {
public:
    Crowd() { EXPECT_EQ(process_.out().next_line(), "ready"); }

private:
    Process process_{{test_program("crowd"), "2000"}};
};

// From which moment on nothing may be missed.
enum class From {
    banner,
    exit_probe,  // it records who is orphaned while the trace starts
};

// Starts exectap beside a program that counts its execs up, is told to go once the banner is there, and says "last
// NUMBER" at its end. What begins after the moment has a higher number than the counter shows then.
void expect_nothing_missed(Process& program, pid_t root, const SharedCounter& counter, From from) {
    Exectap trace({std::to_string(root)});
    if (from == From::exit_probe) wait_for_link(trace.pid(), "sched_process_exit");
    auto before = counter.value();
    trace.wait_until_ready();
    if (from == From::banner) before = counter.value();
    program.write("go\n");
    const auto last = last_word(program.out().wait_for_line("last "));
    const auto outcome = trace.finish();
    const auto numbers = numbers_of(execs_of(outcome.events()));
    EXPECT_GT(last, before);
    EXPECT_THAT(missing_in(numbers, before + 1, last), IsEmpty()) << "of those from " << before + 1 << " to " << last;
    EXPECT_EQ(outcome.verdict().execs, numbers.size());
    EXPECT_EQ(outcome.status, exited(0));
}

void start_often_beside_forker(const std::string& what, From from) {
    const Crowd crowd;
    for (int i = 0; i < kStarts && !testing::Test::HasFailure(); i++) {
        const TempDir folder;
        const SharedCounter counter(folder.path("counter"));
        Process forker({test_program("forker"), folder.path("counter"), what});
        const auto root = static_cast<pid_t>(last_word(forker.out().next_line()));
        expect_nothing_missed(forker, root, counter, from);
    }
}

TEST_F(Start, MissesNoExecOfAProcessThatForksAsFastAsItCan) { start_often_beside_forker("children", From::banner); }

TEST_F(Start, MissesNoExecOfGrandchildrenWhoseParentsAreGone) {
    start_often_beside_forker("grandchildren", From::banner);
}

TEST_F(Start, MissesNoDaemonThatIsOrphanedMeanwhile) { start_often_beside_forker("daemons", From::exit_probe); }

TEST_F(Start, NeverLosesAProcessWhoseOtherThreadExecs) {
    const Crowd crowd;
    for (int i = 0; i < kStarts && !HasFailure(); i++) {
        const TempDir folder;
        const SharedCounter counter(folder.path("counter"));
        Process root({test_program("exec_loop"), folder.path("counter")});
        EXPECT_EQ(root.out().next_line(), "ready");
        expect_nothing_missed(root, root.pid(), counter, From::banner);
    }
}

}  // namespace
}  // namespace exectap::test
