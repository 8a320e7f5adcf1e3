// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: nothing that begins after the banner is missed, however busy the watched process is while the trace
// starts.
#include <algorithm>
#include <cstdint>
#include <set>

#include "kernel/hard_case.h"
#include "kernel/programs/shared_counter.h"
#include "support/bpf_objects.h"
#include "support/exectap.h"
#include "support/json_outcome.h"

namespace exectap::test {
namespace {

using testing::IsEmpty;

// In lines the row's number of starts, and some more in JSON, which asks more of the kernel side.
constexpr int kJsonStarts = 8;

std::uint64_t last_word(const std::string& line) { return std::stoull(line.substr(line.rfind(' ') + 1)); }

// What a run told: of each exec the last argument, which is its number.
struct Told {
    ExitStatus status;
    std::uint64_t execs_seen = 0;
    std::vector<std::string> numbers;
};

Told told_of(const Outcome& outcome) {
    Told told{outcome.status, outcome.verdict().execs, {}};
    for (const auto& event : execs_of(outcome.events())) told.numbers.push_back(event.argv.value().back());
    return told;
}

Told told_of(const JsonOutcome& outcome) {
    Told told{outcome.status, outcome.summary().at("execs_seen").get<std::uint64_t>(), {}};
    for (const auto& exec : outcome.of("exec")) told.numbers.push_back(list_of(exec, "argv").back());
    return told;
}

std::set<std::uint64_t> numbers_in(const Told& told) {
    std::set<std::uint64_t> numbers;
    for (const auto& number : told.numbers) {
        if (!numbers.insert(std::stoull(number)).second) ADD_FAILURE() << "told twice: " << number;
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

// A program that counts its execs up, is told to go once the banner is there, and says "last NUMBER" at its end.
struct Counting {
    Process& program;
    pid_t root;
    const SharedCounter& counter;
};

// What begins after the moment has a higher number than the counter shows then.
void expect_nothing_missed(const Counting& counting, From from, bool is_json) {
    std::vector<std::string> arguments{std::to_string(counting.root)};
    if (is_json) arguments.insert(arguments.begin(), "--json");
    Exectap trace(arguments);
    if (from == From::exit_probe) wait_for_link(trace.pid(), "sched_process_exit");
    auto before = counting.counter.value();
    trace.wait_until_ready();
    if (from == From::banner) before = counting.counter.value();
    counting.program.write("go\n");
    const auto last = last_word(counting.program.out().wait_for_line("last "));
    auto outcome = trace.finish();
    const auto told = is_json ? told_of(json_outcome(std::move(outcome))) : told_of(outcome);
    const auto numbers = numbers_in(told);
    EXPECT_GT(last, before);
    EXPECT_THAT(missing_in(numbers, before + 1, last), IsEmpty()) << "of those from " << before + 1 << " to " << last;
    EXPECT_EQ(told.execs_seen, numbers.size());
    EXPECT_EQ(told.status, exited(0));
}

// `start_one(is_json)` starts exectap beside a program.
template <typename StartOne>
void start_often(int starts, StartOne start_one) {
    const Crowd crowd;
    for (int i = 0; i < starts + kJsonStarts && !testing::Test::HasFailure(); i++) {
        SCOPED_TRACE("start " + std::to_string(i));
        start_one(i >= starts);
    }
}

void start_often_beside_forker(int starts, const std::string& what, From from) {
    start_often(starts, [&](bool is_json) {
        const TempDir folder;
        const SharedCounter counter(folder.path("counter"));
        Process forker({test_program("forker"), folder.path("counter"), what});
        const auto root = static_cast<pid_t>(last_word(forker.out().next_line()));
        expect_nothing_missed({forker, root, counter}, from, is_json);
    });
}

TEST_F(HardCase, 19NoExecOfAProcessThatForksAsFastAsItCanIsMissed) {
    start_often_beside_forker(100, "children", From::banner);
}

TEST_F(HardCase, 43AProcessWhoseOtherThreadExecsIsNeverLost) {
    start_often(150, [](bool is_json) {
        const TempDir folder;
        const SharedCounter counter(folder.path("counter"));
        Process root({test_program("exec_loop"), folder.path("counter")});
        EXPECT_EQ(root.out().next_line(), "ready");
        expect_nothing_missed({root, root.pid(), counter}, From::banner, is_json);
    });
}

// With the daemons these are 160 starts.
TEST_F(HardCase, 44NoGrandchildWhoseParentIsGoneIsMissed) {
    start_often_beside_forker(80, "grandchildren", From::banner);
}

// They run their programs only after the banner, long after they lost their parents.
TEST_F(HardCase, 44NoDaemonThatIsOrphanedMeanwhileIsMissed) {
    start_often_beside_forker(80, "daemons", From::exit_probe);
}

}  // namespace
}  // namespace exectap::test
