// SPDX-License-Identifier: MIT OR Apache-2.0
// What can be said of texts that may have been cut.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "filter/glob.h"
#include "filter/truth.h"

namespace exectap {

struct Text {
    std::string_view bytes;
    // Something may be missing there. What is left of a path whose beginning was cut is empty, or begins with a "/".
    bool is_begin_cut = false;
    bool is_end_cut = false;

    bool is_whole() const { return !is_begin_cut && !is_end_cut; }
};

Truth equals(const Text& text, std::string_view wanted);

// `wanted` is sorted.
Truth is_one_of(const Text& text, const std::vector<std::string>& wanted);

Truth matches(const Text& text, const Glob& glob);

// The same of what follows the last "/" of a path; of one that ends in "/" what stands before that.
Truth last_component_matches(const Text& path, const Glob& glob);

}  // namespace exectap
