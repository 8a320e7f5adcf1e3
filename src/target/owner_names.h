// SPDX-License-Identifier: MIT OR Apache-2.0
// The containers' names that the engines of one owner have told, and what is being asked. Bounded in memory.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "target/engine_messages.h"

namespace exectap {

using SteadyTime = std::chrono::steady_clock::time_point;

// With a hash that takes views: no look-up asks for memory.
struct StringHash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): the standard's name
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
};
template <typename T>
using StringMap = std::unordered_map<std::string, T, StringHash, std::equal_to<>>;
using StringSet = std::unordered_set<std::string, StringHash, std::equal_to<>>;

class OwnerNames {
public:
    struct Limits {
        std::size_t names = 65'536;
        std::size_t removed = 1'024;
        std::size_t unknown = 4'096;
        std::size_t asked = 32;
        std::chrono::milliseconds unknown_for{5'000};
    };

    explicit OwnerNames(const Limits& limits) : limits_(limits) {}

    // Also of a container that was removed not long ago: what it did may still have to be told.
    std::optional<std::string_view> name_of(std::string_view id) const;

    // `engine` tells who said so: only he knows when one has gone while nobody was listening. False: there is no room.
    bool set(const NamedContainer& container, std::size_t engine);
    void remove(std::string_view id);
    // Removes what `engine` has told and does not list any more.
    void keep_only(const StringSet& listed, std::size_t engine);

    enum class Asking {
        new_one,     // it may be asked
        pending,     // it has been
        refused,     // the answer was no, not long ago
        unanswered,  // not all that should know have answered, not long ago; or too many are being asked
    };
    bool is_asked(std::string_view id) const { return asked_.find(id) != asked_.end(); }
    Asking state_of(std::string_view id, SteadyTime now) const;
    // So many engines have been asked; none: there is nobody to ask.
    void asked(std::string_view id, std::size_t engines, SteadyTime now);
    // One of them has answered; or it will not any more.
    void answered(std::string_view id, bool is_answer, SteadyTime now);

    // Grows with each change of what for_each() visits.
    std::uint64_t version() const { return version_; }

    template <typename Visit>
    void for_each(Visit visit) const {
        for (const auto& [id, known] : names_) visit(id, known.name);
    }

private:
    struct Known {
        std::string name;
        std::size_t engine = 0;
    };

    struct Asked {
        std::size_t engines = 0;  // that have not answered
        bool is_answered = true;  // by the others
    };

    struct Unknown {
        SteadyTime until;
        bool is_answered = false;
    };

    void set_unknown(std::string_view id, const Unknown& unknown);
    void forget_oldest_unknown();

    Limits limits_;
    StringMap<Known> names_;
    StringMap<std::string> removed_;
    std::deque<std::string> removed_in_order_;
    StringMap<Asked> asked_;
    StringMap<Unknown> unknown_;
    std::deque<std::string> unknown_in_order_;
    std::uint64_t version_ = 0;
};

}  // namespace exectap
