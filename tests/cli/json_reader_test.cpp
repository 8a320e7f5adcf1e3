// SPDX-License-Identifier: MIT OR Apache-2.0
// The tests' own reader of JSON Lines is strict: it must refuse what exectap may not write.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <stdexcept>

#include "support/json_events.h"
#include "support/json_text.h"

namespace exectap::test {
namespace {

using namespace std::literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

using Change = std::function<void(JsonEvent&)>;

JsonEvent start_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"start","trace_id":"5f0c1f5e-8f2b-4a53-9d0e-2f4b8a1c7d36","version":"0.1.0","host":"build7",)"
        R"("boot_id":"0b5c9a52-6d0e-4f7e-8f43-7a3f1c2d9e10","kernel":"6.12.9","arch":"x86_64",)"
        R"("time":"2026-01-31T09:41:03.000000000Z","boot_ns":81000000000,"targets":["pid:1200"],)"
        R"("filters":{"events":["exec","attempt","exit","fork"],"watch_children":true},)"
        R"("limits":{"ring_bytes":16777216,"buffer_bytes":67108864,"max_args_bytes":65536},"attempts":"tracepoint"})");
}

JsonEvent process_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"process","pid":1200,"ppid":1150,"exec_id":"71234567890-1200-5",)"
        R"("parent_exec_id":"61234567890-1150-4","comm":"bash","start_time":"2026-01-31T09:40:53.234567890Z",)"
        R"("watched":true})");
}

// A script, with all that an exec can have.
JsonEvent exec_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"exec","seq":1,"time":"2026-01-31T09:41:03.123456789Z","since_start_ns":123456789,"pid":1234,)"
        R"("tid":1235,"ppid":1200,"ns_pid":17,"exec_id":"81122345678-1234-6","parent_exec_id":"71234567890-1200-5",)"
        R"("replaced_exec_id":"81122345678-1234-5","start_time":"2026-01-31T09:41:03.122345678Z","uid":1000,)"
        R"("euid":1000,"gid":1000,"egid":1000,"loginuid":1000,"cap_effective":"0x1ffffffffff","umask":"0022",)"
        R"("syscall":"execve","syscall_id":59,"comm":"bash","filename":"./job","exe":"/usr/bin/dash",)"
        R"("exe_dev":"254:0","exe_inode":247728,"interpreter":"/bin/sh","script":"/home/ann/job","cwd":"/home/ann",)"
        R"("flags":["writable","lexical"],"argv":["/bin/sh","./job"],"argc":2,"argv_bytes":14,)"
        R"("argv_source":"committed","tty":"pts/9","sid":1200,"pgid":1234,)"
        R"("cgroup":"/user.slice/session-3.scope","unit":"session-3.scope","result":0,"ancestry":["bash","sshd"],)"
        R"("unreadable":["comm"]})");
}

JsonEvent attempt_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"attempt","seq":2,"time":"2026-01-31T09:41:03.123456789Z","since_start_ns":123456789,)"
        R"("pid":1234,"tid":1234,"ppid":1200,"ns_pid":17,"exec_id":"81122345678-1234-6",)"
        R"("start_time":"2026-01-31T09:41:03.122345678Z","uid":1000,"euid":1000,"gid":1000,"egid":1000,)"
        R"("cap_effective":"0x0","umask":"0022","filename":"ls","flags":["fatal"],"argv_source":"attempted",)"
        R"("sid":0,"pgid":0,"result":-2,"error":"ENOENT","unreadable":["argv"]})");
}

JsonEvent exit_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"exit","seq":3,"time":"2026-01-31T09:41:03.127456789Z","since_start_ns":127456789,)"
        R"("pid":1234,"exec_id":"81122345678-1234-6","exit_code":2,"core_dumped":false,"duration_ns":4000000,)"
        R"("user_ns":4000000,"system_ns":0,"max_rss_kb":3412})");
}

JsonEvent fork_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"fork","seq":4,"time":"2026-01-31T09:41:03.127456789Z","since_start_ns":-1,"pid":1200,)"
        R"("child_pid":1240,"exec_id":"71234567890-1200-5","child_exec_id":"81127456789-1240-5"})");
}

JsonEvent lost_line() {
    return JsonEvent::parse(R"({"v":1,"type":"lost","seq":5,"count":3,"reason":"ring","from_ns":-5,"to_ns":7})");
}

JsonEvent target_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"target","time":"2026-01-31T09:41:03.127456789Z","since_start_ns":-1,"what":"appeared",)"
        R"("target":"container:web","cgroup":"/lxc.payload.web","container_id":"web","places":2})");
}

JsonEvent summary_line() {
    return JsonEvent::parse(
        R"({"v":1,"type":"summary","execs_seen":4,"execs_delivered":1,"attempts_seen":1,"attempts_delivered":1,)"
        R"("exits_seen":1,"exits_delivered":1,"forks_seen":1,"forks_delivered":1,"filtered":0,"undecided":0,"lost":3,)"
        R"("lost_by_reason":{"ring":3},"marks_lost":0,"cgroups_lost":0,"lineage_lost":0,"bad_records":0,"still_alive":1,)"
        R"("complete":false,"duration_ns":2500000000})");
}

std::vector<JsonEvent> stream() {
    return {start_line(), process_line(), exec_line(),   attempt_line(), exit_line(),
            fork_line(),  lost_line(),    target_line(), summary_line()};
}

void expect_text_refused(const std::string& line, const std::string& reason) {
    try {
        parse_json_line(line);
        ADD_FAILURE() << "not refused: " << line;
    } catch (const std::invalid_argument& error) {
        // The line itself, and behind it the reason.
        const auto beginning = "no JSON event: " + line;
        EXPECT_THAT(error.what(), StartsWith(beginning));
        EXPECT_THAT(std::string(error.what()).substr(beginning.size()), HasSubstr(reason));
    }
}

void expect_refused(const JsonEvent& line, const std::string& reason) { expect_text_refused(json_text(line), reason); }

JsonEvent without(JsonEvent line, const std::string& key) {
    line.erase(key);
    return line;
}

void expect_value_refused(JsonEvent line, const char* key, const JsonEvent& value, const std::string& reason = "") {
    ASSERT_TRUE(line.contains(key)) << key;
    line[key] = value;
    expect_text_refused(json_text(line), reason.empty() ? std::string(key) : reason);
}

// As exectap would write it: in the place where the schema has it.
JsonEvent with(const JsonEvent& line, const std::string& key, const JsonEvent& value) {
    auto changed = JsonEvent::object();
    for (const auto& [name, schema] : properties_of(line.at("type").get<std::string>()).items()) {
        if (name == key) {
            changed[name] = value;
        } else if (line.contains(name)) {
            changed[name] = line.at(name);
        }
    }
    return changed;
}

void expect_no_stream(const Change& change, const std::string& reason) {
    JsonEvent lines = stream();
    change(lines);
    try {
        check_stream(lines.get<std::vector<JsonEvent>>());
        ADD_FAILURE() << "not refused: " << reason;
    } catch (const std::runtime_error& error) {
        EXPECT_THAT(error.what(), HasSubstr(reason));
    }
}

TEST(JsonReader, ReadsEveryKindOfLine) {
    for (const auto& line : stream()) EXPECT_EQ(parse_json_line(json_text(line)), line);
    EXPECT_NO_THROW(check_stream(stream()));
}

TEST(JsonReader, RefusesWhatIsNoLine) {
    for (const char* line : {"", "{}", "[]", "1", R"({"type":1})", R"({"v":1,"type":"target"})", R"({"v":1,"type")"})
        expect_text_refused(line, "");
    const auto line = json_text(exit_line());
    expect_text_refused(line.substr(0, line.size() - 1), "parse");
    expect_text_refused(line + line, "parse");
}

TEST(JsonReader, RefusesAKeyThatTheSchemaDoesNotName) {
    auto exit = exit_line();
    exit["container_name"] = "web";
    expect_refused(exit, "no key container_name");
    auto start = start_line();
    start["limits"]["buffer"] = 1;
    expect_refused(start, "no key buffer");
    auto exec = exec_line();
    exec["fatal"] = true;
    expect_refused(exec, "no key fatal");
}

TEST(JsonReader, RefusesAKeyThatStandsTwice) {
    auto line = json_text(exit_line());
    line.insert(line.size() - 1, R"(,"max_rss_kb":3412)");
    expect_text_refused(line, "max_rss_kb stands twice");
    auto nested = json_text(summary_line());
    nested.insert(nested.find("\"ring\":3"), "\"ring\":3,");
    expect_text_refused(nested, "ring stands twice");
}

TEST(JsonReader, RefusesAnotherOrder) {
    auto line = without(exit_line(), "pid");
    line["pid"] = 1234;
    expect_refused(line, "pid is not in the schema's order");
    expect_value_refused(exec_line(), "flags", {"lexical", "writable"}, "flag writable is not in");
}

TEST(JsonReader, RefusesALineWithoutAKeyThatIsAlwaysThere) {
    for (const auto& line : stream()) {
        const auto& schema = event_schema().at("definitions").at(line["type"].get<std::string>() + "_line");
        for (const auto& key : schema.at("required").get<std::vector<std::string>>())
            expect_refused(without(line, key), key);
    }
    for (const char* key : {"exe", "exe_dev", "exe_inode", "syscall", "syscall_id", "cgroup"})
        expect_refused(without(exec_line(), key), key);
    expect_refused(without(summary_line(), "forks_seen"), "forks_seen");
}

TEST(JsonReader, RefusesValuesOfTheWrongTypeOrForm) {
    expect_value_refused(exec_line(), "pid", "1234");
    expect_value_refused(exec_line(), "v", 2);
    expect_value_refused(exec_line(), "argv", "ls");
    expect_value_refused(exec_line(), "argv", {"ls", 1});
    expect_value_refused(exec_line(), "pid", 0);
    expect_value_refused(exec_line(), "seq", 0);
    expect_value_refused(exec_line(), "loginuid", 4294967295);
    expect_value_refused(exec_line(), "time", "2026-01-31T09:41:03.123456Z");
    expect_value_refused(exec_line(), "time", "2026-13-31T09:41:03.123456789Z");
    expect_value_refused(exec_line(), "start_time", "2026-01-31 09:41:03.123456789Z");
    expect_value_refused(exec_line(), "exec_id", "081122345678-1234-6");
    expect_value_refused(exec_line(), "exec_id", "81122345678-1234-6\n");
    expect_value_refused(exec_line(), "cap_effective", "0x00");
    expect_value_refused(exec_line(), "cap_effective", "0xFF");
    expect_value_refused(exec_line(), "umask", "022");
    expect_value_refused(exec_line(), "umask", "0028");
    expect_value_refused(exec_line(), "exe_dev", "fe:0");
    expect_value_refused(exec_line(), "syscall", "clone");
    expect_value_refused(exec_line(), "flags", {"lexical", "lexical"});
    expect_value_refused(exec_line(), "flags", {"lexical", "fatal"});
    expect_value_refused(exec_line(), "unreadable", JsonEvent::array());
    expect_value_refused(exec_line(), "argv_source", "attempted");
    expect_value_refused(exec_line(), "result", -2);
    expect_value_refused(attempt_line(), "result", 0);
    expect_value_refused(attempt_line(), "error", "No such file");
    expect_value_refused(exit_line(), "exit_code", 256);
    expect_value_refused(lost_line(), "reason", "bad luck");
    expect_value_refused(lost_line(), "count", 0);
    expect_value_refused(start_line(), "attempts", "kprobe");
    expect_value_refused(start_line(), "boot_id", "0b5c9a52");
    expect_value_refused(start_line(), "targets", {"1200"});
    expect_value_refused(summary_line(), "lost_by_reason", {{"ring", 0}});
}

TEST(JsonReader, RefusesNumbersThatOverflowed) {
    expect_value_refused(exit_line(), "duration_ns", -1);
    expect_value_refused(exit_line(), "duration_ns", std::numeric_limits<std::uint64_t>::max(), "must be smaller");
    auto line = exec_line();
    line["exe_inode"] = std::numeric_limits<std::uint64_t>::max();
    EXPECT_EQ(parse_json_line(json_text(line)), line);
}

TEST(JsonReader, RefusesAnExitWithBothCodeAndSignalOrNeither) {
    expect_refused(with(exit_line(), "signal", "SIGKILL"), "2 matches found");
    expect_refused(without(exit_line(), "exit_code"), "0 matches found");
    auto killed = with(exit_line(), "signal", "SIG35");
    killed.erase("exit_code");
    EXPECT_EQ(parse_json_line(json_text(killed)), killed);
}

TEST(JsonReader, RefusesALineThatContradictsItself) {
    expect_value_refused(exec_line(), "argc", 3, "argc is not");
    expect_value_refused(exec_line(), "argv_bytes", 13, "argv_bytes is not");
    expect_value_refused(exec_line(), "exec_id", "81122345678-1235-6", "exec_id is not of pid");
    expect_value_refused(fork_line(), "child_exec_id", "81127456789-1241-5", "child_exec_id is not of child_pid");
    expect_value_refused(exec_line(), "replaced_exec_id", "81122345678-1234-4", "replaced_exec_id is not");
    expect_value_refused(exec_line(), "flags", {"writable"}, "contains");
    expect_refused(without(exec_line(), "script"), "NOT");
    expect_value_refused(summary_line(), "complete", true, "lost");
}

TEST(JsonReader, TakesCutArgumentsAsTheyAre) {
    auto line = with(exec_line(), "argv_truncated", true);
    line["argc"] = 20001;
    EXPECT_EQ(parse_json_line(json_text(line)), line);
}

TEST(JsonReader, RefusesOtherBytesThanExectaps) {
    const auto text = json_text(exec_line());
    const auto refused_as = [&](const std::string& from, const std::string& to, const std::string& reason) {
        auto line = text;
        line.replace(line.find(from), from.size(), to);
        expect_text_refused(line, reason);
    };
    refused_as("\"seq\":1", "\"seq\":1.0", "writes no number");
    refused_as("\"seq\":1", "\"seq\":1e0", "writes no number");
    refused_as("\"seq\":1", "\"seq\":null", "must be integer");
    refused_as("\"seq\":1", "\"seq\": 1", "exectap writes it as");
    refused_as("\"since_start_ns\":123456789", "\"since_start_ns\":-0", "exectap writes it as");
    // NOLINTNEXTLINE(misc-misleading-bidirectional): said by its number
    constexpr const char* kRightToLeftOverride = "\xe2\x80\xae";
    for (const char* raw : {"b\\u0061sh", "\\/bin", "\\u001B", "\\u000a", "\x7f", "\xc2\x9b", kRightToLeftOverride,
                            "\xe2\x80\x8b", "\xf3\xa0\x80\x81"})
        refused_as("bash", raw, "exectap writes it as");
    for (const char* raw : {"\xff", "\x1b", "\n"}) refused_as("bash", raw, "parse");
    for (const char* escaped :
         {"\\u009b", "\\u007f", "\\u001b", "\\n", "\\b", "\\u202e", "\\udb40\\udc01", "\xf0\x9f\x98\x80"}) {
        auto line = text;
        line.replace(line.find("bash"), 4, escaped);
        EXPECT_NO_THROW(parse_json_line(line)) << line;
    }
}

TEST(JsonReader, GivesTheExactBytes) {
    auto line = with(exec_line(), "comm", "ba\ufffdsh");
    line = with(line, "comm_raw", to_base64("ba\xe2\x82sh"));
    line["argv"] = {"/bin/sh", "\ufffd\ufffd"};
    line = with(line, "argv_raw", {to_base64("/bin/sh"), to_base64("\xff\xfe")});
    line["argv_bytes"] = 11;
    const auto event = parse_json_line(json_text(line));
    EXPECT_EQ(bytes_of(event, "comm"), "ba\xe2\x82sh");
    EXPECT_EQ(bytes_of(event, "cwd"), "/home/ann");
    EXPECT_THAT(list_of(event, "argv"), ElementsAre("/bin/sh", "\xff\xfe"));
    EXPECT_THAT(list_of(event, "ancestry"), ElementsAre("bash", "sshd"));
    EXPECT_THROW(bytes_of(event, "tty_name"), std::exception);
}

TEST(JsonReader, RefusesRawBytesThatAreNotThoseOfTheText) {
    const auto comm_and = [](const std::string& comm, const std::string& raw) {
        return json_text(with(with(exec_line(), "comm", comm), "comm_raw", raw));
    };
    expect_text_refused(comm_and("bash", to_base64("bash")), "needs no comm_raw");
    expect_text_refused(comm_and("b\ufffd", to_base64("c\xff")), "other bytes");
    // A character that is cut short is one part, not two.
    expect_text_refused(comm_and("\ufffd\ufffd", to_base64("\xe2\x82")), "other bytes");
    for (const char* raw : {"Yv8", "Yv9=", "Yv8 ", "Yv8==", "Y-8="})
        expect_text_refused(comm_and("b\ufffd", raw), "data.comm_raw must");
    expect_refused(with(exec_line(), "argv_raw", {to_base64("\xff")}), "other elements");
    auto alone = with(exec_line(), "comm_raw", to_base64("\xff"));
    alone.erase("comm");
    expect_text_refused(json_text(alone), "comm");
}

TEST(JsonReader, ReadsLongBytes) {
    const std::string argument(128 << 10, '\xff');
    std::string text;
    for (std::size_t i = 0; i < argument.size(); i++) text += "\ufffd";
    auto line = with(exec_line(), "argv_raw", {to_base64(argument)});
    line["argv"] = {text};
    line["argc"] = 1;
    line["argv_bytes"] = argument.size() + 1;
    EXPECT_THAT(list_of(parse_json_line(json_text(line)), "argv"), ElementsAre(argument));
    auto bad = line;
    bad["argv_raw"][0] = to_base64(argument).replace(100'000, 1, "!");
    expect_text_refused(json_text(bad), "must match pattern");
}

TEST(Base64, IsThatOfRfc4648) {
    for (const auto& [bytes, text] :
         {std::pair{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}}) {
        EXPECT_EQ(to_base64(bytes), text);
        EXPECT_EQ(from_base64(text), bytes);
    }
    EXPECT_EQ(from_base64("AP+/"), "\0\xff\xbf"sv);
    // "Zh==" and "Zm9=" have bits beyond the last byte.
    for (const char* text : {"Zg", "Zg=", "Zh==", "Zm9=", "Zg==Zg==", "Zg== ", "Z-8="})
        EXPECT_THROW(from_base64(text), std::invalid_argument) << text;
}

TEST(JsonStream, RefusesOneThatIsNotWhole) {
    EXPECT_THROW(check_stream({}), std::runtime_error);
    EXPECT_THROW(check_stream({start_line()}), std::runtime_error);
    expect_no_stream([](auto& lines) { lines.erase(0); }, "begins with another line");
    expect_no_stream([](auto& lines) { lines.erase(lines.size() - 1); }, "without a summary");
    expect_no_stream([](auto& lines) { lines.insert(lines.begin() + 1, start_line()); }, "a second one");
    expect_no_stream([](auto& lines) { lines.insert(lines.begin() + 3, summary_line()); }, "a second one");
    expect_no_stream([](auto& lines) { lines.insert(lines.begin() + 3, process_line()); }, "after an event");
}

TEST(JsonStream, RefusesAGapInSeq) {
    expect_no_stream([](auto& lines) { lines.erase(2); }, "seq 1 is wanted");
    expect_no_stream([](auto& lines) { lines[4]["seq"] = 4; }, "seq 3 is wanted");
    expect_no_stream([](auto& lines) { lines[4]["seq"] = 2; }, "seq 3 is wanted");
}

TEST(JsonStream, GoesOnBehindWhatWasLost) {
    auto lines = stream();
    auto second = exit_line();
    second["seq"] = 8;
    lines.back()["exits_delivered"] = 2;
    lines.insert(lines.end() - 1, second);
    EXPECT_NO_THROW(check_stream(lines));
    lines[7]["seq"] = 6;
    EXPECT_THROW(check_stream(lines), std::runtime_error);
}

TEST(JsonStream, RefusesSumsThatAreWrong) {
    expect_no_stream([](auto& lines) { lines.back()["execs_delivered"] = 2; }, "1 execs are told");
    expect_no_stream([](auto& lines) { lines.back()["lost"] = 2; }, "lost is not the sum");
    expect_no_stream([](auto& lines) { lines[0]["filters"]["events"] = {"exec", "attempt", "exit"}; }, "nobody asked");
    expect_no_stream([](auto& lines) { lines.back().erase("exits_seen"); }, "exits are not counted");
}

}  // namespace
}  // namespace exectap::test
