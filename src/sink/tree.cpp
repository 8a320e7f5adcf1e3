// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "exectap/trace.h"
#include "process/table.h"
#include "sink/columns.h"
#include "sink/tree_text.h"
#include "sink/word.h"

namespace exectap {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kRail = "│  ";
constexpr std::string_view kNoRail = "   ";
constexpr std::string_view kChild = "├─ ";
constexpr std::string_view kBecame = "├→ ";
constexpr std::string_view kRootBecame = "→ ";
constexpr std::string_view kEnd = "└─ ";
constexpr std::size_t kRailColumns = 3;

// Where columns are few, the text keeps at least so many, and deeper rails become a number.
constexpr std::size_t kFewestTextColumns = 36;
// What is shortened keeps so many.
constexpr std::size_t kFewestShortenedColumns = 16;
// Rails beyond these say nothing to the eye.
constexpr std::size_t kMostRails = 24;

// Programs that have ended are known for so long, for what descends from them.
constexpr std::size_t kMostOver = 1024;
// More can be known only if ends are not told: then all is forgotten, and shown once more where it is needed.
constexpr std::size_t kMostNodes = 65536;

// So many ancestors are looked at for one line: who forks deeper than that shall not make lines slow.
constexpr std::size_t kMostAncestors = 512;

constexpr std::string_view kOwnName = "exectap";

constexpr std::string_view kDim = "\x1b[2m";
constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kRed = "\x1b[31m";
constexpr std::string_view kPlain = "\x1b[0m";

void add_note(std::string& notes, std::string_view note) {
    notes += "  (";
    notes += note;
    notes += ')';
}

}  // namespace

void TreeFormat::begin(std::string& /*out*/, const TraceStart& start) { has_command_ = !start.command.empty(); }

void TreeFormat::append(std::string& /*out*/, const ProcessInfo& process) {
    // exectap never watches itself, only the child that becomes COMMAND: until its exec that is no program of its own.
    const bool is_command = has_command_ && process.comm == kOwnName;
    if (!process.is_watched || is_command) return;
    Node node;
    node.name = tree_name_of_comm(process.comm);
    node.pid = process.pid;
    nodes_[process.exec_id] = std::move(node);
}

void TreeFormat::append(std::string& out, const Event& event) {
    std::visit([&](const auto& one) { on(out, one); }, event);
    forget_what_is_too_much();
}

void TreeFormat::on(std::string& out, const ExecEvent& exec) {
    const auto& call = exec.call;
    const auto replaced_id = exec.replaced_exec_id();
    auto* replaced = replaced_id ? find(*replaced_id) : nullptr;
    Line line;
    line.since_boot = call.since_boot;
    line.is_program = true;
    Node node;
    auto text = command_text(exec);
    line.text = std::move(text.command);
    node.name = std::move(text.name);
    node.pid = call.pid;
    line.file = std::move(text.file);
    if (call.folded_attempts > 0) add_note(line.notes, fmt::format("PATH ×{}", call.folded_attempts + 1));

    const bool is_other_line = replaced != nullptr && replaced->has_line;
    line.above = is_other_line ? replaced->parent : above(out, options_.table->parent_of(call.exec_id));
    const auto* parent = line.above ? find(*line.above) : nullptr;
    // It was forgotten, so this is a root.
    if (parent == nullptr) line.above.reset();
    node.parent = line.above;
    node.depth = parent != nullptr ? parent->depth + 1 : 0;
    if (is_other_line) {
        line.sign = node.depth == 0 ? kRootBecame : kBecame;
        if (!is_right_below(node.depth + 1, replaced_id)) add_note(line.notes, "was " + reference(*replaced));
    } else {
        line.sign = node.depth == 0 ? "" : kChild;
        if (!is_right_below(node.depth, line.above)) add_note(line.notes, "by " + reference(*parent));
    }
    if (replaced != nullptr) note_end(*replaced_id, *replaced);
    node.has_line = true;
    node.shows_pid = runs_beside_others(node) || (node.depth == 0 && !has_command_) ||
                     (is_other_line && find(*replaced_id)->shows_pid);
    if (node.shows_pid) line.pid = fmt::format("  [{}]", node.pid);
    append_line(out, line);
    put_at(node.depth, call.exec_id);
    running_++;
    nodes_[call.exec_id] = std::move(node);
}

void TreeFormat::on(std::string& out, const AttemptEvent& attempt) {
    const auto& call = attempt.call;
    auto text = command_text(attempt);
    Line line;
    line.since_boot = call.since_boot;
    line.above = above(out, call.exec_id);
    line.sign = line.above ? kChild : "";
    line.text = std::move(text.command);
    line.file = std::move(text.file);
    line.failure = fmt::format("  ✗ {}", errno_word(attempt.error).text());
    if (call.folded_attempts > 0) line.failure += fmt::format(" ×{}", call.folded_attempts + 1);
    if (attempt.is_fatal) line.failure += ", killed by it";
    const auto* parent = line.above ? find(*line.above) : nullptr;
    if (parent != nullptr && !is_right_below(parent->depth + 1, line.above))
        add_note(line.notes, "by " + reference(*parent));
    // What it belongs to was forgotten, or lost.
    if (parent == nullptr && call.comm && !(has_command_ && *call.comm == kOwnName))
        add_note(line.notes, fmt::format("by {} [{}]", tree_name_of_comm(*call.comm), call.pid));
    append_line(out, line);
}

void TreeFormat::on(std::string& out, const ExitEvent& exit) {
    auto* node = find(exit.exec_id);
    // A fork that ran no program of its own, or one that ran before and did nothing since.
    if (node == nullptr) return;
    if (node->has_line) {
        Line line;
        line.since_boot = exit.since_boot;
        line.above = exit.exec_id;
        line.sign = kEnd;
        line.text = end_text(exit);
        line.is_bad = exit.signal != 0 || exit.exit_code != 0;
        line.is_dim = !line.is_bad;
        const bool is_named = !is_right_below(node->depth + 1, exit.exec_id);
        if (is_named) line.text.insert(0, reference(*node) + " ");
        append_line(out, line);
        // What comes next in this column would be taken for another word about the one that was named.
        if (is_named && node->depth < last_line_.size()) last_line_[node->depth] = ExecId{};
    }
    note_end(exit.exec_id, *node);
}

void TreeFormat::on(std::string& out, const ForkEvent& fork) {
    Line line;
    line.since_boot = fork.since_boot;
    line.above = above(out, fork.exec_id);
    line.sign = line.above ? kChild : "";
    line.text = fmt::format("forked [{}]", fork.child_pid);
    line.is_dim = true;
    const auto* parent = line.above ? find(*line.above) : nullptr;
    if (parent != nullptr && !is_right_below(parent->depth + 1, line.above))
        add_note(line.notes, "by " + reference(*parent));
    if (parent == nullptr) add_note(line.notes, fmt::format("by [{}]", fork.pid));
    append_line(out, line);
}

void TreeFormat::on(std::string& out, const LostEvent& lost) {
    constexpr std::array kWhere = {"the ring was full", "the buffer was full", "the output failed",
                                   "the kernel skipped them"};
    Line line;
    line.since_boot = lost.to;
    line.failure = fmt::format("!! {} {} lost here: {}", lost.count, lost.count == 1 ? "event" : "events",
                               kWhere.at(static_cast<std::size_t>(lost.reason)));
    append_line(out, line);
}

TreeFormat::Node* TreeFormat::find(const ExecId& id) {
    const auto found = nodes_.find(id);
    return found == nodes_.end() ? nullptr : &found->second;
}

// The program itself or the first one on its line of ancestors that the tree knows: forks in between have no lines.
std::optional<ExecId> TreeFormat::nearest(std::optional<ExecId> program) {
    for (std::size_t steps = 0; steps < kMostAncestors; steps++) {
        if (!program || find(*program) != nullptr) return program;
        program = options_.table->parent_of(*program);
    }
    return std::nullopt;
}

// What a line about a child of `program` hangs below; its own line is there, or comes now.
std::optional<ExecId> TreeFormat::above(std::string& out, std::optional<ExecId> program) {
    const auto id = nearest(program);
    if (id) show_what_ran_before(out, *id);
    return id;
}

// Not by recursion: observed processes choose how many there are.
void TreeFormat::show_what_ran_before(std::string& out, const ExecId& id) {
    std::vector<ExecId> unseen;
    for (std::optional<ExecId> at = id; at && !find(*at)->has_line && unseen.size() < kMostAncestors;
         at = nearest(options_.table->parent_of(*at)))
        unseen.push_back(*at);
    std::for_each(unseen.rbegin(), unseen.rend(), [&](const ExecId& each) { show_as_running_before(out, each); });
}

void TreeFormat::show_as_running_before(std::string& out, const ExecId& id) {
    auto parent_id = nearest(options_.table->parent_of(id));
    if (parent_id && !find(*parent_id)->has_line) parent_id.reset();
    auto& node = *find(id);
    node.parent = parent_id;
    node.depth = parent_id ? find(*parent_id)->depth + 1 : 0;
    node.has_line = true;
    node.shows_pid = true;
    Line line;
    line.above = parent_id;
    line.sign = parent_id ? kChild : "";
    line.text = node.name;
    line.is_program = true;
    line.pid = fmt::format("  [{}]", node.pid);
    add_note(line.notes, "ran before");
    if (parent_id && !is_right_below(node.depth, parent_id)) add_note(line.notes, "by " + reference(*find(*parent_id)));
    append_line(out, line);
    put_at(node.depth, id);
    // It may be over, and only what it forked goes on.
    if (!node.is_over) running_++;
}

// Whether a program with a line runs that is not above this one.
bool TreeFormat::runs_beside_others(const Node& node) {
    std::size_t running_above = 0;
    std::size_t seen = 0;
    for (auto at = node.parent; at && seen < kMostAncestors; seen++) {
        const auto* ancestor = find(*at);
        if (ancestor == nullptr) break;
        if (!ancestor->is_over) running_above++;
        at = ancestor->parent;
    }
    return running_ > running_above;
}

// Whether a line of this depth below `id` is seen to belong there.
bool TreeFormat::is_right_below(std::size_t depth, const std::optional<ExecId>& id) const {
    if (depth == 0) return true;
    return id && depth <= last_line_.size() && last_line_[depth - 1] == *id;
}

void TreeFormat::put_at(std::size_t depth, const ExecId& id) {
    // Below a parent that stands elsewhere.
    if (last_line_.size() < depth) last_line_.resize(depth, ExecId{});
    last_line_.resize(depth);
    last_line_.push_back(id);
}

std::string TreeFormat::reference(const Node& node) {
    return node.shows_pid ? fmt::format("{} [{}]", node.name, node.pid) : node.name;
}

void TreeFormat::note_end(const ExecId& id, Node& node) {
    if (node.is_over) return;
    node.is_over = true;
    if (node.has_line) running_--;
    over_.push_back(id);
}

void TreeFormat::forget_what_is_too_much() {
    while (over_.size() > kMostOver) {
        nodes_.erase(over_.front());
        over_.pop_front();
    }
    if (nodes_.size() <= kMostNodes) return;
    nodes_.clear();
    over_.clear();
    last_line_.clear();
    running_ = 0;
}

std::size_t TreeFormat::columns_of_line() const { return options_.columns ? options_.columns() : 0; }

// Paths are long, and say least: a third of the line, or what nothing else needs.
void TreeFormat::place_notes(Line& line) {
    auto notes = std::move(line.pid);
    if (!line.file.empty()) {
        const auto columns = columns_of_line();
        const auto* node = line.above ? find(*line.above) : nullptr;
        const auto rails = node != nullptr ? (node->depth + 1) * kRailColumns : kRailColumns;
        const auto taken = tree_time_columns(clock_) + 1 + rails + columns_of(line.text) + columns_of(notes) +
                           columns_of("  ()") + columns_of(line.notes) + columns_of(line.failure);
        const auto room = std::max(columns / 3, columns > taken ? columns - taken : 0);
        add_note(notes, columns == 0 ? line.file : shortened(line.file, room));
    }
    line.notes.insert(0, notes);
}

std::string TreeFormat::rails(const Line& line) {
    const auto columns = columns_of_line();
    auto most = kMostRails;
    if (columns > 0) {
        // The number instead of more rails, the sign, and what stands behind them.
        const auto rest = columns_of("⋯999 ├─ ") + std::min(columns_of(line.text), kFewestShortenedColumns) +
                          columns_of(line.notes) + columns_of(line.failure);
        const auto taken = tree_time_columns(clock_) + 1 + std::max(kFewestTextColumns, rest);
        most = std::min(most, columns > taken ? (columns - taken) / kRailColumns : 1);
    }
    std::vector<std::string_view> rails;
    const auto* node = line.above ? find(*line.above) : nullptr;
    const auto depth = node != nullptr ? node->depth + 1 : 0;
    for (auto at = node != nullptr ? node->parent : std::nullopt; at && rails.size() < kMostAncestors;) {
        const auto* ancestor = find(*at);
        rails.push_back(ancestor == nullptr || ancestor->is_over ? kNoRail : kRail);
        at = ancestor != nullptr ? ancestor->parent : std::nullopt;
    }
    const auto count = depth > 0 ? depth - 1 : 0;
    std::string text;
    for (std::size_t i = 0; i < std::min(count, most); i++) {
        // Ancestors that were forgotten, or are too many, have none.
        const auto from_below = count - 1 - i;
        text += from_below < rails.size() ? rails[from_below] : kNoRail;
    }
    if (count > most) text += fmt::format("⋯{} ", depth);
    return text;
}

void TreeFormat::append_line(std::string& out, Line line) {
    place_notes(line);
    const auto time_columns = tree_time_columns(clock_);
    auto head = line.since_boot ? tree_time(*line.since_boot, clock_) : std::string(time_columns, ' ');
    head += ' ';
    head += rails(line);
    head += line.sign;
    paint(out, head, kDim);

    const auto columns = options_.columns ? options_.columns() : 0;
    const auto taken = columns_of(head) + columns_of(line.notes) + columns_of(line.failure);
    const auto room = columns > taken + kFewestShortenedColumns ? columns - taken : kFewestShortenedColumns;
    const auto text = columns == 0      ? line.text
                      : line.is_program ? shortened_command(line.text, room)
                                        : shortened(line.text, room);
    const auto name = line.is_program ? text.substr(0, text.find(' ')) : std::string();
    paint(out, name, kBold);
    paint(out, text.substr(name.size()), line.is_bad ? kRed : line.is_dim ? kDim : "");
    paint(out, line.notes, kDim);
    paint(out, line.failure, kRed);
    out += '\n';
}

void TreeFormat::paint(std::string& out, std::string_view text, std::string_view colour) const {
    if (text.empty()) return;
    const bool is_painted = options_.has_colours && !colour.empty();
    if (is_painted) out += colour;
    out += text;
    if (is_painted) out += kPlain;
}

}  // namespace exectap
