// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/line.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

#include "process/table.h"
#include "sink/escape.h"

namespace exectap {
namespace {

using std::chrono::nanoseconds;

// Of an exec and an attempt the first eight are the original's, in its order.
constexpr std::array kUsual = std::to_array<std::string_view>(
    {"pid",       "child_pid", "tid",         "uid",      "gid",   "syscall_id", "comm",
     "filename",  "argv0",     "ppid",        "argv",     "error", "attempts",   "fatal",
     "exit_code", "signal",    "core_dumped", "duration", "lost",  "reason"});

// What tells that an event is not a plain exec.
constexpr std::array kTelling =
    std::to_array<std::string_view>({"error", "attempts", "exit_code", "signal", "child_pid"});

// The true size of arguments that are cut.
constexpr std::array kTrueSize = std::to_array<std::string_view>({"argv_bytes", "argc"});

std::vector<const Field*> fields_named(std::span<const std::string_view> names) {
    std::vector<const Field*> fields;
    fields.reserve(names.size());
    for (const auto name : names) fields.push_back(find_field(name));
    return fields;
}

void append_time(Appender& out, nanoseconds since_boot, const Clock& clock) {
    constexpr std::size_t kMicroseconds = 6;
    out += '[';
    switch (clock.style) {
        case TimeStyle::start: out += seconds_word(since_boot - clock.start_since_boot, kMicroseconds).text(); break;
        case TimeStyle::boot: out += seconds_word(since_boot, kMicroseconds).text(); break;
        case TimeStyle::wall: out += utc_word(since_boot + clock.wall_minus_boot, kMicroseconds).text(); break;
    }
    out += ']';
}

void append_cut(Appender& out, const Bytes& text) {
    append_quoted(out, text.bytes);
    if (text.is_cut) out += "...";
}

Label label_of(std::string_view name) { return Label(fmt::format(" {}=", name)); }

// " name=value", or nothing.
struct FieldWriter {
    Appender& out;
    const Label& before;

    void operator()(Absent /*value*/) const {}
    void operator()(Unreadable /*value*/) const { begin() += "unreadable"; }
    void operator()(std::uint64_t number) const { begin() += number; }
    void operator()(std::int64_t number) const { begin() += number; }
    void operator()(bool is_true) const { begin() += is_true ? std::string_view("true") : "false"; }
    void operator()(const Word& word) const { begin() += word.text(); }
    void operator()(const Bytes& text) const { append_cut(begin(), text); }

    void operator()(Errno error) const {
        begin();
        if (const char* error_name = ::strerrorname_np(error.number)) {
            out += std::string_view(error_name);
        } else {
            out += error.number;
        }
    }

    void operator()(const JoinedPath& path) const {
        begin() += '"';
        append_escaped(out, path.directory);
        out += '/';
        append_escaped(out, path.name.bytes);
        out += '"';
        if (path.name.is_cut) out += "...";
    }

    void operator()(const Arguments& arguments) const {
        begin() += '[';
        bool is_first = true;
        bool last_is_cut = false;
        arguments.for_each([&](std::string_view argument, bool is_cut) {
            if (!std::exchange(is_first, false)) out += ',';
            append_cut(out, {argument, is_cut});
            last_is_cut = is_cut;
        });
        if (arguments.is_cut && !last_is_cut) out += std::string_view(is_first ? "..." : ",...");
        out += ']';
    }

    void operator()(Flags flags) const {
        if (flags.empty()) return;
        begin();
        bool is_first = true;
        flags.for_each([&](std::string_view flag) {
            if (!std::exchange(is_first, false)) out += ',';
            out += flag;
        });
    }

    void operator()(const Ancestry& ancestry) const {
        begin() += '[';
        bool is_first = true;
        ancestry.table->for_each_ancestor(ancestry.program, Ancestry::kMost, [&](std::string_view ancestor) {
            if (!std::exchange(is_first, false)) out += ',';
            append_quoted(out, ancestor);
        });
        out += ']';
    }

private:
    Appender& begin() const {
        out += before;
        return out;
    }
};

bool is_false(const Value& value) {
    const auto* is_true = std::get_if<bool>(&value);
    return is_true != nullptr && !*is_true;
}

bool is_cut_list(const Value& value) {
    const auto* arguments = std::get_if<Arguments>(&value);
    return arguments != nullptr && arguments->is_cut;
}

}  // namespace

LineFormat::LineFormat(const Clock& clock, const LineOptions& options)
    : clock_(clock), lookups_(options.lookups), is_usual_(options.fields.empty()) {
    for (const auto* field : fields_named(kTrueSize)) true_size_.push_back({field, label_of(field->name)});
    const auto usual = fields_named(kUsual);
    auto shown = options.fields;
    for (const auto* field : fields_named(kTelling))
        if (std::find(shown.begin(), shown.end(), field) == shown.end()) shown.push_back(field);
    fields_ = by_event(is_usual_ ? usual : shown, label_of);
    // What is missing is told in any case.
    constexpr auto kLost = Event(std::in_place_type<LostEvent>).index();
    fields_[kLost] = by_event(usual, label_of)[kLost];
}

void LineFormat::append(std::string& text, const Event& event) {
    Appender out(text);
    const EventContext context{clock_, lookups_.table, lookups_.names};
    append_time(out, time_of(event), clock_);
    std::visit(
        [&]<typename OneEvent>(const OneEvent& one) {
            for (const auto& shown : fields_[event.index()]) {
                const auto value = shown.field->getter<OneEvent>()(one, context);
                if (is_usual_ && is_false(value)) continue;
                std::visit(FieldWriter{out, shown.before}, value);
                if (!is_usual_ || !is_cut_list(value)) continue;
                for (const auto& size : true_size_)
                    std::visit(FieldWriter{out, size.before}, size.field->getter<OneEvent>()(one, context));
            }
        },
        event);
    out += '\n';
}

}  // namespace exectap
