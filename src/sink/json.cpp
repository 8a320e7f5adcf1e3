// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/json.h"

#include <fmt/format.h>

#include <concepts>
#include <string_view>
#include <utility>

#include "process/table.h"
#include "sink/json_text.h"

namespace exectap {
namespace {

constexpr int kSchemaVersion = 1;
constexpr std::size_t kNanoseconds = 9;

// One of our own words.
struct Key {
    Key(std::string_view its_name) : name(its_name) {}  // NOLINT(google-explicit-constructor)
    Key(const char* its_name) : name(its_name) {}       // NOLINT(google-explicit-constructor)
    // Of a field, which is never the first of its object.
    Key(const ShownField& shown)  // NOLINT(google-explicit-constructor)
        : name(shown.field->name), label(&shown.before) {}

    std::string_view name;
    const Label* label = nullptr;  // with a comma before it
};

Label label_of(std::string_view name) { return Label(fmt::format(",\"{}\":", name)); }

// Writes the keys and values of a line.
class JsonObject {
public:
    explicit JsonObject(std::string& text) : out_(text) {
        out_ += '{';
        number("v", kSchemaVersion);
    }

    // Until end() keys belong to the object of that name.
    void begin(const Key& name) { key(name) += '{'; }
    void end() { out_ += '}'; }

    // The line's.
    void end_line() { out_ += "}\n"; }

    void number(const Key& name, std::integral auto number) { key(name) += number; }

    void boolean(const Key& name, bool is_true) { key(name) += std::string_view(is_true ? "true" : "false"); }

    // Text that needs no escaping.
    void word(const Key& name, std::string_view word) {
        key(name) += '"';
        out_ += word;
        out_ += '"';
    }

    // Calls pieces(visit), which is to call visit(bytes) for each piece of the text, perhaps twice over.
    template <typename Pieces>
    void joined_text(const Key& name, Pieces pieces) {
        bool is_utf8 = true;
        key(name) += '"';
        pieces([&](std::string_view bytes) { is_utf8 &= append_json_text(out_, bytes); });
        out_ += '"';
        if (is_utf8) return;
        key(name, kRaw) += '"';
        Base64 base64(out_);
        pieces([&](std::string_view bytes) { base64.append(bytes); });
        base64.end();
        out_ += '"';
    }

    void text(const Key& name, std::string_view bytes) {
        joined_text(name, [&](auto visit) { visit(bytes); });
    }

    // Calls elements(visit) likewise, for a list of texts.
    template <typename Elements>
    void list(const Key& name, Elements elements) {
        bool is_utf8 = true;
        append_list(name, {}, elements, [&](std::string_view bytes) { is_utf8 &= append_json_text(out_, bytes); });
        if (is_utf8) return;
        append_list(name, kRaw, elements, [&](std::string_view bytes) {
            Base64 base64(out_);
            base64.append(bytes);
            base64.end();
        });
    }

    void numbers(const Key& name, const auto& numbers) {
        key(name) += '[';
        for (const auto number : numbers) {
            if (out_.back() != '[') out_ += ',';
            out_ += number;
        }
        out_ += ']';
    }

private:
    static constexpr std::string_view kRaw = "_raw";

    // What is written next is its value.
    Appender& key(const Key& name, std::string_view suffix = {}) {
        if (name.label != nullptr && suffix.empty()) return out_ += *name.label;
        // Values end in anything but this.
        if (out_.back() != '{') out_ += ',';
        out_ += '"';
        out_ += name.name;
        out_ += suffix;
        out_ += "\":";
        return out_;
    }

    template <typename Elements, typename Append>
    void append_list(const Key& name, std::string_view suffix, Elements elements, Append append) {
        key(name, suffix) += '[';
        bool is_first = true;
        elements([&](std::string_view bytes) {
            if (!std::exchange(is_first, false)) out_ += ',';
            out_ += '"';
            append(bytes);
            out_ += '"';
        });
        out_ += ']';
    }

    Appender out_;
};

struct FieldWriter {
    JsonObject& object;
    const ShownField& shown;
    std::vector<std::string_view>& unreadable;

    void operator()(Absent /*value*/) const {}
    void operator()(Unreadable /*value*/) const { unreadable.push_back(shown.field->name); }
    void operator()(std::uint64_t number) const { object.number(shown, number); }
    void operator()(std::int64_t number) const { object.number(shown, number); }
    void operator()(bool is_true) const { object.boolean(shown, is_true); }
    void operator()(const Word& word) const { object.word(shown, word.text()); }
    void operator()(Errno error) const { object.word(shown, errno_word(error.number).text()); }
    void operator()(const Bytes& text) const { object.text(shown, text.bytes); }

    void operator()(const JoinedPath& path) const {
        object.joined_text(shown, [&](auto visit) {
            visit(path.directory);
            visit("/");
            visit(path.name.bytes);
        });
    }

    void operator()(const Arguments& arguments) const {
        object.list(shown, [&](auto visit) {
            arguments.for_each([&](std::string_view argument, bool /*is_cut*/) { visit(argument); });
        });
    }

    void operator()(Flags flags) const {
        object.list(shown, [&](auto visit) { flags.for_each(visit); });
    }

    void operator()(const Ancestry& ancestry) const {
        object.list(shown,
                    [&](auto visit) { ancestry.table->for_each_ancestor(ancestry.program, Ancestry::kMost, visit); });
    }
};

// Filters that were not asked for are absent.
void number_filter(JsonObject& object, std::string_view name, const std::vector<std::uint32_t>& numbers) {
    if (!numbers.empty()) object.numbers(name, numbers);
}

void text_list(JsonObject& object, std::string_view name, const std::vector<std::string>& texts) {
    object.list(name, [&](auto visit) {
        for (const auto& text : texts) visit(text);
    });
}

void text_filter(JsonObject& object, std::string_view name, const std::vector<std::string>& texts) {
    if (!texts.empty()) text_list(object, name, texts);
}

void write_filters(JsonObject& object, const TraceStart& start) {
    object.begin("filters");
    object.list("events", [&](auto visit) {
        if (start.events.execs) visit("exec");
        if (start.events.attempts) visit("attempt");
        if (start.events.exits) visit("exit");
        if (start.events.forks) visit("fork");
    });
    object.boolean("watch_children", start.watch_children);
    const auto& filters = start.filters;
    number_filter(object, "uid", filters.uids);
    number_filter(object, "exclude_tree", filters.excluded_trees);
    text_filter(object, "comm", filters.comms);
    text_filter(object, "exe", filters.exes);
    text_filter(object, "where", filters.wheres);
    text_filter(object, "fail_if", filters.fail_ifs);
    object.end();
}

void write_losses(JsonObject& object, const TraceEnd& end) {
    const auto& summary = end.summary;
    const auto total = summary.total();
    object.number("lost", total.lost + total.not_queued + total.not_written + summary.skipped);
    object.begin("lost_by_reason");
    if (total.lost > 0) object.number("ring", total.lost);
    if (total.not_queued > 0) object.number("queue", total.not_queued);
    if (total.not_written > 0) object.number("output", total.not_written);
    if (summary.skipped > 0) object.number("skipped", summary.skipped);
    object.end();
    object.number("marks_lost", summary.marks_lost);
    object.number("cgroups_lost", summary.cgroups_lost);
    object.number("lineage_lost", summary.lineage_lost);
    object.number("bad_records", summary.bad_records);
}

}  // namespace

JsonFormat::JsonFormat(const Clock& clock, const Lookups& lookups)
    : clock_(clock), lookups_(lookups), fields_(by_event(fields_but(ShownIn::line), label_of)) {
    // So that no event needs memory for it.
    unreadable_.reserve(all_fields().size());
}

FieldNeeds JsonFormat::needs() { return needs_of(fields_but(ShownIn::line)); }

void JsonFormat::begin(std::string& out, const TraceStart& start) {
    events_ = start.events;
    JsonObject object(out);
    object.word("type", "start");
    object.text("trace_id", start.trace_id);
    object.text("version", start.version);
    object.text("host", start.host);
    object.text("boot_id", start.boot_id);
    object.text("kernel", start.kernel);
    object.text("arch", start.arch);
    object.word("time", utc_word(start.clock.start_since_boot + start.clock.wall_minus_boot, kNanoseconds).text());
    object.number("boot_ns", start.clock.start_since_boot.count());
    text_list(object, "targets", start.targets);
    if (!start.command.empty()) text_list(object, "command", start.command);
    write_filters(object, start);
    object.begin("limits");
    object.number("ring_bytes", start.ring_bytes);
    object.number("buffer_bytes", start.buffer_bytes);
    object.number("max_args_bytes", start.max_args_bytes);
    object.end();
    object.word("attempts", name_of(start.attempts));
    object.end_line();
}

void JsonFormat::append(std::string& out, const ProcessInfo& process) {
    JsonObject object(out);
    object.word("type", "process");
    object.number("pid", process.pid);
    object.number("ppid", process.ppid);
    object.word("exec_id", exec_id_word(process.exec_id).text());
    if (process.parent_exec_id) object.word("parent_exec_id", exec_id_word(*process.parent_exec_id).text());
    object.text("comm", process.comm);
    object.word("start_time", utc_word(process.exec_id.start_time + clock_.wall_minus_boot, kNanoseconds).text());
    object.boolean("watched", process.is_watched);
    object.end_line();
}

void JsonFormat::append(std::string& out, const TargetChange& change) {
    JsonObject object(out);
    object.word("type", "target");
    object.word("time", utc_word(change.since_boot + clock_.wall_minus_boot, kNanoseconds).text());
    object.number("since_start_ns", (change.since_boot - clock_.start_since_boot).count());
    object.word("what", name_of(change.what));
    object.text("target", change.target);
    if (!change.cgroup.empty()) object.text("cgroup", change.cgroup);
    if (change.container_id) object.text("container_id", *change.container_id);
    if (change.places > 1) object.number("places", change.places);
    object.end_line();
}

void JsonFormat::append(std::string& out, const Event& event) {
    unreadable_.clear();
    JsonObject object(out);
    const EventContext context{clock_, lookups_.table, lookups_.names};
    std::visit(
        [&]<typename OneEvent>(const OneEvent& one) {
            for (const auto& shown : fields_[event.index()])
                std::visit(FieldWriter{object, shown, unreadable_}, shown.field->getter<OneEvent>()(one, context));
        },
        event);
    if (!unreadable_.empty()) {
        object.list("unreadable", [&](auto visit) {
            for (const auto name : unreadable_) visit(name);
        });
    }
    object.end_line();
}

void JsonFormat::end(std::string& out, const TraceEnd& end) {
    const auto& summary = end.summary;
    JsonObject object(out);
    const auto tally = [&](std::string_view seen, std::string_view delivered, const Tally& counts) {
        object.number(seen, counts.seen);
        object.number(delivered, counts.delivered);
    };
    object.word("type", "summary");
    tally("execs_seen", "execs_delivered", summary.execs);
    if (events_.attempts) tally("attempts_seen", "attempts_delivered", summary.attempts);
    if (events_.exits) tally("exits_seen", "exits_delivered", summary.exits);
    if (events_.forks) tally("forks_seen", "forks_delivered", summary.forks);
    object.number("filtered", summary.total().filtered);
    object.number("undecided", summary.undecided);
    if (end.fail_if_matched) object.number("fail_if_matched", *end.fail_if_matched);
    write_losses(object, end);
    object.number("still_alive", summary.still_alive);
    if (!is_exact(summary.attempt_mechanism)) object.boolean("attempts_exact", false);
    object.boolean("complete", summary.is_complete());
    object.number("duration_ns", end.duration.count());
    object.end_line();
}

}  // namespace exectap
