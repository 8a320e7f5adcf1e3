// SPDX-License-Identifier: MIT OR Apache-2.0
// The tree format: for reading. Lines are only ever appended, each one event, indented under what started it.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "process/exec_id_hash.h"
#include "sink/fields.h"
#include "sink/format.h"

namespace exectap {

class ProcessTable;

struct TreeOptions {
    const ProcessTable* table = nullptr;   // never null; it is to know of an event before append() gets it
    std::function<std::size_t()> columns;  // how wide a line may be, asked for each; null or 0: as wide as it is
    bool has_colours = false;
};

// Whose a line is shows by its indentation as long as it is right below that program's lines. Where others came
// between, because programs run in parallel, the line says so in words, and lines of programs that run beside others
// show the pid that those words refer to.
class TreeFormat final : public Format {
public:
    TreeFormat(const Clock& clock, TreeOptions options) : clock_(clock), options_(std::move(options)) {}

    static FieldNeeds needs() { return {.paths = false, .ancestry = true}; }

    using Format::append;
    void begin(std::string& out, const TraceStart& start) override;
    void append(std::string& out, const ProcessInfo& process) override;
    void append(std::string& out, const Event& event) override;

private:
    // A program run that has a line, or gets one when something below it is told.
    struct Node {
        std::string name;
        std::uint32_t pid = 0;
        std::optional<ExecId> parent;  // the one above it
        std::size_t depth = 0;
        bool has_line = false;  // not yet: it ran before the trace
        bool shows_pid = false;
        bool is_over = false;
    };

    struct Line {
        std::optional<std::chrono::nanoseconds> since_boot;  // absent: it ran before
        std::optional<ExecId> above;                         // whose children's rail it hangs on
        std::string_view sign;                               // "├─ "
        std::string text;                                    // may be shortened
        std::string pid;                                     // after it
        std::string file;                                    // after that, in parentheses; may be shortened
        std::string notes;                                   // after these, not shortened
        std::string failure;                                 // after these
        bool is_program = false;
        bool is_dim = false;
        bool is_bad = false;
    };

    void on(std::string& out, const ExecEvent& exec);
    void on(std::string& out, const AttemptEvent& attempt);
    void on(std::string& out, const ExitEvent& exit);
    void on(std::string& out, const ForkEvent& fork);
    void on(std::string& out, const LostEvent& lost);

    Node* find(const ExecId& id);
    std::optional<ExecId> nearest(std::optional<ExecId> program);
    std::optional<ExecId> above(std::string& out, std::optional<ExecId> program);
    void show_what_ran_before(std::string& out, const ExecId& id);
    void show_as_running_before(std::string& out, const ExecId& id);
    bool runs_beside_others(const Node& node);
    bool is_right_below(std::size_t depth, const std::optional<ExecId>& id) const;
    void put_at(std::size_t depth, const ExecId& id);
    static std::string reference(const Node& node);
    void note_end(const ExecId& id, Node& node);
    void forget_what_is_too_much();

    std::string rails(const Line& line);
    std::size_t columns_of_line() const;
    void place_notes(Line& line);
    void append_line(std::string& out, Line line);
    void paint(std::string& out, std::string_view text, std::string_view colour) const;

    Clock clock_;
    TreeOptions options_;
    bool has_command_ = false;
    std::unordered_map<ExecId, Node, ExecIdHash> nodes_;
    std::size_t running_ = 0;  // nodes that have a line and are not over
    std::deque<ExecId> over_;  // that are kept for what they started, the oldest first
    std::vector<ExecId>
        last_line_;  // by depth: whose line of a program stands last, as far as nothing less deep followed
};

}  // namespace exectap
