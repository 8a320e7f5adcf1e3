// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/expression.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

namespace exectap {
namespace {

using Kind = Expression::Combination::Kind;

Truth test_field(const Expression::FieldTest& test, const Event& event, const EventContext& context) {
    // Nothing: events of this kind have no such field.
    const auto value = std::visit(
        [&]<typename OneEvent>(const OneEvent& one) -> std::optional<Value> {
            const auto getter = test.field->getter<OneEvent>();
            return getter == nullptr ? std::nullopt : std::optional(getter(one, context));
        },
        event);
    // Whether it is there is answered for a call: it is not. An end and a fork say little themselves, and follow.
    const bool is_call = std::holds_alternative<ExecEvent>(event) || std::holds_alternative<AttemptEvent>(event);
    if (!value && is_call && std::holds_alternative<IsPresent>(test.condition)) return Truth::no;
    if (!value) return Truth::not_applicable;
    if (std::holds_alternative<Absent>(*value) && test.doubt != nullptr && test.doubt(event, context))
        return Truth::unknown;
    if (const auto* flags = std::get_if<Flags>(&*value))
        return holds_for_flags(test.condition, *flags, flags_in_doubt(event));
    return holds(test.condition, *value, *test.field);
}

Expression single(std::string_view field, Condition condition) {
    return Expression({Expression::test_of(*find_field(field), std::move(condition))});
}

Expression path_matches(std::string_view field, const Glob& glob) {
    return single(field, MatchesGlob{glob, !glob.has_slash()});
}

}  // namespace

Truth Expression::test(const Event& event, const EventContext& context) const {
    return test(static_cast<Index>(nodes_.size() - 1), event, context);
}

Truth Expression::test(Index node, const Event& event, const EventContext& context) const {
    if (const auto* field_test = std::get_if<FieldTest>(&nodes_[node])) return test_field(*field_test, event, context);
    return test(std::get<Combination>(nodes_[node]), event, context);
}

Truth Expression::test(const Combination& combination, const Event& event, const EventContext& context) const {
    if (combination.kind == Kind::negation) return opposite(test(combination.parts[0], event, context));
    const bool is_all = combination.kind == Kind::all_of;
    const auto decisive = is_all ? Truth::no : Truth::yes;
    auto truth = opposite(decisive);
    for (const auto part : combination.parts) {
        const auto next = test(part, event, context);
        truth = is_all ? both(truth, next) : either(truth, next);
        if (truth == decisive) break;
    }
    return truth;
}

FieldNeeds Expression::needs() const {
    std::vector<const Field*> fields;
    for (const auto& node : nodes_)
        if (const auto* test = std::get_if<FieldTest>(&node)) fields.push_back(test->field);
    return needs_of(fields);
}

std::array<bool, std::variant_size_v<Event>> Expression::kinds_named() const {
    std::array<bool, std::variant_size_v<Event>> named{};
    for (const auto& node : nodes_) {
        const auto* test = std::get_if<FieldTest>(&node);
        if (test == nullptr) continue;
        std::size_t kinds = 0;
        std::size_t last = 0;
        for (std::size_t event = 0; event < named.size(); event++) {
            if (!has_field(event, *test->field)) continue;
            kinds++;
            last = event;
        }
        if (kinds == 1) named[last] = true;
    }
    return named;
}

Expression combined(Kind kind, std::vector<Expression> parts) {
    std::vector<Expression::Node> nodes;
    Expression::Combination whole{kind, {}};
    for (auto& part : parts) {
        const auto offset = static_cast<Expression::Index>(nodes.size());
        for (auto& node : part.nodes_) {
            if (auto* combination = std::get_if<Expression::Combination>(&node))
                for (auto& index : combination->parts) index += offset;
            nodes.push_back(std::move(node));
        }
        whole.parts.push_back(static_cast<Expression::Index>(nodes.size() - 1));
    }
    nodes.emplace_back(std::move(whole));
    return Expression(std::move(nodes));
}

Expression all_of(std::vector<Expression> parts) { return combined(Kind::all_of, std::move(parts)); }

Expression any_of(std::vector<Expression> parts) { return combined(Kind::any_of, std::move(parts)); }

Expression matches_caller(std::span<const Glob> globs) {
    std::vector<Expression> tests;
    tests.reserve(globs.size());
    for (const auto& glob : globs) tests.push_back(single("comm", MatchesGlob{glob}));
    return any_of(std::move(tests));
}

Expression matches_exe(std::span<const Glob> globs) {
    const auto attempt = std::string(kEventNames[Event(std::in_place_type<AttemptEvent>).index()]);
    std::vector<Expression> tests;
    for (const auto& glob : globs) {
        tests.push_back(path_matches("exe", glob));
        tests.push_back(path_matches("script", glob));
        tests.push_back(all_of({single("type", IsOneOfTexts{{attempt}}), path_matches("filename", glob)}));
    }
    return any_of(std::move(tests));
}

}  // namespace exectap
