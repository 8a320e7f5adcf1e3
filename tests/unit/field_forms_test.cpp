// SPDX-License-Identifier: MIT OR Apache-2.0
// Every field's value has the form that the table says.
#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <set>
#include <string_view>
#include <vector>

#include "process/table.h"
#include "sink/fields.h"
#include "sink/nearest.h"
#include "unit/events.h"
#include "unit/named_containers.h"

namespace exectap {
namespace {

using namespace std::literals;

template <typename... Alternatives>
bool is_any_of(const Value& value) {
    return (std::holds_alternative<Alternatives>(value) || ...);
}

bool has_form(const Value& value, Form form) {
    switch (form) {
        case Form::number:
        case Form::duration: return is_any_of<std::uint64_t, std::int64_t>(value);
        case Form::yes_no: return is_any_of<bool>(value);
        case Form::word: return is_any_of<Word, Errno>(value);
        case Form::text:
        case Form::path: return is_any_of<Bytes>(value);
        case Form::resolved_path: return is_any_of<Bytes, JoinedPath>(value);
        case Form::list: return is_any_of<Arguments, Flags, Ancestry>(value);
    }
    return false;
}

const std::string cgroup_of_named = "/docker/" + std::string(64, 'a');

std::vector<Event> events_with_all_fields() {
    auto cut = whole_exec();
    cut.call.arguments->is_cut = true;
    cut.call.filename = Bytes{"/run.sh"};
    cut.call.cgroup->path = "/lxc/web";
    auto killed = whole_exit();
    killed.signal = SIGKILL;
    AttemptEvent attempt{whole_exec().call, ENOENT, true};
    attempt.call.folded_attempts = 4;
    attempt.call.cgroup->path = cgroup_of_named;
    return {whole_exec(), cut, attempt, whole_exit(), killed, whole_fork(), whole_loss()};
}

TEST(FieldForms, AreThoseOfTheValues) {
    ProcessTable table;
    table.add({.pid = 1200, .ppid = 1, .exec_id = {61s, 1200, 3}, .parent_exec_id = {}, .comm = "make"});
    table.apply(whole_exec());
    const Clock clock;
    const NamedContainers containers(std::string(64, 'a'), "web");
    const EventContext context{clock, &table, &containers.names()};
    std::set<std::string_view> seen;
    for (const auto& event : events_with_all_fields()) {
        std::visit(
            [&]<typename OneEvent>(const OneEvent& one) {
                for (const auto& field : all_fields()) {
                    const auto getter = field.getter<OneEvent>();
                    if (getter == nullptr) continue;
                    const auto value = getter(one, context);
                    if (std::holds_alternative<Absent>(value)) continue;
                    EXPECT_TRUE(has_form(value, field.form)) << field.name;
                    seen.insert(field.name);
                }
            },
            event);
    }
    for (const auto& field : all_fields()) EXPECT_TRUE(seen.contains(field.name)) << field.name << " was never there";
}

TEST(FieldForms, TellPathsAndDurationsApart) {
    for (const auto& field : all_fields()) {
        const bool is_in_nanoseconds = field.name.ends_with("_ns");
        EXPECT_EQ(field.form == Form::duration, is_in_nanoseconds) << field.name;
    }
    for (const auto* name : {"exe", "script", "cwd", "cgroup"})
        EXPECT_EQ(find_field(name)->form, Form::resolved_path) << name;
    for (const auto* name : {"filename", "interpreter"}) EXPECT_EQ(find_field(name)->form, Form::path) << name;
    for (const auto* name : {"comm", "argv0", "tty", "unit", "container_id", "container_name"})
        EXPECT_EQ(find_field(name)->form, Form::text) << name;
}

TEST(Nearest, IsTheFirstOfThoseWithTheFewestChanges) {
    constexpr std::array<std::string_view, 4> kNames = {"--where", "--when", "--fields", "--field"};
    EXPECT_EQ(nearest("--whre", kNames), "--where");
    EXPECT_EQ(nearest("--wehn", kNames), "--when");
    EXPECT_EQ(nearest("--fieldz", kNames), "--fields");
    EXPECT_EQ(nearest("--json", kNames), "");
    EXPECT_EQ(nearest("", kNames), "");
    EXPECT_EQ(nearest(std::string(33, '-'), kNames), "");
    EXPECT_EQ(nearest("x", {}), "");
}

}  // namespace
}  // namespace exectap
