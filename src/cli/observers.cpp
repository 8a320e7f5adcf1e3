// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/observers.h"

#include <poll.h>

#include <chrono>
#include <utility>
#include <variant>

#include "cli/config.h"

namespace exectap::cli {

Result<std::unique_ptr<Observers>> Observers::create(const Options& options, const Clock& clock) {
    std::unique_ptr<Observers> observers(new Observers());
    const auto needs = needs_of(options);
    if (needs.ancestry) observers->table_ = std::make_unique<ProcessTable>();
    if (needs.names) {
        // JSON names containers too, but for that alone no engine is woken.
        auto names = ContainerNames::open({}, {.connects_at_once = asks_for_names(options), .names = {}, .times = {}});
        if (!names) return names.error();
        observers->names_ = std::move(*names);
    }
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
    observers->selection_.emplace(std::move(selection), clock, observers->table_.get(), observers->names_.get());
    return observers;
}

void Observers::observe(SessionConfig& config) {
    if (table_ || names_) config.observe = [this](const Event& event) { look_at(event); };
    if (selection_) config.filter = [this](const Event& event) { return selection_->shows(event); };
}

void Observers::look_at(const Event& event) {
    if (table_) table_->apply(event);
    if (!names_) return;
    const auto* exec = std::get_if<ExecEvent>(&event);
    const auto* attempt = std::get_if<AttemptEvent>(&event);
    const auto* call = exec != nullptr ? &exec->call : attempt != nullptr ? &attempt->call : nullptr;
    if (call != nullptr && call->cgroup) names_->learn(call->cgroup->path);
}

ContainerLookup Observers::containers() const {
    if (!names_) return {};
    ContainerLookup lookup;
    lookup.naming_of = [names = names_.get()](std::string_view cgroup) {
        ContainerNaming naming;
        const auto learnt = names->learn(cgroup);
        if (learnt == Naming::asked) naming.state = ContainerNaming::State::asked;
        if (learnt == Naming::unanswered) naming.state = ContainerNaming::State::unanswered;
        if (const auto name = names->name_of(cgroup)) naming.name = *name;
        return naming;
    };
    lookup.names = [names = names_.get()] {
        std::vector<std::string> all;
        for (const auto& container : names->all()) all.push_back(container.name);
        return all;
    };
    return lookup;
}

void Observers::wait_for_names() const {
    constexpr std::chrono::seconds kPatience{2};
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (names_ && names_->is_listing()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        pollfd ready{names_->fd(), POLLIN, 0};
        if (left.count() <= 0 || ::poll(&ready, 1, static_cast<int>(left.count())) < 0) return;
        names_->serve();
    }
}

std::optional<std::uint64_t> Observers::forbidden_matched() const {
    if (!matches_) return std::nullopt;
    return selection_->forbidden_matched();
}

}  // namespace exectap::cli
