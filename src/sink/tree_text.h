// SPDX-License-Identifier: MIT OR Apache-2.0
// The words of a tree: times, commands, ends.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "exectap/clock.h"
#include "exectap/event.h"

namespace exectap {

// When something happened, in five columns ("0.004", "12.30", "130.2"); of --time wall in twelve, the time of day in
// UTC.
std::string tree_time(std::chrono::nanoseconds since_boot, const Clock& clock);
std::size_t tree_time_columns(const Clock& clock);

// "2.3 ms", "307 ms", "1.20 s", "2m 03s", "1h 02m". Nothing is ever rounded up.
std::string short_duration(std::chrono::nanoseconds duration);

// What a line says that a program was run with: as one would type it. Words that are not plain are quoted, and nothing
// in them can be taken for the tree's own signs.
struct CommandText {
    std::string command;  // "git commit -m 'a fix'"
    std::string name;     // "git": how other lines refer to it
    std::string file;     // what it says besides: the interpreter of a script, a file of another name. Empty: nothing
};
CommandText command_text(const ExecEvent& exec);
CommandText command_text(const AttemptEvent& attempt);

// In so many columns. The directories of the program go first: "…/cc1 -quiet a.c".
std::string shortened_command(std::string_view command, std::size_t columns);

// A name as lines refer to it: the last component of a path, not too long.
std::string tree_name(std::string_view path);
// The same of what the kernel calls a task: no path, though there may be slashes in it ("kworker/0:1").
std::string tree_name_of_comm(std::string_view comm);

// "exited 1 after 307 ms", "killed by SIGKILL (core dumped) after 2.30 s, 1.10 s cpu, 345 MiB"
std::string end_text(const ExitEvent& exit);

}  // namespace exectap
