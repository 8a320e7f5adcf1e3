// SPDX-License-Identifier: MIT OR Apache-2.0
// The one table of what is told of events: each field's name, meaning and value. Every format walks it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <variant>
#include <vector>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/result.h"
#include "sink/appender.h"
#include "sink/word.h"

namespace exectap {

class ContainerNames;
class ProcessTable;

// In the order of Event's alternatives.
inline constexpr std::array<std::string_view, std::variant_size_v<Event>> kEventNames = {"exec", "attempt", "exit",
                                                                                         "fork", "lost"};

// What values are looked up in. What is null is known of nobody.
struct Lookups {
    const ProcessTable* table = nullptr;    // ancestors
    const ContainerNames* names = nullptr;  // of containers
};

// What a value may depend on besides its event.
struct EventContext {
    const Clock& clock;
    const ProcessTable* table = nullptr;  // as in Lookups
    const ContainerNames* names = nullptr;
};

// The field does not apply, or nothing is known of it.
struct Absent {};

// It should be there, and could not be read.
struct Unreadable {};

// "<directory>/<name>", which nobody has put together yet.
struct JoinedPath {
    std::string_view directory;  // without a slash at its end
    Bytes name;
};

// An error of a call, positive. Formats differ on those without a name.
struct Errno {
    int number = 0;
};

// The names of the programs that one descends from: ProcessTable::for_each_ancestor. There is at least one.
struct Ancestry {
    static constexpr std::size_t kMost = 64;

    const ProcessTable* table = nullptr;
    ExecId program;
};

enum class Flag : std::uint8_t {
    memfd,  // the first ones are of `exe`
    deleted,
    setuid,
    setgid,
    writable,
    unreachable,
    torn,
    cwd_deleted,
    cwd_unreachable,
    cwd_torn,
    lexical,
    filename_cut,
    interpreter_cut,
    fatal,
};

class Flags {
public:
    void set(Flag flag, bool is_set) { bits_ |= std::uint32_t{is_set} << static_cast<unsigned>(flag); }
    bool empty() const { return bits_ == 0; }

    // Calls visit(name) for each flag that is set, in the order of their declaration.
    template <typename Visit>
    void for_each(Visit visit) const {
        for (std::size_t i = 0; i < kNames.size(); i++)
            if ((bits_ >> i & 1U) != 0) visit(kNames[i]);
    }

private:
    static constexpr std::array<std::string_view, 14> kNames = {
        "memfd",       "deleted",         "setuid",   "setgid",  "writable",     "unreachable",     "torn",
        "cwd_deleted", "cwd_unreachable", "cwd_torn", "lexical", "filename_cut", "interpreter_cut", "fatal"};

    std::uint32_t bits_ = 0;
};

// Words and flags are ours; Bytes, JoinedPath, Arguments and Ancestry are what observed processes chose. All are views
// into the event or what is looked up.
using Value = std::variant<Absent, Unreadable, std::uint64_t, std::int64_t, bool, Word, Errno, Bytes, JoinedPath,
                           Arguments, Flags, Ancestry>;

// What a session has to be asked for (SessionConfig::wants_paths, wants_ancestry), and whether container engines have
// to be. Without it a field that needs it can't be told from one that could not be read.
struct FieldNeeds {
    bool paths = false;
    bool ancestry = false;
    bool names = false;

    FieldNeeds& operator|=(const FieldNeeds& other) {
        paths |= other.paths;
        ancestry |= other.ancestry;
        names |= other.names;
        return *this;
    }

    friend bool operator==(const FieldNeeds&, const FieldNeeds&) = default;
};

enum class ShownIn { both, line, json };

// What a field's value is when it is there, so that what is compared with it can be checked before there is an event.
enum class Form {
    number,
    duration,  // in nanoseconds
    yes_no,
    word,           // ours: a Word or an Errno
    text,           // what somebody else chose
    path,           // text too: a path as somebody wrote it
    resolved_path,  // a path that begins with ".../" where its beginning was cut
    list,
};

struct Field {
    template <typename OneEvent>
    using Getter = Value (*)(const OneEvent&, const EventContext&);

    std::string_view name;
    Form form = Form::text;
    std::string_view about;  // a short line
    ShownIn shown_in = ShownIn::both;
    FieldNeeds needs;
    // Null for events that have no such field. In the order of Event's alternatives.
    std::tuple<Getter<ExecEvent>, Getter<AttemptEvent>, Getter<ExitEvent>, Getter<ForkEvent>, Getter<LostEvent>>
        getters;

    template <typename OneEvent>
    Getter<OneEvent> getter() const {
        return std::get<Getter<OneEvent>>(getters);
    }
};

// All of them, in the order of JSON's keys.
std::span<const Field> all_fields();

// Null: there is none of that name.
const Field* find_field(std::string_view name);

// `event` is an index into Event's alternatives.
bool has_field(std::size_t event, const Field& field);

// A field, and what a format writes before its value.
struct ShownField {
    const Field* field;
    Label before;
};

// The fields, in the order given, that each alternative of Event has. For sinks: made once, walked for each event.
// `before` makes the label of a name.
using FieldsByEvent = std::array<std::vector<ShownField>, std::variant_size_v<Event>>;
FieldsByEvent by_event(std::span<const Field* const> fields, Label (*before)(std::string_view name));

// The fields that `except` does not leave out: all_fields() of one format.
std::vector<const Field*> fields_but(ShownIn except);

// --fields: names with commas between them, each field once. Those that only JSON has can't be chosen.
Result<std::vector<const Field*>> parse_fields(std::string_view list);

// --fields help: the fields that can be chosen, as a table.
std::string fields_help();

FieldNeeds needs_of(std::span<const Field* const> fields);

}  // namespace exectap
