// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/glob.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "sink/escape.h"
#include "sink/utf8.h"

namespace exectap {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t length = 1;
};

// What is no character has codes beyond all of them.
Character first_of(std::string_view text) {
    constexpr char32_t kInvalid = 0x110000;
    const auto byte = static_cast<std::uint8_t>(text[0]);
    if (byte < 0x80) return {byte, 1};
    const auto read = read_utf8(text);
    if (!read.is_valid) return {kInvalid + byte, 1};
    return {read.code_point, read.length};
}

std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (; !text.empty(); count++) text.remove_prefix(first_of(text).length);
    return count;
}

// Without a character at the end of which bytes may be missing.
std::string_view without_broken_end(std::string_view text) {
    constexpr std::size_t kLongest = 3;  // of what is not a whole character
    for (std::size_t length = 1; length <= std::min(text.size(), kLongest); length++) {
        const auto end = text.substr(text.size() - length);
        const auto lead = static_cast<std::uint8_t>(end[0]);
        if (lead < 0xC2 || lead > 0xF4) continue;
        const auto read = read_utf8(end);
        return !read.is_valid && read.length == length ? text.substr(0, text.size() - length) : text;
    }
    return text;
}

}  // namespace

bool Glob::takes(const Element& element, char32_t character) const {
    const auto is_in_set = [&] {
        return std::any_of(ranges_.begin() + element.begin_set, ranges_.begin() + element.end_set,
                           [&](const Range& range) { return range.first <= character && character <= range.last; });
    };
    switch (element.kind) {
        case Element::Kind::character: return element.character == character;
        case Element::Kind::any_character: return true;
        case Element::Kind::any_text: return false;
        case Element::Kind::one_of: return is_in_set();
        case Element::Kind::none_of: return !is_in_set();
    }
    return false;
}

bool Glob::matches(std::string_view text) const {
    std::size_t element = 0;
    // Only the last any_text is ever tried again: what came before it matched as early as it could.
    std::optional<std::size_t> after_any_text;
    std::string_view retry;
    while (!text.empty()) {
        if (element < elements_.size() && elements_[element].kind == Element::Kind::any_text) {
            after_any_text = ++element;
            retry = text;
            continue;
        }
        const auto character = first_of(text);
        if (element < elements_.size() && takes(elements_[element], character.code)) {
            element++;
            text.remove_prefix(character.length);
            continue;
        }
        if (!after_any_text) return false;
        if (*after_any_text == elements_.size()) return true;
        element = *after_any_text;
        retry.remove_prefix(first_of(retry).length);
        text = retry;
    }
    return element == elements_.size() || (element + 1 == elements_.size() && ends_open());
}

Truth Glob::matches_beginning(std::string_view beginning) const {
    beginning = without_broken_end(beginning);
    if (ends_open() && matches(beginning)) return Truth::yes;
    for (const auto& element : elements_) {
        if (beginning.empty() || element.kind == Element::Kind::any_text) return Truth::unknown;
        const auto character = first_of(beginning);
        if (!takes(element, character.code)) return Truth::no;
        beginning.remove_prefix(character.length);
    }
    return beginning.empty() ? Truth::unknown : Truth::no;
}

Truth Glob::matches_end(std::string_view end) const {
    if (begins_open() && matches(end)) return Truth::yes;
    const auto last_any_text = std::find_if(elements_.rbegin(), elements_.rend(), [](const Element& element) {
        return element.kind == Element::Kind::any_text;
    });
    const auto elements_after = static_cast<std::size_t>(last_any_text - elements_.rbegin());
    const auto characters = count_characters(end);
    if (last_any_text == elements_.rend() && characters > elements_after) return Truth::no;
    const auto compared = std::min(elements_after, characters);
    for (auto skipped = characters - compared; skipped > 0; skipped--) end.remove_prefix(first_of(end).length);
    for (auto element = elements_.end() - static_cast<std::ptrdiff_t>(compared); element != elements_.end();
         ++element) {
        const auto character = first_of(end);
        if (!takes(*element, character.code)) return Truth::no;
        end.remove_prefix(character.length);
    }
    return Truth::unknown;
}

Truth Glob::matches_middle(std::string_view middle) const {
    return begins_open() && ends_open() && matches(without_broken_end(middle)) ? Truth::yes : Truth::unknown;
}

// Takes a glob off its text, element by element.
class GlobParser {
public:
    explicit GlobParser(std::string_view text) : text_(text) {}

    Result<Glob> parse() {
        glob_.has_slash_ = text_.find('/') != std::string_view::npos;
        while (at_ < text_.size()) {
            if (const auto error = take_element()) return *error;
        }
        return std::move(glob_);
    }

private:
    using Kind = Glob::Element::Kind;

    std::optional<Error> take_element() {
        switch (text_[at_]) {
            case '*':
                at_++;
                if (glob_.elements_.empty() || !glob_.ends_open()) glob_.elements_.push_back({Kind::any_text});
                return std::nullopt;
            case '?':
                at_++;
                glob_.elements_.push_back({Kind::any_character});
                return std::nullopt;
            case '[': return take_bracket();
            default: break;
        }
        const auto character = take_character();
        if (!character) return usage_error("a glob can't end in a backslash, which is for the character after it");
        glob_.elements_.push_back({Kind::character, *character});
        return std::nullopt;
    }

    std::optional<Error> take_bracket() {
        const auto end = end_of_bracket(text_, at_);
        if (!end) return usage_error("a bracket has no end; for the character itself write [[]");
        at_++;
        Glob::Element set{Kind::one_of};
        if (text_[at_] == '!') {
            set.kind = Kind::none_of;
            at_++;
        }
        set.begin_set = static_cast<std::uint32_t>(glob_.ranges_.size());
        while (at_ < *end - 1) {
            if (auto error = take_range(*end - 1)) return error;
        }
        set.end_set = static_cast<std::uint32_t>(glob_.ranges_.size());
        at_ = *end;
        glob_.elements_.push_back(set);
        return std::nullopt;
    }

    // `end` is where the bracket's "]" is.
    std::optional<Error> take_range(std::size_t end) {
        if (text_.substr(at_).starts_with("[:"))
            return usage_error("a bracket has no names for characters; write [a-zA-Z] or [0-9]");
        const auto begin = at_;
        Glob::Range range{};
        range.first = range.last = take_character().value_or(0);
        if (at_ + 1 < end && text_[at_] == '-') {
            at_++;
            range.last = take_character().value_or(0);
        }
        if (range.first > range.last) {
            std::string shown;
            append_escaped(shown, text_.substr(begin, at_ - begin));
            return usage_error(fmt::format("no character is in the range {}", shown));
        }
        glob_.ranges_.push_back(range);
        return std::nullopt;
    }

    // One that is meant itself, perhaps because of a backslash. Nothing: there is only that backslash.
    std::optional<char32_t> take_character() {
        if (text_[at_] == '\\') at_++;
        if (at_ == text_.size()) return std::nullopt;
        const auto character = first_of(text_.substr(at_));
        at_ += character.length;
        return character.code;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Glob glob_;
};

Result<Glob> parse_glob(std::string_view text, const GlobUse& use) {
    if (text.empty()) return usage_error("a glob can't be empty; * matches everything");
    if (auto advice = regex_advice(text, use)) return usage_error(std::move(*advice));
    return GlobParser(text).parse();
}

}  // namespace exectap
