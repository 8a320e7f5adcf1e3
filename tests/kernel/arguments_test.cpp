// SPDX-License-Identifier: MIT OR Apache-2.0
// Arguments from none that are kept to all that the kernel takes, in both formats. Some amounts are hard case 24.
#include <cerrno>

#include "support/kernel_test.h"
#include "support/many_arguments.h"

namespace exectap::test {
namespace {

std::vector<std::string> all_of_them() { return {"--max-args", "6M"}; }

class ArgumentsOf : public KernelTest {};

TEST_F(ArgumentsOf, AnExecAreWholeInEverySize) {
    for (const std::size_t count : {1U, 10U, 30U, 100U, 300U, 600U})
        expect_whole(call_with("/bin/true", {count, 100}, {}), {count, 100});
}

TEST_F(ArgumentsOf, AnAttemptAreWholeInEverySize) {
    for (const std::size_t count : {1U, 10U, 100U, 600U})
        expect_whole(call_with("/nowhere/args", {count, 100}, {}), {count, 100});
}

TEST_F(ArgumentsOf, AnExecAreAllThatTheKernelTakes) {
    const Amount amount{47, kLongestArgument};
    expect_whole(call_with("/bin/true", amount, all_of_them()), amount);
}

TEST_F(ArgumentsOf, AnAttemptAreWholeUpToWhatTheKernelAllows) {
    for (const Amount amount : {Amount{2048, 1023}, Amount{24, kLongestArgument}, Amount{47, kLongestArgument}})
        expect_whole(call_with("/nowhere/args", amount, all_of_them()), amount);
}

TEST_F(ArgumentsOf, AnAttemptAreCutAtTheDefaultAndTheirTrueSizeIsTold) {
    for (const auto amount : {Amount{20, 10'000}, Amount{2048, 1023}, Amount{47, kLongestArgument}}) {
        const auto call = call_with("/nowhere/args", amount, {});
        EXPECT_EQ(call.line.error, "ENOENT");
        expect_cut(call, amount, kMostByDefault);
    }
}

TEST_F(ArgumentsOf, AnExecOfTheGreatestSizeAreCutAtTheDefaultAndTheirTrueSizeIsTold) {
    const Amount amount{47, kLongestArgument};
    expect_cut(call_with("/bin/true", amount, {}), amount, kMostByDefault);
}

TEST_F(ArgumentsOf, ACallAreCutToTheByteThatWasAskedFor) {
    const Amount amount{10, 9};
    for (const std::string path : {"/bin/true", "/nowhere/args"}) {
        // "args" and its NUL, then ten bytes each.
        for (const std::size_t most : {1U, 5U, 104U})
            expect_cut(call_with(path, amount, {"--max-args", std::to_string(most)}), amount, most);
        expect_whole(call_with(path, amount, {"--max-args", "105"}), amount);
    }
}

TEST_F(ArgumentsOf, ACallAreCountedAndMeasuredWhereNoneAreKept) {
    const Amount amount{20, 100};
    for (const std::string path : {"/bin/true", "/nowhere/args"}) {
        const auto call = call_with(path, amount, {"--max-args", "0"});
        EXPECT_EQ(call.json.at("argv"), JsonEvent::array());
        expect_cut(call, amount, 0);
    }
}

// The kernel refuses it, and the attempt says all of it.
TEST_F(ArgumentsOf, AnAttemptMayBeOneThatIsTooLong) {
    const Amount amount{1, kLongestArgument + 1};
    const auto call = call_with("/bin/echo", amount, {"--max-args", "1M"});
    EXPECT_EQ(call.json.at("result"), -E2BIG);
    EXPECT_EQ(call.json.at("error"), "E2BIG");
    EXPECT_EQ(call.line.error, "E2BIG");
    expect_whole(call, amount);
}

// A string that no exec takes: of its length nothing is claimed.
TEST_F(ArgumentsOf, AnAttemptWithAStringBeyondAllLimitsAreCut) {
    const Amount amount{1, 5 << 20};
    const auto call = call_with("/bin/true", amount, all_of_them(), "attempt");
    EXPECT_EQ(call.json.at("error"), "E2BIG");
    EXPECT_EQ(call.line.error, "E2BIG");
    expect_cut_without_number(call, amount);
    const auto told = list_of(call.json, "argv");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_GT(told[1].size(), kLongestArgument);
}

// Only so many pointers are followed, and nothing is said of those behind.
TEST_F(ArgumentsOf, AnAttemptThatAreTooManyHaveNoNumber) {
    const Amount amount{20'000, 5};
    const auto call = call_with("/nowhere/args", amount, {"--max-args", "1M"});
    expect_cut_without_number(call, amount);
    const auto told = list_of(call.json, "argv").size();
    EXPECT_GT(told, 1000U);
    EXPECT_LT(told, amount.count);
}

}  // namespace
}  // namespace exectap::test
