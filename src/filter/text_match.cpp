// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/text_match.h"

#include <algorithm>
#include <functional>

namespace exectap {

Truth equals(const Text& text, std::string_view wanted) {
    if (text.is_whole()) return truth_of(text.bytes == wanted);
    const bool may_equal = text.is_begin_cut && text.is_end_cut ? wanted.find(text.bytes) != std::string_view::npos
                           : text.is_begin_cut                  ? wanted.ends_with(text.bytes)
                                                                : wanted.starts_with(text.bytes);
    return may_equal ? Truth::unknown : Truth::no;
}

Truth is_one_of(const Text& text, const std::vector<std::string>& wanted) {
    if (text.is_whole()) return truth_of(std::binary_search(wanted.begin(), wanted.end(), text.bytes, std::less<>()));
    auto truth = Truth::no;
    for (const auto& one : wanted) truth = either(truth, equals(text, one));
    return truth;
}

Truth matches(const Text& text, const Glob& glob) {
    if (text.is_whole()) return truth_of(glob.matches(text.bytes));
    if (!text.is_begin_cut) return glob.matches_beginning(text.bytes);
    return text.is_end_cut ? glob.matches_middle(text.bytes) : glob.matches_end(text.bytes);
}

Truth last_component_matches(const Text& path, const Glob& glob) {
    if (glob.matches_everything()) return Truth::yes;
    // Where the end is missing, so may be the last "/".
    if (path.is_end_cut) return Truth::unknown;
    auto component = path.bytes;
    while (component.ends_with('/')) component.remove_suffix(1);
    if (component.empty() && path.is_begin_cut) return Truth::unknown;
    component.remove_prefix(component.rfind('/') + 1);  // 0 when there is none
    return truth_of(glob.matches(component));
}

}  // namespace exectap
