// SPDX-License-Identifier: MIT OR Apache-2.0
// docs/guarantees.md names only tests that there are, and every hard case.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <set>
#include <string>

#include "support/io.h"
#include "support/json_events.h"

namespace exectap::test {
namespace {

constexpr int kCases = 48;

std::filesystem::path project() { return schema_path().parent_path().parent_path(); }

std::string guarantees() { return read_file(project() / "docs/guarantees.md"); }

// "Suite.Name" of all tests in the sources; of the fuzz targets "Fuzz.target".
std::set<std::string> names_of_tests() {
    static const std::regex grammar(R"(TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\))");
    std::set<std::string> names;
    for (const auto* folder : {"tests/unit", "tests/cli", "tests/kernel"}) {
        for (const auto& file : std::filesystem::directory_iterator(project() / folder)) {
            if (file.path().extension() != ".cpp") continue;
            const auto text = read_file(file.path());
            for (std::sregex_iterator each(text.begin(), text.end(), grammar), end; each != end; ++each)
                names.insert((*each)[1].str() + '.' + (*each)[2].str());
        }
    }
    for (const auto& file : std::filesystem::directory_iterator(project() / "fuzz")) {
        const auto name = file.path().stem().string();
        if (name.starts_with("fuzz_")) names.insert("Fuzz." + name.substr(5));
    }
    return names;
}

TEST(GuaranteesDocs, NameTestsThatThereAre) {
    const auto names = names_of_tests();
    const auto text = guarantees();
    // `Suite.Beginning`, or `Suite` in the column of tests.
    static const std::regex grammar(R"(`([A-Z]\w+(?:\.\w+)?)`)");
    int named = 0;
    for (std::sregex_iterator each(text.begin(), text.end(), grammar), end; each != end; ++each) {
        const auto name = (*each)[1].str();
        if (name.starts_with("CAP_")) continue;
        const auto found = names.lower_bound(name);
        EXPECT_TRUE(found != names.end() && found->starts_with(name)) << name;
        named++;
    }
    EXPECT_GT(named, 30);
}

TEST(GuaranteesDocs, HaveEveryHardCaseAndSoHaveTheTests) {
    const auto names = names_of_tests();
    const auto text = guarantees();
    for (int number = 1; number <= kCases; number++) {
        const auto row = fmt::format("\n| {:02} | ", number);
        EXPECT_NE(text.find(row), std::string::npos) << row;
        const auto name = fmt::format("HardCase.{:02}", number);
        const auto found = names.lower_bound(name);
        EXPECT_TRUE(found != names.end() && found->starts_with(name)) << name;
    }
}

}  // namespace
}  // namespace exectap::test
