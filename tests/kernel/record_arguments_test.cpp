// SPDX-License-Identifier: MIT OR Apache-2.0
// Arguments in JSON, from none of them to all that the kernel takes.
#include <fmt/format.h>

#include <cerrno>

#include "support/exectap.h"
#include "support/json_outcome.h"
#include "support/kernel_test.h"

namespace exectap::test {
namespace {

constexpr std::size_t kLongest = (128 << 10) - 1;  // MAX_ARG_STRLEN of the kernel, less the NUL
constexpr std::size_t kDefaultMost = 64 << 10;

struct Amount {
    std::size_t count;
    std::size_t bytes;  // of each
};

// As the program `args` makes them.
std::vector<std::string> arguments_of(Amount amount) {
    std::vector<std::string> arguments{"args"};
    for (std::size_t i = 0; i < amount.count; i++) {
        arguments.push_back(std::to_string(i));
        arguments.back().resize(amount.bytes, '.');
    }
    return arguments;
}

std::size_t size_of(const std::vector<std::string>& arguments) {
    std::size_t bytes = arguments.size();
    for (const auto& each : arguments) bytes += each.size();
    return bytes;
}

class RecordOfArguments : public KernelTest {
protected:
    // The one exec or attempt of a program that runs `path` with so many arguments.
    static JsonEvent event_of(const std::string& path, Amount amount, const std::vector<std::string>& options) {
        return event_of(path, amount, options, path == "/bin/true" ? "exec" : "attempt");
    }

    static JsonEvent event_of(const std::string& path, Amount amount, const std::vector<std::string>& options,
                              const char* type) {
        Process program({test_program("args"), path, std::to_string(amount.count), std::to_string(amount.bytes)});
        return watch_json(program, options).one(type);
    }
};

void expect_whole(const JsonEvent& event, Amount amount) {
    const auto expected = arguments_of(amount);
    // Not by EXPECT_EQ, which would print megabytes.
    EXPECT_TRUE(list_of(event, "argv") == expected) << event.at("type");
    EXPECT_EQ(event.at("argc"), expected.size());
    EXPECT_EQ(event.at("argv_bytes"), size_of(expected));
    EXPECT_FALSE(event.contains("argv_truncated"));
}

// The first `most_bytes` of them, and what they were in truth.
void expect_cut(const JsonEvent& event, Amount amount, std::size_t most_bytes) {
    const auto expected = arguments_of(amount);
    std::string all;
    std::string told;
    for (const auto& each : expected) all += each + '\0';
    for (const auto& each : list_of(event, "argv")) told += each + '\0';
    // The last one that was cut has no NUL of its own.
    if (!told.empty() && told.size() > most_bytes) told.pop_back();
    EXPECT_TRUE(told == all.substr(0, most_bytes)) << event.at("type");
    EXPECT_EQ(event.at("argc"), expected.size());
    EXPECT_EQ(event.at("argv_bytes"), all.size());
    EXPECT_EQ(event.at("argv_truncated"), true);
}

TEST_F(RecordOfArguments, HasTwoMebibytesOfThem) {
    const Amount amount{2048, 1023};
    expect_whole(event_of("/bin/true", amount, {"--max-args", "6M"}), amount);
    expect_whole(event_of("/nowhere/args", amount, {"--max-args", "6M"}), amount);
}

TEST_F(RecordOfArguments, OfAnExecHasAllThatTheKernelTakes) {
    const Amount amount{47, kLongest};
    expect_whole(event_of("/bin/true", amount, {"--max-args", "6M"}), amount);
}

TEST_F(RecordOfArguments, OfAnAttemptIsWholeUpToWhatTheKernelAllows) {
    for (const Amount amount : {Amount{24, kLongest}, Amount{47, kLongest}})
        expect_whole(event_of("/nowhere/args", amount, {"--max-args", "6M"}), amount);
}

// A string that no exec takes: of its length nothing is claimed.
TEST_F(RecordOfArguments, OfAnAttemptWithAStringBeyondAllLimitsIsCut) {
    const auto event = event_of("/bin/true", {1, 5 << 20}, {"--max-args", "6M"}, "attempt");
    EXPECT_EQ(event.at("error"), "E2BIG");
    EXPECT_TRUE(event.at("argv_truncated"));
    EXPECT_FALSE(event.contains("argv_bytes"));
    EXPECT_FALSE(event.contains("argc"));
    const auto told = list_of(event, "argv");
    ASSERT_EQ(told.size(), 2U);
    EXPECT_GT(told[1].size(), kLongest);
}

TEST_F(RecordOfArguments, IsCutAtTheDefaultAndSaysWhatTheyWere) {
    for (const auto amount : {Amount{2048, 1023}, Amount{47, kLongest}}) {
        expect_cut(event_of("/bin/true", amount, {}), amount, kDefaultMost);
        expect_cut(event_of("/nowhere/args", amount, {}), amount, kDefaultMost);
    }
}

TEST_F(RecordOfArguments, IsCutToTheByteThatWasAskedFor) {
    const Amount amount{10, 9};
    // "args" and its NUL, then ten bytes each.
    for (const std::size_t most : {1U, 5U, 104U}) {
        const std::vector<std::string> options{"--max-args", std::to_string(most)};
        expect_cut(event_of("/bin/true", amount, options), amount, most);
        expect_cut(event_of("/nowhere/args", amount, options), amount, most);
    }
    expect_whole(event_of("/bin/true", amount, {"--max-args", "105"}), amount);
    expect_whole(event_of("/nowhere/args", amount, {"--max-args", "105"}), amount);
}

TEST_F(RecordOfArguments, HasOnlyTheirNumberAndSizeWhereNoneAreKept) {
    const Amount amount{20, 100};
    for (const std::string path : {"/bin/true", "/nowhere/args"}) {
        const auto event = event_of(path, amount, {"--max-args", "0"});
        EXPECT_EQ(event.at("argv"), JsonEvent::array());
        expect_cut(event, amount, 0);
    }
}

// The kernel refuses it, and the attempt says all of it.
TEST_F(RecordOfArguments, HasOneThatIsTooLong) {
    const Amount amount{1, kLongest + 1};
    const auto event = event_of("/bin/echo", amount, {"--max-args", "1M"});
    EXPECT_EQ(event.at("result"), -E2BIG);
    EXPECT_EQ(event.at("error"), "E2BIG");
    expect_whole(event, amount);
}

// Only so many pointers are followed, and nothing is said of those behind.
TEST_F(RecordOfArguments, OfAnAttemptThatAreTooManyHasNoNumberOfThem) {
    const Amount amount{20'000, 5};
    const auto event = event_of("/nowhere/args", amount, {"--max-args", "1M"});
    const auto expected = arguments_of(amount);
    const auto told = list_of(event, "argv");
    ASSERT_GT(told.size(), 1000U);
    ASSERT_LT(told.size(), expected.size());
    EXPECT_TRUE(std::equal(told.begin(), told.end(), expected.begin()));
    EXPECT_EQ(event.at("argv_truncated"), true);
    EXPECT_FALSE(event.contains("argc"));
    EXPECT_FALSE(event.contains("argv_bytes"));
    expect_whole(event_of("/bin/true", amount, {"--max-args", "1M"}), amount);
}

}  // namespace
}  // namespace exectap::test
