// SPDX-License-Identifier: MIT OR Apache-2.0
// What is asked of events: --where, --fail-if, --comm and --exe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "exectap/event.h"
#include "exectap/result.h"
#include "filter/condition.h"
#include "filter/doubt.h"
#include "filter/glob.h"
#include "filter/truth.h"
#include "sink/fields.h"

namespace exectap {

class Expression {
public:
    using Index = std::uint32_t;

    struct FieldTest {
        const Field* field;
        Doubt doubt;  // null: see doubt_about()
        Condition condition;
    };

    struct Combination {
        enum class Kind { all_of, any_of, negation };

        Kind kind;
        std::vector<Index> parts;  // of a negation one
    };

    using Node = std::variant<FieldTest, Combination>;

    static FieldTest test_of(const Field& field, Condition condition) {
        return {&field, doubt_about(field), std::move(condition)};
    }

    // Parts come before what is made of them; the last node is the whole.
    explicit Expression(std::vector<Node> nodes) : nodes_(std::move(nodes)) {}

    // Allocates nothing.
    Truth test(const Event& event, const EventContext& context) const;

    FieldNeeds needs() const;

    // Of each alternative of Event, whether a field is named that no other kind has. Who asks for an exit code wants
    // to be told of exits.
    std::array<bool, std::variant_size_v<Event>> kinds_named() const;

private:
    friend Expression combined(Combination::Kind kind, std::vector<Expression> parts);

    Truth test(Index node, const Event& event, const EventContext& context) const;
    Truth test(const Combination& combination, const Event& event, const EventContext& context) const;

    std::vector<Node> nodes_;  // at least one
};

// A usage error says where: see error_at().
Result<Expression> parse_expression(std::string_view text);

// Of none: yes, and no.
Expression all_of(std::vector<Expression> parts);
Expression any_of(std::vector<Expression> parts);

// --comm: any of the globs matches the caller's name.
Expression matches_caller(std::span<const Glob> globs);

// --exe: any of them matches the file that runs, the script, or the path of an attempt as it was passed. Without a "/"
// it is for the last component.
Expression matches_exe(std::span<const Glob> globs);

// The language, for people: lines of 80 columns at most.
std::string_view expression_grammar();

}  // namespace exectap
