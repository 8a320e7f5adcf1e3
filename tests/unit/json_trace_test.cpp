// SPDX-License-Identifier: MIT OR Apache-2.0
// JSON: the lines around the events; and a great many events, also in lines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "process/table.h"
#include "sink/utf8.h"
#include "unit/events.h"
#include "unit/json.h"

namespace exectap {
namespace {

using namespace std::literals;

constexpr Clock kClock{.style = TimeStyle::start, .start_since_boot = 2s, .wall_minus_boot = 1'769'852'461s};

TraceStart start_of_trace() {
    return {.trace_id = "0b5e8f36-2f6b-4a3c-9d0e-3a54b1b0a7c1",
            .version = "0.1.0",
            .host = "ann's",
            .boot_id = "b",
            .kernel = "6.18.5",
            .arch = "x86_64",
            .clock = kClock,
            .targets = {"pid:1234", "command:make"},
            .command = {},
            .events = {.execs = true, .attempts = true, .exits = true, .forks = false},
            .watch_children = true,
            .ring_bytes = 16 << 20,
            .buffer_bytes = 64 << 20,
            .max_args_bytes = 64 << 10,
            .attempts = AttemptMechanism::tracepoint};
}

constexpr auto kStart =
    R"({"v":1,"type":"start","trace_id":"0b5e8f36-2f6b-4a3c-9d0e-3a54b1b0a7c1","version":"0.1.0","host":"ann's",)"
    R"("boot_id":"b","kernel":"6.18.5","arch":"x86_64","time":"2026-01-31T09:41:03.000000000Z","boot_ns":2000000000,)"
    R"("targets":["pid:1234","command:make"],)"
    R"("filters":{"events":["exec","attempt","exit"],"watch_children":true},)"
    R"("limits":{"ring_bytes":16777216,"buffer_bytes":67108864,"max_args_bytes":65536},"attempts":"tracepoint"})"
    "\n";

std::string text_of(const TraceStart& start) {
    std::string text;
    JsonFormat(kClock).begin(text, start);
    return text;
}

TEST(JsonStart, HasEveryFieldInOrder) { EXPECT_EQ(text_of(start_of_trace()), kStart); }

TEST(JsonStart, TellsOfTheCommand) {
    auto start = start_of_trace();
    start.command = {"make", "\xff"};
    start.events = {.execs = true, .attempts = false, .exits = false, .forks = true};
    start.attempts = AttemptMechanism::off;
    const auto json = parse_line(text_of(start));
    EXPECT_EQ(json.at("command").dump(), "[\"make\",\"\uFFFD\"]");
    EXPECT_EQ(json.at("command_raw").dump(), R"(["bWFrZQ==","/w=="])");
    EXPECT_EQ(json.at("filters").dump(), R"({"events":["exec","fork"],"watch_children":true})");
    EXPECT_EQ(json.at("attempts"), "off");
}

TEST(JsonProcess, HasEveryFieldInOrder) {
    JsonFormat format(kClock);
    std::string text;
    format.append(text, {.pid = 1200,
                         .ppid = 1,
                         .exec_id = {61s, 1200, 3},
                         .parent_exec_id = ExecId{1s, 1, 1},
                         .comm = "ba\nsh",
                         .is_watched = true});
    format.append(text, {.pid = 7, .ppid = 1, .exec_id = {62s, 7, 3}, .parent_exec_id = {}, .comm = ""});
    EXPECT_EQ(text,
              R"({"v":1,"type":"process","pid":1200,"ppid":1,"exec_id":"61000000000-1200-3",)"
              R"("parent_exec_id":"1000000000-1-1","comm":"ba\nsh","start_time":"2026-01-31T09:42:02.000000000Z",)"
              R"("watched":true})"
              "\n"
              R"({"v":1,"type":"process","pid":7,"ppid":1,"exec_id":"62000000000-7-3","comm":"",)"
              R"("start_time":"2026-01-31T09:42:03.000000000Z","watched":false})"
              "\n");
}

TraceEnd end_of_trace() {
    TraceEnd end;
    end.summary.attempt_mechanism = AttemptMechanism::tracepoint;
    end.summary.execs = {.seen = 10, .delivered = 10, .lost = 0};
    end.summary.attempts = {.seen = 5, .delivered = 5, .lost = 0};
    end.summary.exits = {.seen = 8, .delivered = 8, .lost = 0};
    end.summary.forks = {.seen = 9, .delivered = 9, .lost = 0};
    end.summary.still_alive = 2;
    end.duration = 3s;
    return end;
}

std::string summary(const TraceEnd& end, const EventKinds& events) {
    JsonFormat format({});
    auto start = start_of_trace();
    start.events = events;
    std::string text;
    format.begin(text, start);
    text.clear();
    format.end(text, end);
    return text;
}

TEST(JsonSummary, HasEveryFieldInOrder) {
    EXPECT_EQ(
        summary(end_of_trace(), {.execs = true, .attempts = true, .exits = true, .forks = true}),
        R"({"v":1,"type":"summary","execs_seen":10,"execs_delivered":10,"attempts_seen":5,"attempts_delivered":5,)"
        R"("exits_seen":8,"exits_delivered":8,"forks_seen":9,"forks_delivered":9,"filtered":0,"undecided":0,"lost":0,)"
        R"("lost_by_reason":{},"marks_lost":0,"cgroups_lost":0,"lineage_lost":0,"bad_records":0,"still_alive":2,)"
        R"("complete":true,"duration_ns":3000000000})"
        "\n");
}

TEST(JsonSummary, SaysWhereAttemptsAreNotExact) {
    auto end = end_of_trace();
    EXPECT_EQ(summary(end, {}).find("attempts_exact"), std::string::npos);
    end.summary.attempt_mechanism = AttemptMechanism::kretprobe;
    EXPECT_NE(summary(end, {}).find(R"("attempts_exact":false,"complete":true)"), std::string::npos);
}

TEST(JsonSummary, HasOnlyWhatWasAskedFor) {
    EXPECT_EQ(summary(end_of_trace(), {.execs = true, .attempts = false, .exits = false, .forks = false}),
              R"({"v":1,"type":"summary","execs_seen":10,"execs_delivered":10,"filtered":0,"undecided":0,"lost":0,)"
              R"("lost_by_reason":{},"marks_lost":0,"cgroups_lost":0,"lineage_lost":0,"bad_records":0,"still_alive":2,)"
              R"("complete":true,"duration_ns":3000000000})"
              "\n");
}

TEST(JsonSummary, AddsUpLosses) {
    auto end = end_of_trace();
    end.summary.execs = {.seen = 13, .delivered = 10, .lost = 3};
    end.summary.attempts.lost = 4;
    end.summary.exits.lost = 10;
    end.summary.forks.lost = 20;
    end.summary.marks_lost = 5;
    end.summary.cgroups_lost = 8;
    end.summary.lineage_lost = 6;
    end.summary.bad_records = 7;
    end.summary.skipped = 8;
    end.summary.subtract({.not_queued = {2, 1, 0, 0}, .not_written = {1, 0, 3, 0}});
    const auto json = Json::parse(summary(end, {}));
    EXPECT_EQ(json.at("execs_delivered"), 7);
    EXPECT_EQ(json.at("attempts_delivered"), 4);
    EXPECT_EQ(json.at("lost"), 52);
    EXPECT_EQ(json.at("lost_by_reason").dump(), R"({"ring":37,"queue":3,"output":4,"skipped":8})");
    EXPECT_EQ(json.at("marks_lost"), 5);
    EXPECT_EQ(json.at("cgroups_lost"), 8);
    EXPECT_EQ(json.at("lineage_lost"), 6);
    EXPECT_EQ(json.at("bad_records"), 7);
    EXPECT_EQ(json.at("complete"), false);
}

TEST(JsonSummary, IsNotCompleteWhenSomethingWasNotWritten) {
    auto end = end_of_trace();
    end.summary.subtract({.not_queued = {}, .not_written = {0, 0, 0, 1}});
    const auto json = Json::parse(summary(end, {}));
    EXPECT_EQ(json.at("complete"), false);
    EXPECT_EQ(json.at("lost_by_reason").dump(), R"({"output":1})");
}

// Events of all kinds, made of bytes and numbers that come as they may.
class Chance {
public:
    Event event() {
        texts_.clear();
        switch (below(5)) {
            case 0: return exec();
            case 1: return AttemptEvent{call(), static_cast<int>(below(600)), flip()};
            case 2:
                return ExitEvent{.seq = number(),
                                 .since_boot = time(),
                                 .pid = id(),
                                 .exec_id = exec_id(),
                                 .exit_code = static_cast<int>(below(256)),
                                 .signal = static_cast<int>(flip() ? below(65) : 0),
                                 .core_dumped = flip(),
                                 .duration = maybe(time()),
                                 .user_time = maybe(time()),
                                 .system_time = maybe(time()),
                                 .max_rss_kb = maybe(number())};
            case 3:
                return ForkEvent{.seq = number(),
                                 .since_boot = time(),
                                 .pid = id(),
                                 .child_pid = id(),
                                 .exec_id = exec_id(),
                                 .child_exec_id = exec_id()};
            default: return LostEvent{number(), time(), time(), number(), static_cast<LossReason>(below(4))};
        }
    }

private:
    std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(random_()) % limit; }
    bool flip() { return below(2) == 0; }
    std::uint64_t number() { return std::uint64_t{random_()} << 32 | random_(); }
    std::uint32_t id() { return static_cast<std::uint32_t>(random_()); }
    std::chrono::nanoseconds time() { return std::chrono::nanoseconds(number() >> 8); }
    ExecId exec_id() { return {time(), id(), number()}; }

    template <typename T>
    std::optional<T> maybe(T value) {
        return flip() ? std::optional(value) : std::nullopt;
    }

    std::string_view text() {
        constexpr std::string_view kTelling = "\\\"/.\n\x1b\x7f\0\x80\x9b\xbf\xc2\xe2\xe0\xed\xf0\xf4\xff"sv;
        auto& text = texts_.emplace_back(below(12), '\0');
        for (char& c : text) c = flip() ? static_cast<char>(random_() & 0xFF) : kTelling[below(kTelling.size())];
        return text;
    }

    Bytes bytes() { return {text(), flip()}; }
    Path path() { return {text(), flip(), flip(), flip()}; }

    Call call() {
        return {.seq = number(),
                .since_boot = time(),
                .pid = id(),
                .tid = id(),
                .ppid = id(),
                .ns_pid = id(),
                .exec_id = exec_id(),
                .parent_exec_id = maybe(exec_id()),
                .uid = id(),
                .euid = id(),
                .gid = id(),
                .egid = id(),
                .loginuid = maybe(id()),
                .cap_effective = number(),
                .umask = id(),
                .syscall_id = maybe(static_cast<std::int32_t>(below(500))),
                .is_execveat = flip(),
                .comm = maybe(text()),
                .filename = maybe(bytes()),
                .arguments = maybe(Arguments{text(), flip(), maybe(number()), maybe(id())}),
                .cwd = maybe(path()),
                .cgroup = maybe(path()),
                .tty = maybe(text()),
                .sid = id(),
                .pgid = id()};
    }

    ExecEvent exec() {
        return {.call = call(),
                .exe = maybe(ExeFile{path(), id(), id(), number(), flip(), flip(), flip(), flip()}),
                .is_script = flip(),
                .interpreter = maybe(bytes())};
    }

    std::mt19937 random_{20260131};  // the same events every time
    std::deque<std::string> texts_;  // of the last event
};

// The newline at the end aside.
bool is_safe(std::string_view line) {
    if (!line.ends_with('\n')) return false;
    line.remove_suffix(1);
    while (!line.empty()) {
        const auto character = read_utf8(line);
        const bool is_control = character.code_point < 0x20 || character.code_point == 0x7F;
        if (!character.is_valid || is_control || (character.code_point >= 0x80 && is_hidden(character.code_point)))
            return false;
        line.remove_prefix(character.length);
    }
    return true;
}

// Each of its texts that says what its bytes are is what anybody makes of them.
bool is_faithful(const Json& json) {
    const auto is_true_to = [&](const std::string& key, const Json& raw) {
        const auto bytes = base64_decoded(raw.get<std::string>());
        return Json::parse(Json(bytes).dump(-1, ' ', false, Json::error_handler_t::replace)) ==
               json.at(key.substr(0, key.size() - 4));
    };
    bool is_faithful = true;
    for (const auto& [key, raw] : json.items())
        if (key.ends_with("_raw") && raw.is_string()) is_faithful = is_faithful && is_true_to(key, raw);
    return is_faithful;
}

TEST(Json, OfWhateverEventIsOneLineThatParses) {
    Chance chance;
    JsonFormat format(kClock);
    std::string line;
    for (int i = 0; i < 100'000; i++) {
        const auto event = chance.event();
        line.clear();
        format.append(line, event);
        ASSERT_TRUE(is_safe(line)) << line;
        const auto json = parse_line(line);
        ASSERT_EQ(json.at("type"), kEventNames[event.index()]);
        ASSERT_TRUE(is_faithful(json)) << json.dump();
    }
}

TEST(Line, OfWhateverEventIsOneSafeLine) {
    Chance chance;
    const LineOptions all{.fields = fields_but(ShownIn::json)};
    for (int i = 0; i < 50'000; i++) {
        const auto event = chance.event();
        ASSERT_TRUE(is_safe(line_of(event, kClock)));
        ASSERT_TRUE(is_safe(line_of(event, kClock, all)));
    }
}

}  // namespace
}  // namespace exectap
