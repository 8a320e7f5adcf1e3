// SPDX-License-Identifier: MIT OR Apache-2.0
// JSON: targets that come and go.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "unit/json.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::ElementsAre;

constexpr Clock kClock{.style = TimeStyle::start, .start_since_boot = 2s, .wall_minus_boot = 1'769'852'461s};

std::string text_of(const TargetChange& change) {
    std::string text;
    JsonFormat(kClock).append(text, change);
    return text;
}

TargetChange change_of(std::string target) {
    TargetChange change;
    change.target = std::move(target);
    change.since_boot = 3s;
    return change;
}

TEST(JsonTarget, HasEveryFieldInOrder) {
    auto change = change_of("container:web");
    change.what = TargetChange::What::changed;
    change.cgroup = "/system.slice/docker-ab.scope";
    change.container_id = "ab";
    change.places = 2;
    EXPECT_EQ(
        text_of(change),
        R"({"v":1,"type":"target","time":"2026-01-31T09:41:04.000000000Z","since_start_ns":1000000000,)"
        R"("what":"changed","target":"container:web","cgroup":"/system.slice/docker-ab.scope","container_id":"ab",)"
        R"("places":2})"
        "\n");
}

TEST(JsonTarget, LeavesOutWhatATerminalDoesNotHave) {
    EXPECT_EQ(text_of(change_of("tty:/dev/pts/9")),
              R"({"v":1,"type":"target","time":"2026-01-31T09:41:04.000000000Z","since_start_ns":1000000000,)"
              R"("what":"appeared","target":"tty:/dev/pts/9"})"
              "\n");
}

TEST(JsonTarget, SaysOnlyOfSeveralPlacesHowManyTheyAre) {
    auto change = change_of("unit:a.service");
    change.cgroup = "/a.service";
    for (const std::size_t places : {0U, 1U}) {
        change.places = places;
        EXPECT_FALSE(parse_line(text_of(change)).contains("places"));
    }
    change.places = 3;
    EXPECT_EQ(parse_line(text_of(change)).at("places"), 3);
}

TEST(JsonTarget, NamesWhatHappened) {
    auto change = change_of("unit:a.service");
    for (const auto& [what, word] :
         {std::pair(TargetChange::What::appeared, "appeared"), std::pair(TargetChange::What::changed, "changed"),
          std::pair(TargetChange::What::gone, "gone")}) {
        change.what = what;
        EXPECT_EQ(parse_line(text_of(change)).at("what"), word);
    }
}

TEST(JsonTarget, IsBeforeTheStartWhereItHappenedBefore) {
    auto change = change_of("unit:a.service");
    change.since_boot = 1s;
    EXPECT_EQ(parse_line(text_of(change)).at("since_start_ns"), -1'000'000'000);
}

TEST(JsonTarget, GivesBackBytesThatAreNoText) {
    auto change = change_of("cgroup:/a\n\xff");
    change.cgroup = "/a\n\xff/\x1b";
    const auto json = parse_line(text_of(change));
    EXPECT_THAT(keys_of(json), ElementsAre("v", "type", "time", "since_start_ns", "what", "target", "target_raw",
                                           "cgroup", "cgroup_raw"));
    EXPECT_EQ(json.at("target"), "cgroup:/a\n\uFFFD");
    EXPECT_EQ(base64_decoded(json.at("target_raw").get<std::string>()), "cgroup:/a\n\xff");
    EXPECT_EQ(json.at("cgroup"), "/a\n\uFFFD/\x1b");
    EXPECT_EQ(base64_decoded(json.at("cgroup_raw").get<std::string>()), "/a\n\xff/\x1b");
}

}  // namespace
}  // namespace exectap
