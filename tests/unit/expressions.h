// SPDX-License-Identifier: MIT OR Apache-2.0
// Expressions, and what they say of events.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "filter/expression.h"
#include "unit/events.h"

namespace exectap {

inline std::ostream& operator<<(std::ostream& out, Truth truth) {
    constexpr std::array kNames = {"no", "yes", "unknown", "not applicable"};
    return out << kNames[static_cast<std::size_t>(truth)];
}

inline Expression expression(std::string_view text) {
    auto parsed = parse_expression(text);
    EXPECT_TRUE(parsed) << text << "\n" << (parsed ? "" : parsed.error().message);
    return parsed ? std::move(*parsed) : all_of({});
}

inline Truth truth_of(std::string_view text, const Event& event, const ProcessTable* table = nullptr) {
    const Clock clock;
    return expression(text).test(event, {clock, table});
}

inline Glob glob_of(std::string_view text) {
    auto parsed = parse_glob(text, {.name = "--comm"});
    EXPECT_TRUE(parsed) << text << "\n" << (parsed ? "" : parsed.error().message);
    return parsed ? std::move(*parsed) : Glob();
}

}  // namespace exectap
