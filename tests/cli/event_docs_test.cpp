// SPDX-License-Identifier: MIT OR Apache-2.0
// docs/events.md, docs/events.schema.json, `--fields help` and `--help` say the same.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>

#include "support/exectap.h"
#include "support/io.h"
#include "support/json_events.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

using Words = std::vector<std::string>;

struct Row {
    Words kinds;
    std::string key;
    std::string form;
    std::string where;
};

struct Flag {
    std::string name;
    std::string of;
};

struct Docs {
    std::vector<Row> rows;
    std::vector<Flag> flags;
};

std::string docs_text() { return read_file(schema_path().parent_path() / "events.md"); }

Words split(const std::string& text, const std::string& separator) {
    Words parts;
    std::size_t from = 0;
    for (auto end = text.find(separator); end != std::string::npos; end = text.find(separator, from)) {
        parts.push_back(text.substr(from, end - from));
        from = end + separator.size();
    }
    parts.push_back(text.substr(from));
    return parts;
}

// "`exec`, `attempt`" and nothing else.
Words code_words(const std::string& text) {
    auto words = split(text, ", ");
    for (auto& word : words) {
        if (word.size() < 3 || word.front() != '`' || word.back() != '`')
            throw std::runtime_error("no `words`: " + text);
        word = word.substr(1, word.size() - 2);
    }
    return words;
}

bool matches(const std::string& text, const char* pattern) { return std::regex_match(text, std::regex(pattern)); }

// A key, with the kinds of line in parentheses where it is not of all that the table is about.
Row parse_key_row(const Words& cells, const Words& kinds_of_table) {
    static const std::regex key_cell("`([a-z0-9_.]+)`(?: \\(([a-z, ]+)\\))?");
    constexpr const char* kName = "-|~?`[@a-z_.]+`";
    std::smatch key;
    if (!std::regex_match(cells[0], key, key_cell)) throw std::runtime_error("no key: " + cells[0]);
    const auto kinds = key[2].matched ? split(key[2], ", ") : kinds_of_table;
    for (const auto& kind : kinds)
        if (std::find(kinds_of_table.begin(), kinds_of_table.end(), kind) == kinds_of_table.end())
            throw std::runtime_error("the table is not about " + kind);
    if (cells[1].empty()) throw std::runtime_error("no form of " + cells[0]);
    if (!matches(cells[3], "JSON|line|both")) throw std::runtime_error("nowhere: " + cells[3]);
    if (!matches(cells[4], kName) || !matches(cells[5], kName)) throw std::runtime_error("no names: " + cells[0]);
    return {kinds, key[1], cells[1], cells[3]};
}

Flag parse_flag_row(const Words& cells) {
    if (!matches(cells[1], "exec|attempt|both")) throw std::runtime_error("a flag of nothing: " + cells[0]);
    if (cells[2].empty()) throw std::runtime_error("a flag without meaning: " + cells[0]);
    return {code_words(cells[0]).at(0), cells[1]};
}

// Every line that begins with | is a row of one of the two kinds of tables, or it throws.
Docs parse_docs(const std::string& text) {
    enum class Table { none, keys, flags };
    Docs docs;
    Words kinds;
    auto table = Table::none;
    bool wants_rule = false;
    for (const auto& line : lines_of(text)) {
        if (line.starts_with("#")) kinds = line.starts_with("### ") ? code_words(line.substr(4)) : Words();
        if (!line.starts_with("|")) {
            table = Table::none;
            continue;
        }
        auto cells = split(line, "|");
        cells.erase(cells.begin());
        if (!cells.back().empty()) throw std::runtime_error("a row without end: " + line);
        cells.pop_back();
        for (auto& cell : cells) cell = std::regex_replace(cell, std::regex("^ +| +$"), "");
        if (table == Table::none) {
            const bool is_keys = cells == Words{"key", "form", "meaning and source", "where", "ECS", "OCSF"};
            if (!is_keys && cells != Words{"flag", "of", "meaning"}) throw std::runtime_error("no head: " + line);
            if (kinds.empty()) throw std::runtime_error("a table of no kind of line: " + line);
            table = is_keys ? Table::keys : Table::flags;
            wants_rule = true;
            continue;
        }
        if (cells.size() != (table == Table::keys ? 6U : 3U)) throw std::runtime_error("not these cells: " + line);
        if (std::exchange(wants_rule, false)) {
            if (!matches(line, "(\\|---)+\\|")) throw std::runtime_error("no rule under the head: " + line);
        } else if (table == Table::keys) {
            docs.rows.push_back(parse_key_row(cells, kinds));
        } else {
            docs.flags.push_back(parse_flag_row(cells));
        }
    }
    return docs;
}

const Docs& docs() {
    static const auto parsed = parse_docs(docs_text());
    return parsed;
}

// Of one kind of line, in the order of the page.
Words keys_in_docs(const std::string& kind, const char* format) {
    Words keys;
    for (const auto& row : docs().rows) {
        const bool is_of_kind = std::find(row.kinds.begin(), row.kinds.end(), kind) != row.kinds.end();
        if (is_of_kind && (row.where == "both" || row.where == format)) keys.push_back(row.key);
    }
    return keys;
}

Words kinds_in_schema() {
    Words kinds;
    for (const auto& kind : event_schema().at("oneOf"))
        kinds.push_back(std::regex_replace(kind.at("$ref").get<std::string>(), std::regex("#/definitions/|_line"), ""));
    return kinds;
}

using Keys = std::vector<std::pair<std::string, JsonEvent>>;

// Keys of objects in objects come after them, with a dot.
void add_keys(Keys& keys, const std::string& key, const JsonEvent& schema) {
    keys.emplace_back(key, schema);
    if (!schema.contains("properties")) return;
    for (const auto& [name, member] : schema.at("properties").items())
        add_keys(keys, fmt::format("{}.{}", key, name), member);
}

Keys keys_in_schema(const std::string& kind) {
    Keys keys;
    for (const auto& [key, reference] : properties_of(kind).items()) add_keys(keys, key, schema_of(kind, key));
    return keys;
}

// The words that a value, or an element of it, may be. Numbers are none.
Words choice_of(const JsonEvent& schema) {
    Words words;
    const auto& one = schema.contains("items") ? schema.at("items") : schema;
    if (one.contains("const") && one.at("const").is_string()) words.push_back(one.at("const").get<std::string>());
    if (one.contains("enum")) words = one.at("enum").get<Words>();
    return words;
}

Words kinds_of_events() { return choice_of(schema_of("start", "filters").at("properties").at("events")); }

TEST(EventDocs, HaveARowForEveryKeyInItsOrder) {
    for (const auto& kind : kinds_in_schema()) {
        SCOPED_TRACE(kind);
        Words keys;
        for (const auto& [key, schema] : keys_in_schema(kind)) keys.push_back(key);
        EXPECT_THAT(keys_in_docs(kind, "JSON"), ElementsAreArray(keys));
    }
}

TEST(EventDocs, AreAboutTheKindsOfTheSchemaOnly) {
    std::set<std::string> kinds;
    for (const auto& row : docs().rows) kinds.insert(row.kinds.begin(), row.kinds.end());
    EXPECT_THAT(kinds, testing::UnorderedElementsAreArray(kinds_in_schema()));
}

TEST(EventDocs, NameTheWordsThatAValueMayBe) {
    for (const auto& row : docs().rows) {
        SCOPED_TRACE(row.key);
        if (row.where == "line" || row.key == "type" || row.key == "flags") continue;
        Words wanted;
        for (const auto& kind : row.kinds) {
            const auto keys = keys_in_schema(kind);
            const auto key =
                std::find_if(keys.begin(), keys.end(), [&](const auto& each) { return each.first == row.key; });
            ASSERT_NE(key, keys.end());
            for (const auto& word : choice_of(key->second))
                if (std::find(wanted.begin(), wanted.end(), word) == wanted.end()) wanted.push_back(word);
        }
        const std::regex choice("(one|list) of (`.*)");
        std::smatch found;
        const bool is_choice = std::regex_match(row.form, found, choice);
        EXPECT_THAT(is_choice ? code_words(found[2]) : Words(), ElementsAreArray(wanted));
    }
}

TEST(EventDocs, ExplainEveryFlagInItsOrder) {
    for (const std::string kind : {"exec", "attempt"}) {
        Words flags;
        for (const auto& flag : docs().flags)
            if (flag.of == "both" || flag.of == kind) flags.push_back(flag.name);
        EXPECT_THAT(flags, ElementsAreArray(choice_of(schema_of(kind, "flags")))) << kind;
    }
}

TEST(EventDocs, ShowAStreamThatIsOne) {
    const auto text = docs_text();
    const std::string fence = "```json\n";
    const auto from = text.find(fence) + fence.size();
    const auto lines = lines_of(text.substr(from, text.find("```", from) - from));
    EXPECT_NO_THROW(check_stream(parse_json_lines(lines)));
}

TEST(EventDocs, ReaderRefusesARowThatIsWrong) {
    const std::string head =
        "### `exec`\n| key | form | meaning and source | where | ECS | OCSF |\n|---|---|---|---|---|---|\n";
    EXPECT_EQ(parse_docs(head + "| `pid` | number | it | both | `process.pid` | - |\n").rows.size(), 1U);
    for (const char* row :
         {"| `pid` | number | it | both | - |", "| `pid` | number | it | both | - | - | - |",
          "| `pid` | number | it | both | - | -", "| pid | number | it | both | - | - |",
          "| `pid` | number | it | text | - | - |", "| `pid` | number | it | both | process.pid | - |",
          "| `pid` (exit) | number | it | both | - | - |", "| `pid` |  | it | both | - | - |"})
        EXPECT_THROW(parse_docs(head + row + "\n"), std::runtime_error) << row;
    EXPECT_THROW(parse_docs("### `exec`\n| `pid` | number | it | both | - | - |\n"), std::runtime_error);
    EXPECT_THROW(parse_docs(head.substr(head.find('|'))), std::runtime_error);
}

TEST(EventSchema, DescribesEveryKey) {
    EXPECT_EQ(event_schema().at("$id"), "events.schema.json");
    for (const auto& kind : kinds_in_schema()) {
        EXPECT_EQ(event_schema().at("definitions").at(kind + "_line").at("title"), kind);
        EXPECT_EQ(choice_of(schema_of(kind, "type")), Words{kind});
        for (const auto& [key, schema] : keys_in_schema(kind))
            EXPECT_THAT(schema.value("description", ""), testing::SizeIs(testing::Gt(4U))) << kind << " " << key;
    }
}

TEST(FieldsHelp, ListsWhatTheDocsSayALineCanShow) {
    const auto outcome = run_exectap({"--fields", "help"});
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(outcome.err, IsEmpty());
    ASSERT_THAT(outcome.out, Contains(testing::StartsWith("FIELD ")).Times(1));
    // A name, the events that have it, and its meaning after two spaces or more; what follows an empty line is prose.
    const auto end_of_table = std::find(outcome.out.begin(), outcome.out.end(), "");
    const std::regex grammar("([a-z0-9_]+) +((?:(?:exec|attempt|exit|fork|lost) ?)+) +[^ ].*");
    std::map<std::string, std::set<std::string>> listed;
    for (auto line = std::next(outcome.out.begin()); line != end_of_table; ++line) {
        std::smatch row;
        ASSERT_TRUE(std::regex_match(*line, row, grammar)) << *line;
        std::istringstream kinds(row[2]);
        for (std::string kind; kinds >> kind;) EXPECT_TRUE(listed[kind].insert(row[1]).second) << *line;
    }
    for (const auto& kind : kinds_in_schema())
        EXPECT_THAT(listed[kind], testing::UnorderedElementsAreArray(keys_in_docs(kind, "line"))) << kind;
}

TEST(Help, NamesTheEventsAndTheWayToTheFields) {
    const auto outcome = run_exectap({"-h"});
    EXPECT_THAT(outcome.out, Contains(HasSubstr("--fields LIST")));
    EXPECT_THAT(outcome.out, Contains(HasSubstr("--fields help")));
    const auto line = std::find_if(outcome.out.begin(), outcome.out.end(),
                                   [](const auto& each) { return each.find(" --events ") != each.npos; });
    ASSERT_NE(line, outcome.out.end());
    std::set<std::string> named;
    const std::regex word("[a-z]+");
    const std::set<std::string> known = {"exec",    "attempt", "exit",   "fork",   "lost",
                                         "process", "start",   "target", "summary"};
    for (std::sregex_iterator each(line->begin(), line->end(), word), end; each != end; ++each)
        if (known.contains(each->str())) named.insert(each->str());
    EXPECT_THAT(named, testing::UnorderedElementsAreArray(kinds_of_events()));
    EXPECT_THAT(docs_text(), HasSubstr(fmt::format(
                                 "`--events` chooses the events, of `{}`, `{}`, `{}`, `{}`:", kinds_of_events().at(0),
                                 kinds_of_events().at(1), kinds_of_events().at(2), kinds_of_events().at(3))));
}

}  // namespace
}  // namespace exectap::test
