// SPDX-License-Identifier: MIT OR Apache-2.0
// What the storm of bench/compare runs: who starts it and who counts what a tracer told of it have one plan.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace compare {

// What is special about the arguments of an exec.
enum class Kind { kPlain, kUntouched, kLong, kMany, kRewritten };
inline constexpr std::array<std::string_view, 5> kKindNames = {"plain", "untouched", "long", "many", "rewritten"};

// Six of ten are plain, then one of each.
inline Kind kind_of(std::size_t exec) {
    constexpr std::size_t kPlainOfTen = 6;
    const auto place = exec % 10;
    return place < kPlainOfTen ? Kind::kPlain : static_cast<Kind>(place - kPlainOfTen + 1);
}

// One of ten first tries a program that is not there.
inline bool fails_first(std::size_t exec) { return exec % 10 == 0; }

inline constexpr std::size_t kNumberDigits = 6;
inline constexpr std::string_view kWorkedMark = "run-";
inline constexpr std::string_view kFailedMark = "try-";

// Also the first argument: execsnoop shows the path in its place.
inline constexpr const char* kProgram = "/bin/true";

// So that every text with a number is found and compared as it is.
inline std::string numbered(std::string_view word, std::size_t exec) {
    const auto digits = std::to_string(exec);
    return std::string(word) + std::string(kNumberDigits - digits.size(), '0') + digits;
}

// What the argument of a rewritten exec is when the call begins.
inline std::string text_at_entry(std::size_t exec) { return numbered("then-", exec); }

// Index of the argument that lies in a page never touched, or is rewritten.
inline constexpr std::size_t kSpecialArgument = 2;

// The arguments of an exec that works, as the program gets them. No tool has to quote or escape anything in them.
inline std::vector<std::string> arguments_of(std::size_t exec) {
    constexpr std::size_t kLongBytes = 300;
    constexpr std::size_t kManyArguments = 36;
    std::vector<std::string> all = {kProgram, numbered(kWorkedMark, exec)};
    switch (kind_of(exec)) {
        case Kind::kPlain: all.insert(all.end(), {"-o", numbered("out-", exec)}); break;
        case Kind::kUntouched: all.push_back(numbered("page-", exec)); break;
        case Kind::kLong: all.push_back(numbered("long-", exec) + std::string(kLongBytes, 'x')); break;
        case Kind::kMany:
            for (std::size_t i = 0; i < kManyArguments; i++) all.push_back("-D" + std::to_string(i));
            break;
        // As long as text_at_entry: it takes its place.
        case Kind::kRewritten: all.push_back(numbered("now--", exec)); break;
    }
    all.push_back(numbered("end-", exec));
    return all;
}

}  // namespace compare
