// SPDX-License-Identifier: MIT OR Apache-2.0
// The tests' own reader of lines is strict: it must refuse what exectap may not write.
#include "support/event_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "support/exectap.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::Optional;
using testing::Pair;

std::string line_with(const std::string& argv, const std::string& end = "") {
    return "[0.123456] pid=12 tid=13 uid=1000 gid=100 syscall_id=59 comm=\"bash\" filename=\"/usr/bin/ls\" "
           "argv0=\"ls\" ppid=11 argv=" +
           argv + end;
}

TEST(EventLineReader, ReadsEveryField) {
    const auto event = parse_event(line_with(R"(["ls","-l"])"));
    EXPECT_EQ(event.time, "0.123456");
    EXPECT_EQ(event.pid, 12);
    EXPECT_EQ(event.tid, 13);
    EXPECT_EQ(event.uid, 1000U);
    EXPECT_EQ(event.gid, 100U);
    EXPECT_EQ(event.ppid, 11);
    EXPECT_THAT(event.syscall_id, Optional(59));
    EXPECT_THAT(event.comm, Optional(std::string("bash")));
    EXPECT_THAT(event.filename, Optional(std::string("/usr/bin/ls")));
    EXPECT_THAT(event.argv0, Optional(std::string("ls")));
    EXPECT_THAT(event.argv, Optional(ElementsAre("ls", "-l")));
    EXPECT_FALSE(event.is_attempt());
}

TEST(EventLineReader, ReadsEscapes) {
    const auto event = parse_event(line_with(R"(["\\\"\n\r\t\x1b\xff\u{a0}\u{e0001}",""])"));
    EXPECT_THAT(event.argv, Optional(ElementsAre("\\\"\n\r\t\x1b\xff\u00a0\U000e0001", "")));
}

TEST(EventLineReader, ReadsWhatWasCutOrNotRead) {
    const auto cut = parse_event(line_with(R"(["cc","long"...])", " argv_bytes=2000 argc=20"));
    EXPECT_TRUE(cut.argv_is_cut);
    EXPECT_THAT(cut.argv_bytes, Optional(2000U));
    EXPECT_THAT(cut.argc, Optional(20U));
    const auto uncounted = parse_event(line_with(R"(["cc",...])", " error=ENOENT"));
    EXPECT_TRUE(uncounted.argv_is_cut);
    EXPECT_EQ(uncounted.argv_bytes, std::nullopt);
    EXPECT_EQ(uncounted.argc, std::nullopt);
    const auto unread = parse_event(line_with("unreadable", " error=ENOENT fatal=true"));
    EXPECT_EQ(unread.argv, std::nullopt);
    EXPECT_EQ(unread.error, "ENOENT");
    EXPECT_TRUE(unread.is_fatal);
}

TEST(EventLineReader, ReadsTextsByTheirNames) {
    EXPECT_THAT(parse_texts(R"([0.1] exe="/a \"b=\"" cwd="\u{202e}\x1b")"),
                ElementsAre(Pair("cwd", std::string{'\xe2', '\x80', '\xae', '\x1b'}), Pair("exe", R"(/a "b=")")));
    for (const auto* line : {"", "[0.1] exe", "[0.1] exe=x", "[0.1]  exe=\"x\"", "[0.1] exe=\"x\" exe=\"x\"",
                             "[0.1] exe=\"x\\x1b", "[0.1] exe=\"\x1b\""})
        EXPECT_THROW(parse_texts(line), std::invalid_argument) << line;
}

TEST(EventLineReader, RefusesWhatIsNoEvent) {
    for (const auto& line : {std::string(),
                             std::string("exectap: 1 exec"),
                             line_with("[]", " "),
                             line_with("[]", " error="),
                             line_with("[]x"),
                             line_with(R"(["ls",])"),
                             line_with(R"(["ls""ls"])"),
                             line_with(R"(["ls"...,"ls"])"),
                             line_with(R"(["ls"...])"),
                             line_with(R"(["ls])"),
                             line_with("[\"\x1b\"]"),
                             line_with("[\"\xff\"]"),
                             line_with("[\"\xc2\x9b\"]"),
                             line_with("[\"\n\"]"),
                             line_with(R"(["\x41"])"),
                             line_with(R"(["\x1"])"),
                             line_with(R"(["\q"])"),
                             line_with(R"(["\u{41}"])"),
                             line_with(R"(["\u{202e"])"),
                             line_with("[]", " argv_bytes=1")})
        EXPECT_THROW(parse_event(line), std::invalid_argument) << line;
}

TEST(VerdictReader, ReadsTheCountsOfACompleteRun) {
    const auto verdict = parse_complete_verdict("exectap: 2 execs, 1 attempt seen, all delivered: complete");
    ASSERT_TRUE(verdict.has_value());
    EXPECT_EQ(verdict->execs, 2U);
    EXPECT_EQ(verdict->attempts, 1U);
    const auto alive =
        parse_complete_verdict("exectap: 1 exec seen, all delivered: complete; 2 watched processes still alive");
    ASSERT_TRUE(alive.has_value());
    EXPECT_EQ(alive->attempts, std::nullopt);
    EXPECT_EQ(alive->still_alive, 2U);
}

TEST(VerdictReader, RefusesAnIncompleteRunAndAWrongPlural) {
    EXPECT_EQ(parse_complete_verdict("exectap: 2 execs seen, 1 delivered, 1 lost (ring full): incomplete"),
              std::nullopt);
    EXPECT_THROW(parse_complete_verdict("exectap: 1 execs seen, all delivered: complete"), std::runtime_error);
}

}  // namespace
}  // namespace exectap::test
