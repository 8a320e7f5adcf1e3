// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads JSON Lines back, strictly: what docs/events.schema.json does not describe, or exectap may not write, throws.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::test {

using JsonEvent = nlohmann::ordered_json;

// Throws std::invalid_argument, with the line and the reason, unless the line
//  - is a JSON object without a key that stands twice,
//  - is valid by the schema, with no other keys than the schema's and in its order, nested objects included,
//  - does not contradict itself: NAME_raw and NAME, the counts of argv, the ids of one process,
//  - is, to the byte, how exectap writes what was read.
JsonEvent parse_json_line(const std::string& line);
std::vector<JsonEvent> parse_json_lines(const std::vector<std::string>& lines);

// Of a whole run: throws std::runtime_error unless `start` comes first, then the processes, then the events with `seq`
// going on from 1 over all that was lost, and `summary` last, which counts what was told.
void check_stream(const std::vector<JsonEvent>& lines);

// The exact bytes that the process gave: of NAME_raw where it is there, else of NAME. Throws std::out_of_range without
// both.
std::string bytes_of(const JsonEvent& event, std::string_view key);
std::vector<std::string> list_of(const JsonEvent& event, std::string_view key);

std::filesystem::path schema_path();

// The whole document; and what it says of one key of one kind of line, references followed.
const JsonEvent& event_schema();
const JsonEvent& properties_of(std::string_view kind);
const JsonEvent& schema_of(std::string_view kind, std::string_view key);

}  // namespace exectap::test
