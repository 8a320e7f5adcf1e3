// SPDX-License-Identifier: MIT OR Apache-2.0
// The table of fields, and how some of them are chosen.
#include "sink/fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "sink/json.h"

namespace exectap {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> names_of(const std::vector<const Field*>& fields) {
    std::vector<std::string> names;
    names.reserve(fields.size());
    for (const auto* field : fields) names.emplace_back(field->name);
    return names;
}

std::vector<std::string> parsed(std::string_view list) {
    const auto fields = parse_fields(list);
    EXPECT_TRUE(fields) << list;
    return fields ? names_of(*fields) : std::vector<std::string>();
}

std::string error_of(std::string_view list) {
    const auto fields = parse_fields(list);
    if (fields) return "no error";
    EXPECT_EQ(fields.error().kind, ErrorKind::usage);
    return fields.error().message;
}

TEST(Fields, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const auto& field : all_fields()) {
        EXPECT_TRUE(names.insert(field.name).second) << field.name;
        EXPECT_FALSE(field.about.empty()) << field.name;
        EXPECT_EQ(find_field(field.name), &field);
    }
}

TEST(Fields, BelongToSomeEvent) {
    for (const auto& field : all_fields()) {
        bool belongs = false;
        for (std::size_t event = 0; event < kEventNames.size(); event++) belongs = belongs || has_field(event, field);
        EXPECT_TRUE(belongs) << field.name;
    }
}

TEST(Fields, AreFoundByTheirWholeName) {
    EXPECT_EQ(find_field("pi"), nullptr);
    EXPECT_EQ(find_field("pids"), nullptr);
    EXPECT_EQ(find_field(""), nullptr);
}

TEST(Fields, AreSharedOutToTheirEvents) {
    const auto fields = parse_fields("child_pid,argv,pid,error,exit_code,exe,seq");
    ASSERT_TRUE(fields);
    const auto shown = by_event(*fields, [](std::string_view name) { return Label(name); });
    std::array<std::vector<const Field*>, std::variant_size_v<Event>> events;
    for (std::size_t event = 0; event < events.size(); event++)
        for (const auto& [field, before] : shown.at(event)) events.at(event).push_back(field);
    EXPECT_THAT(names_of(events[0]), ElementsAre("argv", "pid", "exe", "seq"));
    EXPECT_THAT(names_of(events[1]), ElementsAre("argv", "pid", "error", "seq"));
    EXPECT_THAT(names_of(events[2]), ElementsAre("pid", "exit_code", "seq"));
    EXPECT_THAT(names_of(events[3]), ElementsAre("child_pid", "pid", "seq"));
    EXPECT_THAT(names_of(events[4]), ElementsAre("seq"));
}

TEST(ParseFields, KeepsTheOrder) { EXPECT_THAT(parsed("comm,pid,argv"), ElementsAre("comm", "pid", "argv")); }

TEST(ParseFields, TakesEachOnce) { EXPECT_THAT(parsed("pid,comm,pid,pid"), ElementsAre("pid", "comm")); }

TEST(ParseFields, TakesAllThatALineCanShow) {
    std::string list;
    for (const auto* field : fields_but(ShownIn::json)) list += (list.empty() ? "" : ",") + std::string(field->name);
    EXPECT_EQ(parsed(list), names_of(fields_but(ShownIn::json)));
}

TEST(ParseFields, HelpsWithNamesThatAreNear) {
    EXPECT_EQ(error_of("pid,agrv"), "no field 'agrv'; did you mean argv? --fields help lists them");
    EXPECT_EQ(error_of("pdi"), "no field 'pdi'; did you mean pid? --fields help lists them");
    EXPECT_EQ(error_of("PID"), "no field 'PID'; --fields help lists them");
    EXPECT_EQ(error_of("pidd"), "no field 'pidd'; did you mean pid? --fields help lists them");
    EXPECT_EQ(error_of("pi"), "no field 'pi'; did you mean pid? --fields help lists them");
    EXPECT_EQ(error_of("parent_execid"),
              "no field 'parent_execid'; did you mean parent_exec_id? --fields help lists them");
    EXPECT_EQ(error_of("pid, comm"), "no field ' comm'; did you mean comm? --fields help lists them");
    EXPECT_EQ(error_of("cmdline"), "no field 'cmdline'; --fields help lists them");
    EXPECT_EQ(error_of("nope"), "no field 'nope'; --fields help lists them");
    EXPECT_EQ(error_of("x"), "no field 'x'; --fields help lists them");
    EXPECT_EQ(error_of(std::string(1000, 'x')), "no field '" + std::string(1000, 'x') + "'; --fields help lists them");
}

TEST(ParseFields, SaysNothingHostile) {
    EXPECT_EQ(error_of("a\n\x1b[2Jbcdef"), "no field 'a\\n\\x1b[2Jbcdef'; --fields help lists them");
}

TEST(ParseFields, WantsNames) {
    EXPECT_EQ(error_of(""), "--fields needs a list, like pid,comm,argv; --fields help lists them");
    for (const auto* list : {",", "pid,", ",pid", "pid,,comm"})
        EXPECT_EQ(error_of(list), "--fields has an empty name in its list; it is like pid,comm,argv") << list;
}

TEST(ParseFields, TellsWhatOnlyJsonHas) {
    for (const auto* name : {"count", "from_ns", "to_ns", "argv_truncated"})
        EXPECT_EQ(error_of(name),
                  std::string("field '") + name + "' is only in --json; --fields help lists what a line can show");
}

TEST(FieldsHelp, ListsWhatCanBeChosen) {
    const auto help = fields_help();
    for (const auto* field : fields_but(ShownIn::json)) {
        EXPECT_THAT(help, HasSubstr("\n" + std::string(field->name) + " "));
        EXPECT_THAT(help, HasSubstr(std::string(field->about) + "\n"));
    }
    EXPECT_THAT(help, HasSubstr("\nchild_pid         fork                         the process that it made\n"));
    EXPECT_THAT(help, Not(HasSubstr("argv_truncated")));
    for (std::size_t begin = 0; begin < help.size();) {
        const auto end = help.find('\n', begin);
        EXPECT_LE(end - begin, 120U);
        begin = end + 1;
    }
}

FieldNeeds needs(std::string_view list) {
    const auto fields = parse_fields(list);
    EXPECT_TRUE(fields) << list;
    return needs_of(*fields);
}

TEST(FieldNeeds, AreThoseOfTheFields) {
    EXPECT_EQ(needs_of({}), FieldNeeds{});
    EXPECT_EQ(needs("pid,argv,filename,tty,start_time,replaced_exec_id"), FieldNeeds{});
    for (const auto* name :
         {"exe", "exe_dev", "exe_inode", "interpreter", "script", "cwd", "flags", "cgroup", "unit", "container_id"})
        EXPECT_EQ(needs(name), (FieldNeeds{.paths = true, .ancestry = false})) << name;
    EXPECT_EQ(needs("container_name"), (FieldNeeds{.paths = true, .names = true}));
    for (const auto* name : {"ancestry", "parent_exec_id"})
        EXPECT_EQ(needs(name), (FieldNeeds{.paths = false, .ancestry = true})) << name;
    EXPECT_EQ(needs("ancestry,pid,exe"), (FieldNeeds{.paths = true, .ancestry = true}));
    EXPECT_EQ(JsonFormat::needs(), (FieldNeeds{.paths = true, .ancestry = true, .names = true}));
}

}  // namespace
}  // namespace exectap
