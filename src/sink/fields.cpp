// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/fields.h"

#include <algorithm>
#include <chrono>
#include <concepts>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include "sink/field_values.h"

namespace exectap {
namespace {

using std::chrono::nanoseconds;

template <typename E>
concept AnEvent = std::constructible_from<Event, std::in_place_type_t<E>>;
template <typename E>
concept HasSeq = requires(const E& event) {
    event.seq;
};
template <typename E>
concept HasTime = requires(const E& event) {
    event.since_boot;
};
template <typename E>
concept HasPid = requires(const E& event) {
    event.pid;
};
template <typename E>
concept IsCall = requires(const E& event) {
    event.call;
};

// What text an event has comes from somebody else; our own comes as a Word.
Value value_of(Value value) { return value; }
Value value_of(bool is_true) { return is_true; }
Value value_of(std::unsigned_integral auto number) { return std::uint64_t{number}; }
Value value_of(std::signed_integral auto number) { return std::int64_t{number}; }
Value value_of(nanoseconds duration) { return std::int64_t{duration.count()}; }
Value value_of(const ExecId& id) { return exec_id_word(id); }
Value value_of(std::string_view bytes) { return Bytes{bytes}; }
Value value_of(const Bytes& bytes) { return bytes; }
Value value_of(const Path& path) { return Bytes{path.path}; }
Value value_of(const ExeFile& exe) { return value_of(exe.path); }
Value value_of(const Arguments& arguments) { return arguments; }

template <typename T>
Value value_of(const std::optional<T>& known) {
    return known ? value_of(*known) : Absent{};
}

// Of a member that is absent only when it could not be read.
template <auto kMember, typename Subject>
Value required(const Subject& subject) {
    const auto& known = subject.*kMember;
    return known ? value_of(*known) : Unreadable{};
}

// kGet is a member, or a function of an event (of a Call for what an exec and an attempt have in common) and, where it
// needs it, the context.
template <auto kGet, typename Subject>
constexpr bool kGetsFrom = std::is_invocable_v<decltype(kGet), const Subject&> ||
                           std::is_invocable_v<decltype(kGet), const Subject&, const EventContext&>;

template <auto kGet, typename Subject>
Value get(const Subject& subject, const EventContext& context) {
    if constexpr (std::is_invocable_v<decltype(kGet), const Subject&>) {
        return value_of(std::invoke(kGet, subject));
    } else {
        return value_of(std::invoke(kGet, subject, context));
    }
}

template <auto kGet, typename OneEvent>
constexpr Field::Getter<OneEvent> getter_of() {
    if constexpr (kGetsFrom<kGet, OneEvent>) {
        return &get<kGet, OneEvent>;
    } else if constexpr (IsCall<OneEvent> && kGetsFrom<kGet, Call>) {
        return [](const OneEvent& event, const EventContext& context) { return get<kGet>(event.call, context); };
    } else {
        return nullptr;
    }
}

constexpr FieldNeeds kNothing;
constexpr FieldNeeds kPaths{.paths = true};
constexpr FieldNeeds kAncestry{.ancestry = true};
constexpr FieldNeeds kNames{.paths = true, .names = true};

template <auto kGet>
constexpr Field field(std::string_view name, Form form, std::string_view about, FieldNeeds needs = kNothing,
                      ShownIn shown_in = ShownIn::both) {
    return {name,
            form,
            about,
            shown_in,
            needs,
            {getter_of<kGet, ExecEvent>(), getter_of<kGet, AttemptEvent>(), getter_of<kGet, ExitEvent>(),
             getter_of<kGet, ForkEvent>(), getter_of<kGet, LostEvent>()}};
}

template <auto kGet>
constexpr Field line_field(std::string_view name, Form form, std::string_view about) {
    return field<kGet>(name, form, about, kNothing, ShownIn::line);
}

template <auto kGet>
constexpr Field json_field(std::string_view name, Form form, std::string_view about) {
    return field<kGet>(name, form, about, kNothing, ShownIn::json);
}

// Getters that are more than a member.

template <AnEvent E>
Value type_of(const E& /*event*/) {
    return Word{kEventNames[Event(std::in_place_type<E>).index()]};
}

Value result_of(const ExecEvent& /*exec*/) { return std::int64_t{0}; }
Value result_of(const AttemptEvent& attempt) { return -std::int64_t{attempt.error}; }

constexpr auto kType = [](const AnEvent auto& event) { return type_of(event); };
constexpr auto kTime = [](const HasTime auto& event, const EventContext& context) -> Value {
    return utc_word(event.since_boot + context.clock.wall_minus_boot, 9);
};
constexpr auto kSinceStart = [](const HasTime auto& event, const EventContext& context) {
    return event.since_boot - context.clock.start_since_boot;
};
constexpr auto kExecId = [](const HasPid auto& event) { return event.exec_id; };
constexpr auto kStartTime = [](const Call& call, const EventContext& context) -> Value {
    return utc_word(call.exec_id.start_time + context.clock.wall_minus_boot, 9);
};
constexpr auto kCapabilities = [](const Call& call) -> Value {
    return Word("0x").append_unsigned(call.cap_effective, 16, 1);
};
constexpr auto kUmask = [](const Call& call) -> Value { return Word().append_unsigned(call.umask, 8, 4); };
constexpr auto kDevice = [](const ExecEvent& exec) -> Value {
    if (!exec.exe) return Absent{};
    return Word().append(exec.exe->dev_major).append(":").append(exec.exe->dev_minor);
};
constexpr auto kInode = [](const ExecEvent& exec) -> Value { return exec.exe ? value_of(exec.exe->inode) : Absent{}; };
constexpr auto kArgumentCount = [](const Call& call) {
    return call.arguments ? call.arguments->true_count : std::nullopt;
};
constexpr auto kArgumentBytes = [](const Call& call) {
    return call.arguments ? call.arguments->total_bytes : std::nullopt;
};
constexpr auto kIsTruncated = [](const Call& call) -> Value {
    if (!call.arguments || !call.arguments->is_cut) return Absent{};
    return true;
};
constexpr auto kArgumentSource = [](const IsCall auto& event) -> Value {
    return Word(std::is_same_v<decltype(event), const ExecEvent&> ? "committed" : "attempted");
};
constexpr auto kFoldedCount = [](const AttemptEvent& attempt) -> Value {
    if (attempt.call.folded_attempts == 0) return Absent{};
    return std::uint64_t{attempt.call.folded_attempts} + 1;
};
constexpr auto kResult = [](const IsCall auto& event) -> Value { return result_of(event); };
constexpr auto kError = [](const AttemptEvent& attempt) -> Value { return Errno{attempt.error}; };
constexpr auto kExitCode = [](const ExitEvent& exit) -> Value {
    return exit.signal == 0 ? value_of(exit.exit_code) : Absent{};
};
constexpr auto kSignal = [](const ExitEvent& exit) -> Value {
    return exit.signal != 0 ? value_of(signal_word(exit.signal)) : Absent{};
};
constexpr auto kDuration = [](const ExitEvent& exit) -> Value {
    if (!exit.duration) return Absent{};
    return seconds_word(*exit.duration, 3).append("s");
};
constexpr auto kFrom = [](const LostEvent& lost, const EventContext& context) {
    return lost.from - context.clock.start_since_boot;
};
constexpr auto kTo = [](const LostEvent& lost, const EventContext& context) {
    return lost.to - context.clock.start_since_boot;
};
constexpr auto kFlags = [](const IsCall auto& event) { return flags_of(event); };
constexpr auto kSeq = [](const HasSeq auto& event) { return event.seq; };
constexpr auto kPid = [](const HasPid auto& event) { return event.pid; };

using enum Form;

// In the order of JSON's keys.
constexpr std::array kFields = {
    field<kType>("type", word, "what happened"),
    field<kSeq>("seq", number, "order of delivery, advanced by what was lost"),
    field<kTime>("time", word, "when it happened, in UTC"),
    field<kSinceStart>("since_start_ns", duration, "nanoseconds since the trace began"),
    field<kPid>("pid", number, "the process"),
    field<&ForkEvent::child_pid>("child_pid", number, "the process that it made"),
    field<&Call::tid>("tid", number, "the thread that called"),
    field<&Call::ppid>("ppid", number, "the parent process, as it is now"),
    field<&Call::ns_pid>("ns_pid", number, "pid as its own pid namespace numbers it"),
    field<kExecId>("exec_id", word, "the program run, for good: start-pid-count"),
    field<&ForkEvent::child_exec_id>("child_exec_id", word, "what the child runs, until it calls exec"),
    field<&Call::parent_exec_id>("parent_exec_id", word, "what the parent ran when it forked this process", kAncestry),
    field<&ExecEvent::replaced_exec_id>("replaced_exec_id", word, "what the process ran before"),
    field<kStartTime>("start_time", word, "when the process was made, in UTC"),
    field<&Call::uid>("uid", number, "real user id"),
    field<&Call::euid>("euid", number, "effective user id"),
    field<&Call::gid>("gid", number, "real group id"),
    field<&Call::egid>("egid", number, "effective group id"),
    field<&Call::loginuid>("loginuid", number, "who logged in, whoever they became since"),
    field<kCapabilities>("cap_effective", word, "effective capabilities, as a mask"),
    field<kUmask>("umask", word, "file mode creation mask"),
    field<&syscall_of>("syscall", word, "execve or execveat"),
    field<&Call::syscall_id>("syscall_id", number, "its number"),
    field<&required<&Call::comm, Call>>("comm", text, "name of the caller, before the exec"),
    field<&required<&Call::filename, Call>>("filename", path, "the path as it was passed"),
    field<&required<&ExecEvent::exe, ExecEvent>>("exe", resolved_path,
                                                 "the file that runs, resolved; of a script its interpreter", kPaths),
    field<kDevice>("exe_dev", word, "its device: major:minor", kPaths),
    field<kInode>("exe_inode", number, "its inode", kPaths),
    field<&interpreter_of>("interpreter", path, "of a script, as its #! line names it", kPaths),
    field<&script_of>("script", resolved_path, "the script's own path, made absolute", kPaths),
    field<&required<&Call::cwd, Call>>("cwd", resolved_path, "working directory, resolved", kPaths),
    field<kFlags>("flags", list, "what is odd about the file, the directory or the call", kPaths),
    line_field<&first_argument_of>("argv0", text, "the first argument"),
    field<&required<&Call::arguments, Call>>("argv", list, "the arguments"),
    field<kArgumentCount>("argc", number, "how many there are, also when argv is cut"),
    field<kArgumentBytes>("argv_bytes", number, "their size, also when argv is cut"),
    json_field<kIsTruncated>("argv_truncated", yes_no, "argv is not all of them"),
    field<kArgumentSource>("argv_source", word, "committed: what the kernel took; attempted: as passed"),
    field<&Call::tty>("tty", text, "controlling terminal"),
    field<&Call::sid>("sid", number, "session"),
    field<&Call::pgid>("pgid", number, "process group"),
    field<&required<&Call::cgroup, Call>>("cgroup", resolved_path, "control group (v2)", kPaths),
    field<&unit_name_of>("unit", text, "systemd unit, by the control group", kPaths),
    field<&container_of>("container_id", text, "container, by the control group", kPaths),
    field<&container_name_of>("container_name", text, "what its engine calls the container: Docker or Podman", kNames),
    field<kResult>("result", number, "0, or the error as a negative number"),
    field<kError>("error", word, "why it failed"),
    line_field<kFoldedCount>("attempts", number, "so many of one search along PATH"),
    line_field<&AttemptEvent::is_fatal>("fatal", yes_no, "it failed too late: the process died of it"),
    field<&ancestry_of>("ancestry", list, "names of the ancestors, nearest first", kAncestry),
    field<kExitCode>("exit_code", number, "of a process that was not ended by a signal"),
    field<kSignal>("signal", word, "the signal that ended it"),
    field<&ExitEvent::core_dumped>("core_dumped", yes_no, "it left a core"),
    line_field<kDuration>("duration", word, "since its exec, or its fork if it made none"),
    field<&ExitEvent::duration>("duration_ns", duration, "the same in nanoseconds"),
    field<&ExitEvent::user_time>("user_ns", duration, "CPU time in user space"),
    field<&ExitEvent::system_time>("system_ns", duration, "CPU time in the kernel"),
    field<&ExitEvent::max_rss_kb>("max_rss_kb", number, "the most memory that it had, in KiB"),
    json_field<&LostEvent::count>("count", number, "how many events were lost"),
    line_field<&LostEvent::count>("lost", number, "how many events were lost"),
    field<&reason_of>("reason", word, "where they were lost"),
    json_field<kFrom>("from_ns", duration, "between this time"),
    json_field<kTo>("to_ns", duration, "and this one, in nanoseconds since the trace began"),
};

}  // namespace

std::span<const Field> all_fields() { return kFields; }

const Field* find_field(std::string_view name) {
    const auto* field = std::find_if(kFields.begin(), kFields.end(), [&](const Field& f) { return f.name == name; });
    return field == kFields.end() ? nullptr : field;
}

FieldNeeds needs_of(std::span<const Field* const> fields) {
    FieldNeeds needs;
    for (const auto* field : fields) needs |= field->needs;
    return needs;
}

bool has_field(std::size_t event, const Field& field) {
    return std::apply([&](const auto... getters) { return std::array{getters != nullptr...}[event]; }, field.getters);
}

FieldsByEvent by_event(std::span<const Field* const> fields, Label (*before)(std::string_view name)) {
    FieldsByEvent by_event;
    for (std::size_t event = 0; event < by_event.size(); event++)
        for (const auto* field : fields)
            if (has_field(event, *field)) by_event[event].push_back({field, before(field->name)});
    return by_event;
}

std::vector<const Field*> fields_but(ShownIn except) {
    std::vector<const Field*> fields;
    fields.reserve(kFields.size());
    for (const auto& field : kFields)
        if (field.shown_in != except) fields.push_back(&field);
    return fields;
}

}  // namespace exectap
