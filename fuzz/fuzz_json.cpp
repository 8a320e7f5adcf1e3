// SPDX-License-Identifier: MIT OR Apache-2.0
// Whatever an event holds, its JSON is one line that a strict parser takes, and the bytes of each text can be had back.
#include <fuzzer/FuzzedDataProvider.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "decode/decode.h"
#include "made_event.h"
#include "process/cgroup_names.h"
#include "process/table.h"
#include "sink/json.h"
#include "target.h"
#include "text.h"

namespace exectap::fuzz {
namespace {

using namespace std::literals;
using Json = nlohmann::json;

std::string base64_decoded(const std::string& text) {
    constexpr auto kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"sv;
    check(text.size() % 4 == 0, "base64 is padded", text);
    const auto padding = text.size() - std::min(text.find('='), text.size());
    check(padding <= 2 && text.ends_with("=="sv.substr(0, padding)), "padding stands at the end", text);
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned known = 0;  // of those bits
    for (const char c : text.substr(0, text.size() - padding)) {
        const auto digit = kDigits.find(c);
        check(digit != std::string_view::npos, "base64 has 64 digits", text);
        bits = (bits << 6 | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
        known += 6;
        if (known < 8) continue;
        known -= 8;
        bytes += static_cast<char>(bits >> known & 0xFFU);
    }
    check(known == padding * 2 && (bits & ((1U << known) - 1)) == 0, "no bit is left over", text);
    return bytes;
}

// The one object that a format appended.
Json object_of(std::string_view text) {
    check(text.ends_with('\n'), "what is told ends with a newline", text);
    text.remove_suffix(1);
    check(is_safe(text), "what is told is one line that is safe to print", text);
    std::vector<std::set<std::string>> keys;
    const auto no_key_twice = [&](int /*depth*/, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key)
            check(keys.back().insert(value.get<std::string>()).second, "no key stands twice", text);
        return true;
    };
    auto json = Json::parse(text, no_key_twice, false);
    check(json.is_object(), "what is told is a JSON object", text);
    check(json["v"] == 1, "the version stands in each", text);
    return json;
}

void check_one(const Json& shown, std::string_view bytes) {
    const auto& text = shown.get_ref<const std::string&>();
    if (is_utf8(bytes)) return check(text == bytes, "text is as it is", bytes);
    check(text.find("\uFFFD") != std::string::npos, "what is no text is marked", bytes);
}

void check_text(const Json& json, const std::string& name, std::optional<std::string_view> bytes) {
    const auto raw = name + "_raw";
    check(json.contains(name) == bytes.has_value(), "a text is there if it is known", name);
    check(json.contains(raw) == (bytes && !is_utf8(*bytes)), "bytes are there unless they are text", name);
    if (!bytes) return;
    check_one(json[name], *bytes);
    if (json.contains(raw)) check(base64_decoded(json[raw]) == *bytes, "all bytes can be had back", *bytes);
}

void check_list(const Json& json, const std::string& name, const std::optional<std::vector<std::string>>& list) {
    const auto raw = name + "_raw";
    const bool is_text = !list || std::all_of(list->begin(), list->end(), is_utf8);
    check(json.contains(name) == list.has_value(), "a list is there if it is known", name);
    check(json.contains(raw) == !is_text, "bytes are there unless all are text", name);
    if (!list) return;
    check(json[name].size() == list->size() && (is_text || json[raw].size() == list->size()), "no text is missing",
          name);
    for (std::size_t i = 0; i < list->size(); i++) {
        check_one(json[name][i], (*list)[i]);
        if (!is_text) check(base64_decoded(json[raw][i]) == (*list)[i], "all bytes can be had back", (*list)[i]);
    }
}

std::optional<std::string_view> bytes_of(const std::optional<Bytes>& text) {
    return text ? std::optional(text->bytes) : std::nullopt;
}

std::optional<std::string_view> bytes_of(const std::optional<Path>& path) {
    return path ? std::optional(path->path) : std::nullopt;
}

std::optional<std::vector<std::string>> argv_of(const Call& call) {
    if (!call.arguments) return std::nullopt;
    std::vector<std::string> argv;
    bool is_ended = true;
    for (const char c : call.arguments->bytes) {
        if (is_ended) argv.emplace_back();
        is_ended = c == '\0';
        if (!is_ended) argv.back() += c;
    }
    return argv;
}

void check_unreadable(const Json& json, const std::string& name, bool is_unreadable) {
    const auto none = Json::array();
    const auto& names = json.contains("unreadable") ? json["unreadable"] : none;
    check(std::count(names.begin(), names.end(), name) == (is_unreadable ? 1 : 0), "what is unreadable is told", name);
}

void check_call(const Json& json, const Call& call) {
    check_text(json, "comm", call.comm);
    check_text(json, "filename", bytes_of(call.filename));
    check_text(json, "cwd", bytes_of(call.cwd));
    check_text(json, "cgroup", bytes_of(call.cgroup));
    check_text(json, "tty", call.tty);
    check_text(json, "unit", call.cgroup ? unit_of(call.cgroup->path) : std::nullopt);
    check_text(json, "container_id", call.cgroup ? container_id_of(call.cgroup->path) : std::nullopt);
    check_list(json, "argv", argv_of(call));
    check_unreadable(json, "comm", !call.comm);
    check_unreadable(json, "filename", !call.filename);
    check_unreadable(json, "argv", !call.arguments);
    check(json["pid"] == call.pid && json["seq"] == call.seq && json["uid"] == call.uid, "numbers are the event's");
    check(json["since_start_ns"].is_number_integer(), "times are numbers");
}

void check_event(const Json& json, const ExecEvent& exec) {
    check(json["type"] == "exec", "an exec is one");
    check_call(json, exec.call);
    check_text(json, "exe", exec.exe ? std::optional(exec.exe->path.path) : std::nullopt);
    check_text(json, "interpreter", exec.is_script ? bytes_of(exec.interpreter) : std::nullopt);
    check_unreadable(json, "interpreter", exec.is_script && !exec.interpreter);
    if (json.contains("script_raw")) base64_decoded(json["script_raw"]);
}

void check_event(const Json& json, const AttemptEvent& attempt) {
    check(json["type"] == "attempt" && json["result"] == -attempt.error, "an attempt is one");
    check_call(json, attempt.call);
}

void check_event(const Json& json, const ExitEvent& exit) {
    check(json["type"] == "exit" && json["pid"] == exit.pid, "an exit is one");
    check(json.contains("signal") != json.contains("exit_code"), "a process ended in one way");
}

void check_event(const Json& json, const ForkEvent& fork) {
    check(json["type"] == "fork" && json["child_pid"] == fork.child_pid, "a fork is one");
}

void check_event(const Json& json, const LostEvent& lost) {
    check(json["type"] == "lost" && json["count"] == lost.count, "a loss is one");
}

std::vector<std::string> ancestors_of(const ProcessTable& table, const Event& event) {
    std::vector<std::string> names;
    const auto visit = [&](std::string_view name) { names.emplace_back(name); };
    if (const auto* exec = std::get_if<ExecEvent>(&event))
        table.for_each_ancestor(exec->call.exec_id, Ancestry::kMost, visit);
    if (const auto* attempt = std::get_if<AttemptEvent>(&event))
        table.for_each_ancestor(attempt->call.exec_id, Ancestry::kMost, visit);
    return names;
}

void tell(const Event& event, const Clock& clock, const ProcessTable& table) {
    std::string text;
    JsonFormat(clock, {.table = &table}).append(text, event);
    const auto json = object_of(text);
    std::visit([&](const auto& one) { check_event(json, one); }, event);
    const auto ancestors = ancestors_of(table, event);
    check_list(json, "ancestry", ancestors.empty() ? std::nullopt : std::optional(ancestors));
}

// The event and a process that its own descends from.
void tell_made_event(FuzzedDataProvider& bytes) {
    EventMaker maker(bytes);
    const auto clock = maker.clock();
    const auto event = maker.event();
    ProcessTable table(ProcessTable::Limits{.most_programs = 16});
    if (const auto* exec = std::get_if<ExecEvent>(&event); exec != nullptr && exec->call.parent_exec_id) {
        auto parent = maker.process();
        parent.exec_id = *exec->call.parent_exec_id;
        table.add(parent);
    }
    table.apply(event);
    tell(event, clock, table);
}

void tell_record(std::span<const std::uint8_t> record) {
    // January 2026.
    constexpr Clock kClock{.style = TimeStyle::start, .start_since_boot = 5s, .wall_minus_boot = 1'769'852'461s};
    static const auto scratch = std::make_unique<DecodeScratch>();
    const auto decoded = decode(std::as_bytes(record), *scratch);
    if (!decoded) return;
    ProcessTable table(ProcessTable::Limits{.most_programs = 16});
    table.apply(decoded->event);
    tell(decoded->event, kClock, table);
}

void tell_of_trace(FuzzedDataProvider& bytes) {
    EventMaker maker(bytes);
    const auto start = maker.start();
    const auto process = maker.process();
    JsonFormat format(start.clock);
    std::string text;
    format.begin(text, start);
    const auto begun = object_of(text);
    check_text(begun, "host", start.host);
    check_list(begun, "targets", start.targets);
    check_list(begun, "command", start.command.empty() ? std::nullopt : std::optional(start.command));
    text.clear();
    format.append(text, process);
    check_text(object_of(text), "comm", process.comm);
    text.clear();
    format.end(text, maker.end());
    check(object_of(text)["type"] == "summary", "a summary is one", text);
}

}  // namespace

void run(std::string_view input) {
    FuzzedDataProvider bytes(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    switch (bytes.ConsumeIntegralInRange(0, 3)) {
        case 0: return tell_of_trace(bytes);
        case 1: return tell_record(bytes.ConsumeRemainingBytes<std::uint8_t>());
        default: return tell_made_event(bytes);
    }
}

}  // namespace exectap::fuzz
