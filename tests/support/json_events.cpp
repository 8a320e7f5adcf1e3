// SPDX-License-Identifier: MIT OR Apache-2.0
// One line: its grammar, its schema, its meaning, and its bytes.
#include "support/json_events.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "support/json_text.h"
#include "support/process.h"

namespace exectap::test {
namespace {

constexpr std::string_view kRaw = "_raw";

[[noreturn]] void fail(const std::string& reason) { throw std::invalid_argument(reason); }

bool ends_with_raw(std::string_view key) { return key.size() > kRaw.size() && key.ends_with(kRaw); }

// nlohmann's parser takes a key twice, and the last value counts.
JsonEvent parse_without_repeats(const std::string& line) {
    std::vector<std::set<std::string>> keys;
    const auto look = [&keys](int /*depth*/, JsonEvent::parse_event_t event, const JsonEvent& parsed) {
        if (event == JsonEvent::parse_event_t::object_start) keys.emplace_back();
        if (event == JsonEvent::parse_event_t::object_end) keys.pop_back();
        if (event == JsonEvent::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
            fail(fmt::format("{} stands twice", parsed.get<std::string>()));
        return true;
    };
    return JsonEvent::parse(line, look);
}

const JsonEvent& resolve(const JsonEvent& schema) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return schema;
    return resolve(event_schema().at(JsonEvent::json_pointer(reference->get<std::string>().substr(1))));
}

// The validator is a library of Python's, kept at hand: it answers a line with a line. Virtual machines have no Python
// and say so (tests/vm/init): what they then miss is checked of the same lines on the host.
void check_schema(const std::string& line) {
    static const char* setting = std::getenv("EXECTAP_TEST_VALIDATOR");
    if (setting != nullptr && setting == std::string_view("none")) return;
    static Process validator({"/usr/bin/python3", EXECTAP_SCHEMA_VALIDATOR, schema_path()});
    validator.write(line + "\n");
    const auto answer = validator.out().next_line();
    if (answer != "ok") fail(answer);
}

// The schema allows more keys to its users; to exectap it does not.
void check_keys(const JsonEvent& value, const JsonEvent& schema) {
    if (!value.is_object()) return;
    const auto& properties = schema.at("properties");
    auto next = properties.begin();
    for (const auto& [key, member] : value.items()) {
        if (!properties.contains(key)) fail(fmt::format("the schema has no key {}", key));
        while (next != properties.end() && next.key() != key) ++next;
        if (next == properties.end()) fail(fmt::format("{} is not in the schema's order", key));
        check_keys(member, resolve(*next));
    }
}

void check_flags(const JsonEvent& event, std::string_view kind) {
    const auto flags = event.find("flags");
    if (flags == event.end()) return;
    const auto& order = schema_of(kind, "flags").at("items").at("enum");
    auto next = order.begin();
    for (const auto& flag : *flags) {
        next = std::find(next, order.end(), flag);
        if (next == order.end()) fail(fmt::format("flag {} is not in the schema's order", flag.get<std::string>()));
        next++;
    }
}

// As nlohmann repairs what is not UTF-8: one U+FFFD for each maximal part of a character.
std::string repaired(const std::string& bytes) {
    const auto text = JsonEvent(bytes).dump(-1, ' ', false, JsonEvent::error_handler_t::replace);
    return JsonEvent::parse(text).get<std::string>();
}

// Says whether the bytes are other than the text.
bool check_raw_string(const std::string& key, const JsonEvent& text, const JsonEvent& raw) {
    const auto bytes = from_base64(raw.get_ref<const std::string&>());
    const auto& shown = text.get_ref<const std::string&>();
    if (repaired(bytes) != shown) fail(fmt::format("{}_raw holds other bytes than {}", key, key));
    return bytes != shown;
}

void check_raw(const JsonEvent& event) {
    for (const auto& [raw_key, raw] : event.items()) {
        if (!ends_with_raw(raw_key)) continue;
        const auto key = raw_key.substr(0, raw_key.size() - kRaw.size());
        const auto& text = event.at(key);
        bool is_needed = false;
        if (raw.is_string()) {
            is_needed = check_raw_string(key, text, raw);
        } else {
            if (raw.size() != text.size()) fail(fmt::format("{} has other elements than {}", raw_key, key));
            for (std::size_t i = 0; i < raw.size(); i++) is_needed |= check_raw_string(key, text[i], raw[i]);
        }
        if (!is_needed) fail(fmt::format("{} is all UTF-8: it needs no {}", key, raw_key));
    }
}

void check_arguments(const JsonEvent& event) {
    if (!event.contains("argv") || event.contains("argv_truncated")) return;
    const auto arguments = list_of(event, "argv");
    std::size_t bytes = arguments.size();
    for (const auto& argument : arguments) bytes += argument.size();
    if (event.value("argc", arguments.size()) != arguments.size()) fail("argc is not the number of arguments");
    if (event.value("argv_bytes", bytes) != bytes) fail("argv_bytes is not the size of the arguments");
}

void check_ids(const JsonEvent& event) {
    const auto is_of = [&event](const char* id_key, const char* pid_key) {
        if (!event.contains(id_key)) return;
        const auto id = event.at(id_key).get<std::string>();
        if (id.find(fmt::format("-{}-", event.at(pid_key).get<std::uint64_t>())) == std::string::npos)
            fail(fmt::format("{} is not of {}", id_key, pid_key));
    };
    is_of("exec_id", "pid");
    is_of("child_exec_id", "child_pid");
    if (!event.contains("replaced_exec_id")) return;
    const auto split = [&event](const char* key) {
        const auto id = event.at(key).get<std::string>();
        const auto dash = id.rfind('-');
        return std::pair(id.substr(0, dash), std::stoull(id.substr(dash + 1)));
    };
    const auto [process, count] = split("exec_id");
    if (split("replaced_exec_id") != std::pair(process, count - 1))
        fail("replaced_exec_id is not the one before exec_id");
}

const nlohmann::ordered_json* find_raw(const JsonEvent& event, std::string_view key) {
    const auto found = event.find(std::string(key) + std::string(kRaw));
    return found == event.end() ? nullptr : &*found;
}

}  // namespace

std::filesystem::path schema_path() { return EXECTAP_SCHEMA; }

const JsonEvent& event_schema() {
    static const auto schema = [] {
        std::ifstream file(schema_path());
        if (!file) throw std::runtime_error(fmt::format("no schema at {}", schema_path().string()));
        return JsonEvent::parse(file);
    }();
    return schema;
}

const JsonEvent& properties_of(std::string_view kind) {
    return event_schema().at("definitions").at(fmt::format("{}_line", kind)).at("properties");
}

const JsonEvent& schema_of(std::string_view kind, std::string_view key) {
    return resolve(properties_of(kind).at(std::string(key)));
}

JsonEvent parse_json_line(const std::string& line) {
    try {
        auto event = parse_without_repeats(line);
        if (!event.is_object() || !event.contains("type") || !event["type"].is_string()) fail("it has no type");
        const auto kind = event["type"].get<std::string>();
        const auto& definitions = event_schema().at("definitions");
        const auto schema = definitions.find(kind + "_line");
        if (schema == definitions.end()) fail(fmt::format("there is no type {}", kind));
        check_schema(line);
        check_keys(event, *schema);
        check_flags(event, kind);
        check_raw(event);
        check_arguments(event);
        check_ids(event);
        if (const auto text = json_text(event); text != line) fail(fmt::format("exectap writes it as {}", text));
        return event;
    } catch (const std::exception& error) {
        throw std::invalid_argument(fmt::format("no JSON event: {}: {}", line, error.what()));
    }
}

std::vector<JsonEvent> parse_json_lines(const std::vector<std::string>& lines) {
    std::vector<JsonEvent> events;
    events.reserve(lines.size());
    std::transform(lines.begin(), lines.end(), std::back_inserter(events), parse_json_line);
    return events;
}

std::string bytes_of(const JsonEvent& event, std::string_view key) {
    if (const auto* raw = find_raw(event, key)) return from_base64(raw->get<std::string>());
    return event.at(std::string(key)).get<std::string>();
}

std::vector<std::string> list_of(const JsonEvent& event, std::string_view key) {
    const auto* raw = find_raw(event, key);
    if (raw == nullptr) return event.at(std::string(key)).get<std::vector<std::string>>();
    auto list = raw->get<std::vector<std::string>>();
    for (auto& element : list) element = from_base64(element);
    return list;
}

}  // namespace exectap::test
