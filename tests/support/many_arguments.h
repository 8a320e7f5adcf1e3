// SPDX-License-Identifier: MIT OR Apache-2.0
// The program `args`, which runs another one with many or long arguments, and what both formats say of that.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "support/both_formats.h"

namespace exectap::test {

constexpr std::size_t kLongestArgument = (128 << 10) - 1;  // MAX_ARG_STRLEN of the kernel, less the NUL
constexpr std::size_t kMostByDefault = 64 << 10;

struct Amount {
    std::size_t count;
    std::size_t bytes;  // of each
};

// As the program makes them.
std::vector<std::string> arguments_of(Amount amount);

struct ToldCall {
    EventLine line;
    JsonEvent json;
};

// The one call of a program that runs `path` with so many arguments: an exec of "/bin/true", else an attempt, unless
// `type` says otherwise.
ToldCall call_with(const std::string& path, Amount amount, const std::vector<std::string>& options,
                   const std::string& type = "");

void expect_whole(const ToldCall& call, Amount amount);

// The first `most_bytes` of them to the byte, the mark, and what they were in truth.
void expect_cut(const ToldCall& call, Amount amount, std::size_t most_bytes);

// As much of them, and the mark; of their number and size nothing is claimed.
void expect_cut_without_number(const ToldCall& call, Amount amount);

}  // namespace exectap::test
