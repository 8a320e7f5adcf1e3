// SPDX-License-Identifier: MIT OR Apache-2.0
// Logic of four values: an event may not say what was asked, or may not be one that could.
#pragma once

#include <initializer_list>

namespace exectap {

enum class Truth {
    no,
    yes,
    unknown,         // it depends on what could not be read, or was cut
    not_applicable,  // it depends on what events of this kind do not have
};

constexpr Truth truth_of(bool is_true) { return is_true ? Truth::yes : Truth::no; }

// Unknown and not applicable stay what they are.
constexpr Truth opposite(Truth truth) {
    if (truth == Truth::yes) return Truth::no;
    if (truth == Truth::no) return Truth::yes;
    return truth;
}

constexpr Truth both(Truth one, Truth other) {
    for (const auto decisive : {Truth::no, Truth::unknown, Truth::not_applicable})
        if (one == decisive || other == decisive) return decisive;
    return Truth::yes;
}

constexpr Truth either(Truth one, Truth other) { return opposite(both(opposite(one), opposite(other))); }

}  // namespace exectap
