// SPDX-License-Identifier: MIT OR Apache-2.0
// What the value of an option can be, for shells that complete it. It is what the table of options says to people, too.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

namespace exectap::cli {

enum class ValueKind {
    none,  // a flag
    text,  // whatever the user likes
    choice,
    list,  // words with commas between them
    process,
    terminal,
    container,
    unit,
    cgroup,
    user,
    file,
};

struct Values {
    ValueKind kind = ValueKind::none;
    std::vector<std::string> words;  // of a choice or a list
};

// By the name that the option's value has in the help: PID, TTY. A closed set is written there, one|two|three, or in
// the first line of its description; the words of a list with commas. Absent: it has a name that says nothing here.
std::optional<Values> values_of(const CLI::Option& option);

}  // namespace exectap::cli
