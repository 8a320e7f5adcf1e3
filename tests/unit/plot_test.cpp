// SPDX-License-Identifier: MIT OR Apache-2.0
// Pictures of measurements: where marks stand, what they say, and that no name spoils the document.
#include "bench/harness/plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "bench/harness/bars.h"
#include "bench/harness/speed_chart.h"
#include "bench/harness/svg.h"
#include "bench/harness/ticks.h"

namespace exectap::bench {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(LinearTicks, GoFromZeroToWhatHoldsTheHighest) {
    EXPECT_THAT(linear_ticks(6), ElementsAre(0, 1, 2, 3, 4, 5, 6));
    EXPECT_THAT(linear_ticks(6.1), ElementsAre(0, 2, 4, 6, 8));
    EXPECT_THAT(linear_ticks(3000), ElementsAre(0, 500, 1000, 1500, 2000, 2500, 3000));
    EXPECT_THAT(linear_ticks(0.0), ElementsAre(0, 1));
}

TEST(LogarithmicTicks, AreOneTwoAndFive) {
    EXPECT_THAT(logarithmic_ticks(3, 40),
                ElementsAre(DoubleEq(2), DoubleEq(5), DoubleEq(10), DoubleEq(20), DoubleEq(50)));
    EXPECT_THAT(logarithmic_ticks(0.3, 0.9), ElementsAre(DoubleEq(0.2), DoubleEq(0.5), DoubleEq(1)));
}

TEST(LogarithmicTicks, HoldWhatIsOnAMark) {
    EXPECT_THAT(logarithmic_ticks(10, 100), ElementsAre(DoubleEq(10), DoubleEq(20), DoubleEq(50), DoubleEq(100)));
    EXPECT_THAT(logarithmic_ticks(1000, 1000), ElementsAre(DoubleEq(1000), DoubleEq(2000)));
}

TEST(LogarithmicTicks, ArePowersOfTenOverManyDecades) {
    EXPECT_THAT(logarithmic_ticks(3, 40000), ElementsAre(DoubleEq(1), DoubleEq(10), DoubleEq(100), DoubleEq(1000),
                                                         DoubleEq(10000), DoubleEq(100000)));
}

TEST(LabelOf, SaysNumbersAsTheyAreRead) {
    EXPECT_EQ(label_of(0, Unit::plain), "0");
    EXPECT_EQ(label_of(0.25, Unit::plain), "0.25");
    EXPECT_EQ(label_of(64, Unit::plain), "64");
    EXPECT_EQ(label_of(1000, Unit::plain), "1,000");
    EXPECT_EQ(label_of(30000, Unit::plain), "30,000");
    EXPECT_EQ(label_of(1234567, Unit::plain), "1,234,567");
}

TEST(LabelOf, FindsTheUnitOfTimes) {
    EXPECT_EQ(label_of(0, Unit::nanoseconds), "0");
    EXPECT_EQ(label_of(800, Unit::nanoseconds), "800 ns");
    EXPECT_EQ(label_of(999.7, Unit::nanoseconds), "1 µs");
    EXPECT_EQ(label_of(1500, Unit::nanoseconds), "1.5 µs");
    EXPECT_EQ(label_of(20e6, Unit::nanoseconds), "20 ms");
    EXPECT_EQ(label_of(2e9, Unit::nanoseconds), "2 s");
    EXPECT_EQ(label_of(3000e9, Unit::nanoseconds), "3,000 s");
}

TEST(Spread, LeavesWhatIsFarApart) { EXPECT_THAT(spread({30, 10, 50}, 17, 0, 100), ElementsAre(30, 10, 50)); }

TEST(Spread, KeepsLabelsApartInTheirOrder) {
    EXPECT_THAT(spread({50, 52}, 10, 0, 100), ElementsAre(46, 56));
    EXPECT_THAT(spread({52, 50, 51, 90}, 10, 0, 100), ElementsAre(61, 41, 51, 90));
    EXPECT_THAT(spread({100, 99, 98}, 10, 0, 100), ElementsAre(100, 90, 80));
    EXPECT_THAT(spread({1, 2, 3}, 10, 0, 100), ElementsAre(0, 10, 20));
}

TEST(Escaped, IsSafeAsTextAndAsAttribute) {
    EXPECT_EQ(escaped("strace -e 'a&b' <x> \"y\""), "strace -e 'a&amp;b' &lt;x&gt; &quot;y&quot;");
    EXPECT_EQ(escaped("a\nb\x01\x7f"), "ab");
    EXPECT_EQ(escaped("µs"), "µs");
}

LinePlot one_series(std::string name) {
    return {.title = "Cost",
            .description = "",
            .x = {"tasks", Unit::plain, true},
            .y = {"time", Unit::nanoseconds, true},
            .series = {{std::move(name), {{10, {1000, 900, 1100, 3}}, {100, {2000, 1900, 2100, 3}}}}}};
}

TEST(LinePlot, SaysWhatIsMeasuredAndInWhichUnits) {
    const auto svg = draw(one_series("exec"));
    for (const auto* said : {">Cost<", ">tasks<", ">time<", ">exec<", ">10<", ">100<", ">1 µs<", ">2 µs<"}) {
        EXPECT_THAT(svg, HasSubstr(said));
    }
}

TEST(LinePlot, FollowsLightAndDarkWithoutScriptsOrForeignFiles) {
    const auto svg = draw(one_series("exec"));
    EXPECT_THAT(svg, HasSubstr("prefers-color-scheme:dark"));
    for (const auto* never : {"<script", "href", "url(", "@import", "nan", "inf"})
        EXPECT_THAT(svg, Not(HasSubstr(never)));
}

TEST(LinePlot, IsNotSpoiltByNames) {
    const auto svg = draw(one_series("</text><b>"));
    EXPECT_THAT(svg, HasSubstr("&lt;/text&gt;&lt;b&gt;"));
    EXPECT_THAT(svg, Not(HasSubstr("<b>")));
}

TEST(LinePlot, CanHaveASinglePoint) {
    auto plot = one_series("exec");
    plot.series.front().points.resize(1);
    EXPECT_THAT(draw(plot), Not(HasSubstr("nan")));
}

TEST(BarChart, MarksWhatIsOursAndShowsEachValue) {
    const auto svg = draw(BarChart{
        .title = "Cost",
        .subtitle = "",
        .description = "",
        .notes_title = "told",
        .bars = {{"exectap", -0.5, "-1 %", "all", true, false}, {"other", 200, "+200 %", "2 lost", false, true}}});
    EXPECT_THAT(svg, HasSubstr("class=\"strong s0\">exectap<"));
    EXPECT_THAT(svg, HasSubstr(">+200 %<"));
    EXPECT_THAT(svg, HasSubstr("class=\"warning\">2 lost<"));
    EXPECT_THAT(svg, Not(HasSubstr("width=\"-")));
}

std::string row(const std::string& name, const std::string& ours, const std::string& others) {
    return R"({"name": ")" + name + R"(", "value": )" + ours + R"(, "peers": {)" + others + "}}";
}

TEST(SpeedChart, PutsOursBeforeOthersAndTheCheapestOfThemFirst) {
    const auto chart = speed_chart(
        R"({"rows": [)" +
        row("peers-slowdown", R"({"median": 1.03})",
            R"("slow": {"median": 4.5}, "fast": {"median": 0.9}, "missing": null)") +
        "," + row("peers-lost", R"({"median": 0.0})", R"("slow": {"median": 0.01}, "fast": {"median": 12.4})") + "," +
        row("peers-blank", R"({"median": 0.0})", R"("slow": {"median": 0.2}, "fast": {"median": 0})") + "]}");
    ASSERT_EQ(chart.bars.size(), 3U);
    EXPECT_EQ(chart.bars[0].name + chart.bars[0].label + chart.bars[0].note, "exectap+3 %all, with all arguments");
    EXPECT_EQ(chart.bars[1].name + chart.bars[1].label + chart.bars[1].note, "fast-10 %12 % not told");
    EXPECT_EQ(chart.bars[2].name + chart.bars[2].label + chart.bars[2].note, "slow+350 %0.2 % without arguments");
    EXPECT_TRUE(chart.bars[0].is_ours && chart.bars[2].is_warning && !chart.bars[0].is_warning);
}

TEST(SpeedChart, SaysThatOthersWereNotMeasured) {
    EXPECT_THROW(speed_chart(R"({"rows": []})"), std::runtime_error);
    EXPECT_THROW(speed_chart(R"({"rows": [)" + row("peers-slowdown", R"({"median": 1.03})", "") + "]}"),
                 std::runtime_error);
}

}  // namespace
}  // namespace exectap::bench
