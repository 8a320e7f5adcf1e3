// SPDX-License-Identifier: MIT OR Apache-2.0
// Globs as they are written: what they are to somebody who has regular expressions in mind.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectap {

// Where a glob stands, so that a message can say what to write there.
struct GlobUse {
    enum class Kind { option, text_field, path_field };

    std::string_view name;  // "--comm", or that of the field
    Kind kind = Kind::option;
    bool is_negated = false;  // of a field: !~
};

// Past the "]" of the bracket that begins at `at`. Nothing: there is none.
std::optional<std::size_t> end_of_bracket(std::string_view glob, std::size_t at);

// The globs, any of which may match, that say what is written there as a regular expression. Empty: it is none, or it
// can't be said.
std::vector<std::string> globs_for_regex(std::string_view glob);

// What to write instead. Nothing: it does not look like a regular expression.
std::optional<std::string> regex_advice(std::string_view glob, const GlobUse& use);

}  // namespace exectap
