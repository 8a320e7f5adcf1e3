// SPDX-License-Identifier: MIT OR Apache-2.0
// Patterns as a shell has them for names: * ? [a-z] [!a-z], and a backslash before a character that is meant itself.
// They match from the start to the end; * matches any text, "/" too. ? and brackets match one character of UTF-8; a
// byte that is no part of one counts as one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "exectap/result.h"
#include "filter/glob_text.h"
#include "filter/truth.h"

namespace exectap {

class Glob {
public:
    // Takes time in proportion to the text, times the pattern at worst.
    bool matches(std::string_view text) const;

    // Of a text of which only one part is here; what is missing may be nothing. `end` begins where a character does.
    Truth matches_beginning(std::string_view beginning) const;
    Truth matches_end(std::string_view end) const;
    Truth matches_middle(std::string_view middle) const;

    bool matches_everything() const { return elements_.size() == 1 && begins_open(); }
    bool has_slash() const { return has_slash_; }

private:
    friend class GlobParser;

    struct Element {
        enum class Kind : std::uint8_t { character, any_character, any_text, one_of, none_of };

        Kind kind;
        char32_t character = 0;       // or
        std::uint32_t begin_set = 0;  // the ranges of a set: [begin_set, end_set)
        std::uint32_t end_set = 0;
    };
    struct Range {
        char32_t first;
        char32_t last;
    };

    bool begins_open() const { return elements_.front().kind == Element::Kind::any_text; }
    bool ends_open() const { return elements_.back().kind == Element::Kind::any_text; }
    bool takes(const Element& element, char32_t character) const;

    std::vector<Element> elements_;  // at least one; never any_text twice in a row
    std::vector<Range> ranges_;
    bool has_slash_ = false;
};

// Usage errors: one line that does not name the glob. What looks like a regular expression is an error, too.
Result<Glob> parse_glob(std::string_view text, const GlobUse& use);

}  // namespace exectap
