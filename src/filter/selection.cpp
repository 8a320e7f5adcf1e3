// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/selection.h"

#include <utility>
#include <variant>

#include "process/table.h"

namespace exectap {

Selection::Selection(Options options, const Clock& clock, ProcessTable* table, const ContainerNames* names)
    : options_(std::move(options)), clock_(clock), table_(table), names_(names) {}

FieldNeeds Selection::needs(const Options& options) {
    FieldNeeds needs;
    for (const auto& expression : {options.shown, options.forbidden}) {
        if (expression) needs |= expression->needs();
    }
    // Who follows a program has to know of it; and a match is told with its ancestors.
    const bool follows = options.shown && (options.events.exits || options.events.forks);
    needs.ancestry |= follows || options.forbidden;
    return needs;
}

bool Selection::shows(const Event& event) {
    bool is_undecided = options_.forbidden && look_for_forbidden(event);
    bool is_shown = is_kind_shown(event);
    if (is_shown && options_.shown) {
        const auto truth = options_.shown->test(event, {clock_, table_, names_});
        is_undecided |= truth == Truth::unknown;
        is_shown =
            truth == Truth::yes || truth == Truth::unknown || (truth == Truth::not_applicable && follows_shown(event));
    }
    if (is_undecided) undecided_++;
    const auto* exec = std::get_if<ExecEvent>(&event);
    if (is_shown && exec != nullptr && table_ != nullptr) table_->note_shown(exec->call.exec_id);
    return is_shown;
}

bool Selection::is_kind_shown(const Event& event) const {
    struct Visitor {
        const EventKinds& events;
        bool operator()(const ExecEvent& /*exec*/) const { return events.execs; }
        bool operator()(const AttemptEvent& /*attempt*/) const { return events.attempts; }
        bool operator()(const ExitEvent& /*exit*/) const { return events.exits; }
        bool operator()(const ForkEvent& /*fork*/) const { return events.forks; }
        bool operator()(const LostEvent& /*lost*/) const { return true; }
    };
    return std::visit(Visitor{options_.events}, event);
}

bool Selection::look_for_forbidden(const Event& event) {
    const auto truth = options_.forbidden->test(event, {clock_, table_, names_});
    if (truth != Truth::yes && truth != Truth::unknown) return false;
    if (truth == Truth::yes) forbidden_matched_++;
    if (options_.on_forbidden) options_.on_forbidden(event, truth);
    return truth == Truth::unknown;
}

// Ends and forks have few fields. Where what is asked for is none of them, they are shown with their program.
bool Selection::follows_shown(const Event& event) const {
    if (table_ == nullptr) return false;
    if (const auto* exit = std::get_if<ExitEvent>(&event)) return table_->is_shown(exit->exec_id);
    if (const auto* fork = std::get_if<ForkEvent>(&event)) return table_->is_shown(fork->exec_id);
    return false;
}

}  // namespace exectap
