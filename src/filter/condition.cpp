// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/condition.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "filter/text_match.h"
#include "process/table.h"

namespace exectap {
namespace {

struct HoldsForNumber {
    Number number;

    Truth operator()(const IsPresent& /*condition*/) const { return Truth::yes; }
    Truth operator()(const IsOneOfNumbers& wanted) const {
        return truth_of(std::binary_search(wanted.numbers.begin(), wanted.numbers.end(), number));
    }
    Truth operator()(const ComparesWith& wanted) const {
        switch (wanted.order) {
            case ComparesWith::Order::less: return truth_of(number < wanted.number);
            case ComparesWith::Order::at_most: return truth_of(number <= wanted.number);
            case ComparesWith::Order::greater: return truth_of(number > wanted.number);
            case ComparesWith::Order::at_least: return truth_of(number >= wanted.number);
        }
        return Truth::no;
    }
    Truth operator()(const auto& /*condition of texts*/) const { return Truth::no; }
};

struct HoldsForText {
    const Text& text;

    Truth operator()(const IsPresent& /*condition*/) const { return Truth::yes; }
    Truth operator()(const IsOneOfTexts& wanted) const { return is_one_of(text, wanted.texts); }
    Truth operator()(const MatchesGlob& wanted) const {
        return wanted.is_for_last_component ? last_component_matches(text, wanted.glob) : matches(text, wanted.glob);
    }
    Truth operator()(const auto& /*condition of numbers*/) const { return Truth::no; }
};

Truth holds_for(const Condition& condition, const Text& text) { return std::visit(HoldsForText{text}, condition); }
Truth holds_for(const Condition& condition, Number number) { return std::visit(HoldsForNumber{number}, condition); }

// The path of a field whose beginning the kernel side may have left out.
Text resolved(std::string_view path, bool is_end_cut) {
    constexpr std::string_view kCut = ".../";
    if (!path.starts_with(kCut)) return {path, false, is_end_cut};
    path.remove_prefix(kCut.size() - 1);
    return {path == "/" ? std::string_view() : path, true, is_end_cut};
}

struct HoldsFor {
    const Condition& condition;
    const Field& field;

    Truth operator()(Absent /*value*/) const { return Truth::no; }
    Truth operator()(Unreadable /*value*/) const { return Truth::unknown; }
    Truth operator()(std::uint64_t number) const { return holds_for(condition, Number::of(number)); }
    Truth operator()(std::int64_t number) const { return holds_for(condition, Number::of(number)); }
    Truth operator()(bool is_true) const { return truth_of(is_true); }
    Truth operator()(const Word& word) const { return holds_for(condition, Text{word.text()}); }
    Truth operator()(Flags flags) const { return holds_for_flags(condition, flags, {}); }

    Truth operator()(Errno error) const { return holds_for(condition, Text{errno_word(error.number).text()}); }

    Truth operator()(const Bytes& text) const {
        if (field.form == Form::resolved_path) return holds_for(condition, resolved(text.bytes, text.is_cut));
        return holds_for(condition, Text{text.bytes, false, text.is_cut});
    }

    Truth operator()(const JoinedPath& path) const {
        // More than a directory and a name can have; what exceeds it nevertheless is cut.
        std::array<char, 12288> whole;  // NOLINT(cppcoreguidelines-pro-type-member-init): only what is copied is read
        std::size_t size = 0;
        bool is_cut = path.name.is_cut;
        for (const auto part : {path.directory, std::string_view("/"), path.name.bytes}) {
            const auto copied = part.copy(whole.data() + size, whole.size() - size);
            is_cut |= copied < part.size();
            size += copied;
        }
        return holds_for(condition, resolved({whole.data(), size}, is_cut));
    }

    Truth operator()(const Arguments& arguments) const {
        auto truth = Truth::no;
        std::size_t count = 0;
        const bool is_present = std::holds_alternative<IsPresent>(condition);
        arguments.for_each([&](std::string_view argument, bool is_cut) {
            count++;
            if (!is_present && truth != Truth::yes)
                truth = either(truth, holds_for(condition, Text{argument, false, is_cut}));
        });
        if (is_present && count > 0) return Truth::yes;
        const bool are_all = !arguments.is_cut || arguments.true_count == count;
        return are_all ? truth : either(truth, Truth::unknown);
    }

    Truth operator()(const Ancestry& ancestry) const {
        auto truth = Truth::no;
        const bool is_whole =
            ancestry.table->for_each_ancestor(ancestry.program, Ancestry::kMost, [&](std::string_view name) {
                if (truth != Truth::yes) truth = either(truth, holds_for(condition, Text{name}));
            });
        return is_whole ? truth : either(truth, Truth::unknown);
    }
};

}  // namespace

Truth holds(const Condition& condition, const Value& value, const Field& field) {
    return std::visit(HoldsFor{condition, field}, value);
}

Truth holds_for_flags(const Condition& condition, Flags flags, Flags in_doubt) {
    auto truth = Truth::no;
    // IsPresent holds for each name.
    flags.for_each([&](std::string_view flag) { truth = either(truth, holds_for(condition, Text{flag})); });
    in_doubt.for_each([&](std::string_view flag) {
        if (holds_for(condition, Text{flag}) == Truth::yes) truth = either(truth, Truth::unknown);
    });
    return truth;
}

}  // namespace exectap
