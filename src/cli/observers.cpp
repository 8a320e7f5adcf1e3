// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/observers.h"

#include <utility>

#include "cli/config.h"

namespace exectap::cli {

Result<std::unique_ptr<Observers>> Observers::create(const Options& options, const Clock& clock) {
    std::unique_ptr<Observers> observers(new Observers());
    if (needs_of(options).ancestry) observers->table_ = std::make_unique<ProcessTable>();
    if (!options.shown && !options.forbidden) return observers;
    auto selection = selection_of(options);
    if (options.forbidden) {
        auto matches = Matches::create(clock, *observers->table_);
        if (!matches) return matches.error();
        observers->matches_.emplace(std::move(*matches));
        selection.on_forbidden = [observers = observers.get()](const Event& event, Truth truth) {
            observers->matches_->tell(event, truth);
        };
    }
    observers->selection_.emplace(std::move(selection), clock, observers->table_.get());
    return observers;
}

void Observers::observe(SessionConfig& config) {
    if (table_) config.observe = [this](const Event& event) { table_->apply(event); };
    if (selection_) config.filter = [this](const Event& event) { return selection_->shows(event); };
}

std::optional<std::uint64_t> Observers::forbidden_matched() const {
    if (!matches_) return std::nullopt;
    return selection_->forbidden_matched();
}

}  // namespace exectap::cli
