// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/owner_names.h"

#include <utility>

namespace exectap {

std::optional<std::string_view> OwnerNames::name_of(std::string_view id) const {
    const auto known = names_.find(id);
    if (known != names_.end()) return known->second.name;
    const auto removed = removed_.find(id);
    if (removed != removed_.end()) return removed->second;
    return std::nullopt;
}

bool OwnerNames::set(const NamedContainer& container, std::size_t engine) {
    // Ids are never used again: who names a container that was removed answers late.
    if (removed_.contains(container.id)) return true;
    const auto at = names_.find(container.id);
    if (at == names_.end()) {
        if (names_.size() >= limits_.names) return false;
        names_.emplace(container.id, Known{container.name, engine});
        version_++;
        return true;
    }
    if (at->second.name != container.name) version_++;
    at->second = {container.name, engine};
    return true;
}

void OwnerNames::remove(std::string_view id) {
    const auto at = names_.find(id);
    if (at == names_.end()) return;
    removed_.emplace(at->first, std::move(at->second.name));
    removed_in_order_.push_back(at->first);
    names_.erase(at);
    version_++;
    if (removed_in_order_.size() <= limits_.removed) return;
    removed_.erase(removed_in_order_.front());
    removed_in_order_.pop_front();
}

void OwnerNames::keep_only(const StringSet& listed, std::size_t engine) {
    std::vector<std::string> gone;
    for (const auto& [id, known] : names_)
        if (known.engine == engine && !listed.contains(id)) gone.push_back(id);
    for (const auto& id : gone) remove(id);
}

OwnerNames::Asking OwnerNames::state_of(std::string_view id, SteadyTime now) const {
    if (is_asked(id)) return Asking::pending;
    const auto unknown = unknown_.find(id);
    if (unknown != unknown_.end() && now < unknown->second.until)
        return unknown->second.is_answered ? Asking::refused : Asking::unanswered;
    return asked_.size() < limits_.asked ? Asking::new_one : Asking::unanswered;
}

void OwnerNames::asked(std::string_view id, std::size_t engines, SteadyTime now) {
    if (engines > 0) {
        asked_.insert_or_assign(std::string(id), Asked{.engines = engines});
    } else {
        set_unknown(id, {.until = now + limits_.unknown_for, .is_answered = false});
    }
}

void OwnerNames::set_unknown(std::string_view id, const Unknown& unknown) {
    if (const auto at = unknown_.find(id); at != unknown_.end()) {
        at->second = unknown;
        return;
    }
    if (unknown_.size() >= limits_.unknown) forget_oldest_unknown();
    unknown_.emplace(id, unknown);
    unknown_in_order_.emplace_back(id);
}

void OwnerNames::answered(std::string_view id, bool is_answer, SteadyTime now) {
    const auto at = asked_.find(id);
    if (at == asked_.end()) return;
    auto& asked = at->second;
    asked.engines--;
    asked.is_answered &= is_answer;
    const bool is_known = names_.find(id) != names_.end();
    if (asked.engines > 0 && !is_known) return;
    const Unknown unknown{.until = now + limits_.unknown_for, .is_answered = asked.is_answered};
    asked_.erase(at);
    if (!is_known) set_unknown(id, unknown);
}

void OwnerNames::forget_oldest_unknown() {
    unknown_.erase(unknown_in_order_.front());
    unknown_in_order_.pop_front();
}

}  // namespace exectap
