// SPDX-License-Identifier: MIT OR Apache-2.0
// Where there is no memory: what can't be marked, and what can't be read.
#include <fmt/format.h>

#include <set>
#include <thread>

#include "support/exectap.h"
#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/memory_cgroup.h"
#include "support/swap_file.h"

namespace exectap::test {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;

constexpr const char* kNoMemoryCgroup = "no cgroup v1 hierarchy that counts memory is mounted";

std::string name_of_group() { return fmt::format("exectap-test-{}", ::getpid()); }

class Memory : public KernelTest {
protected:
    void SetUp() override {
        KernelTest::SetUp();
        SKIP_UNLESS(memory_cgroup_mount(), kNoMemoryCgroup);
    }
};

// Marks are charged to the group of the exectap that made their map.
TEST_F(Memory, ThatIsMissingForMarksIsSaidAndTheirExecsAreToldAllTheSame) {
    constexpr std::size_t kChildren = 1600;
    MemoryCgroup group(name_of_group());
    Process brood({test_program("brood"), std::to_string(kChildren)});
    EXPECT_EQ(brood.out().next_line(), "ready");
    ProcessOptions options;
    options.argv = group.wrapper();
    Watching trace({"--no-failed", brood.pid_text()}, options);
    group.limit_to_what_is_used();
    brood.write("go\n");
    EXPECT_EQ(brood.out().next_line(), "forked");
    group.lift_limit();
    brood.write("go\n");
    const auto outcome = trace.finish();

    std::set<std::string> told;
    for (const auto& event : outcome.events()) told.insert(event.argv->at(1));
    // Each CPU has a reserve of marks, and the first try after it has run out fails even if there is memory again: only
    // then it is filled up.
    EXPECT_THAT(told, SizeIs(AllOf(Ge(kChildren - std::thread::hardware_concurrency()), Le(kChildren))));
    EXPECT_EQ(outcome.status, exited(3));
    EXPECT_THAT(outcome.last_words(), HasSubstr(fmt::format("{0} execs seen, {0} delivered, ", told.size())));
    EXPECT_THAT(outcome.last_words(), HasSubstr(" threads could not be marked, what they ran is unknown: incomplete"));
}

// The pages of the new stack that were written first are reclaimed while the others are: those have to be there at the
// end of the arguments.
struct Swapped {
    static constexpr std::size_t kCount = 45;
    static constexpr std::size_t kBytes = 100'000;
    static constexpr std::uint64_t kMemory = 4 << 20;

    static std::string argument(std::size_t number) {
        auto text = std::to_string(number);
        text.resize(kBytes, '.');
        return text;
    }
};

// Empty where the kernel could not do with so little memory.
std::vector<JsonEvent> execs_with_little_memory(MemoryCgroup& group) {
    auto argv = group.wrapper();
    for (const auto& word : {test_program("args"), std::string("/bin/true"), std::to_string(Swapped::kCount),
                             std::to_string(Swapped::kBytes)}) {
        argv.push_back(word);
    }
    group.lift_limit();
    Process program(argv);
    EXPECT_EQ(program.out().next_line(), "ready");
    JsonWatching trace({"--no-failed", "--max-args", "6M", program.pid_text()});
    group.limit_to(Swapped::kMemory);
    program.write("go\n");
    program.wait();
    return trace.finish().of("exec");
}

TEST_F(Memory, OfArgumentsThatIsSwappedOutCutsThemThere) {
    const TempDir folder;
    const SwapFile swap(folder.path("swap"), 64 << 20);
    SKIP_UNLESS(swap.is_used(), "no file can be swapped to");
    MemoryCgroup group(name_of_group());
    constexpr int kTries = 20;
    bool has_cut = false;
    for (int i = 0; i < kTries && !has_cut; i++) {
        for (const auto& exec : execs_with_little_memory(group)) {
            ASSERT_TRUE(exec.contains("argv")) << exec.dump().substr(0, 2000);
            const auto told = list_of(exec, "argv");
            ASSERT_GT(told.size(), 1U);
            EXPECT_EQ(exec.at("argc"), Swapped::kCount + 1);
            EXPECT_EQ(exec.at("argv_bytes"), sizeof("args") + Swapped::kCount * (Swapped::kBytes + 1));
            for (std::size_t number = 1; number < told.size(); number++) {
                const auto whole = Swapped::argument(number - 1);
                const bool is_last = number + 1 == told.size();
                EXPECT_TRUE(is_last ? whole.starts_with(told[number]) : whole == told[number]) << number;
            }
            has_cut = exec.contains("argv_truncated");
            EXPECT_EQ(has_cut, told.size() <= Swapped::kCount || told.back().size() < Swapped::kBytes);
        }
    }
    SKIP_UNLESS(has_cut, "the kernel swapped no arguments out");
}

}  // namespace
}  // namespace exectap::test
