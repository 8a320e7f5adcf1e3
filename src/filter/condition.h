// SPDX-License-Identifier: MIT OR Apache-2.0
// What a test asks of a field's value.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "filter/glob.h"
#include "filter/literal.h"
#include "filter/truth.h"
#include "sink/fields.h"

namespace exectap {

// It is there; of a yes/no value that it is yes, of a list that it has an element.
struct IsPresent {};

struct IsOneOfTexts {
    std::vector<std::string> texts;  // sorted
};

struct IsOneOfNumbers {
    std::vector<Number> numbers;  // sorted
};

struct ComparesWith {
    enum class Order { less, at_most, greater, at_least };

    Order order;
    Number number;
};

struct MatchesGlob {
    Glob glob;
    bool is_for_last_component = false;
};

using Condition = std::variant<IsPresent, IsOneOfTexts, IsOneOfNumbers, ComparesWith, MatchesGlob>;

// Of a value that the condition is for by its form. Of a list all but IsPresent ask for one element that they hold for.
Truth holds(const Condition& condition, const Value& value, const Field& field);

// The same of flags, when it is not known of those in doubt whether they should be set.
Truth holds_for_flags(const Condition& condition, Flags flags, Flags in_doubt);

}  // namespace exectap
