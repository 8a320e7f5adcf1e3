// SPDX-License-Identifier: MIT OR Apache-2.0
// What the table of ./dev bench says of figures.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "bench/harness/spread.h"
#include "bench/harness/table.h"

namespace exectap::bench {
namespace {

Row row_with(std::optional<double> goal, std::optional<double> value) {
    Row row;
    row.name = "cost";
    row.figure = "what it costs";
    row.unit = "ns";
    row.goal = goal;
    if (value) row.value = spread_of({*value});
    return row;
}

TEST(Spread, LiesBetweenSamplesWhereNoneIsInTheMiddle) {
    const auto spread = spread_of({4, 1, 3, 2});
    EXPECT_DOUBLE_EQ(spread.median, 2.5);
    EXPECT_DOUBLE_EQ(spread.low_quartile, 1.75);
    EXPECT_DOUBLE_EQ(spread.high_quartile, 3.25);
}

TEST(Spread, OfNothingIsAnError) { EXPECT_THROW(spread_of({}), std::invalid_argument); }

TEST(BenchTable, MeetsAGoalThatIsReachedExactly) {
    EXPECT_TRUE(row_with(25, 25).is_met());
    EXPECT_FALSE(row_with(25, 25).is_missed());
    EXPECT_TRUE(row_with(25, 26).is_missed());
}

TEST(BenchTable, NeitherMeetsNorMissesAGoalThatWasNotMeasured) {
    EXPECT_FALSE(row_with(25, {}).is_met());
    EXPECT_FALSE(row_with(25, {}).is_missed());
    EXPECT_NE(to_markdown({"", {row_with(25, {})}}).find("**not measured**"), std::string::npos);
}

TEST(BenchTable, MissesEveryGoalOfAMeasurementThatFailed) {
    auto row = row_with({}, 1);
    row.has_failed = true;
    EXPECT_TRUE((Table{"", {row}}.has_missed()));
}

TEST(BenchTable, HasAColumnForEachPeer) {
    auto row = row_with(25, 20);
    row.peers["strace"] = spread_of({30});
    EXPECT_NE(to_markdown({"", {row}}).find("| what it costs | ≤ 25 ns | 20 ns | yes | 30 ns |"), std::string::npos);
}

TEST(BenchTable, IsJsonToo) {
    const auto json = nlohmann::json::parse(to_json({"a machine", {row_with(25, 26), row_with({}, {})}}));
    EXPECT_EQ(json.at("rows").at(0).at("value").at("median"), 26);
    EXPECT_EQ(json.at("rows").at(0).at("is_met"), false);
    EXPECT_TRUE(json.at("rows").at(1).at("goal").is_null());
    EXPECT_TRUE(json.at("rows").at(1).at("is_met").is_null());
}

}  // namespace
}  // namespace exectap::bench
