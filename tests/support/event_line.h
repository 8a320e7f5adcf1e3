// SPDX-License-Identifier: MIT OR Apache-2.0
// Reads the line format back, strictly: what exectap may not write does not parse.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::test {

// An exec, or an attempt when it has an error. Strings are as the process gave them: unquoted. Absent: "unreadable".
struct EventLine {
    std::string line;
    std::string time;  // what stands in the brackets
    pid_t pid = 0;
    pid_t tid = 0;
    pid_t ppid = 0;
    uid_t uid = 0;
    gid_t gid = 0;
    std::optional<int> syscall_id;
    std::optional<std::string> comm;
    std::optional<std::string> filename;
    std::optional<std::string> argv0;
    std::optional<std::vector<std::string>> argv;
    bool argv_is_cut = false;  // its last element is not whole, or is followed by more
    std::optional<std::uint64_t> argv_bytes;
    std::optional<std::uint64_t> argc;
    std::string error;  // "ENOENT"; empty for an exec that worked
    bool is_fatal = false;

    bool is_attempt() const { return !error.empty(); }
};

std::ostream& operator<<(std::ostream& out, const EventLine& event);

// Throws std::invalid_argument, with the line and the place, for what is no event. `lost=` lines are none either:
// no test here may lose anything.
EventLine parse_event(std::string_view line);

// Of a line whose fields were chosen and are all text: their bytes by their names. As strict.
std::map<std::string, std::string> parse_texts(std::string_view line);

std::vector<EventLine> parse_events(const std::vector<std::string>& lines);

std::vector<EventLine> execs_of(const std::vector<EventLine>& events);
std::vector<EventLine> execs_of(const std::vector<EventLine>& events, pid_t pid);
std::vector<EventLine> attempts_of(const std::vector<EventLine>& events);

// Those that have this argument, whatever its place.
std::vector<EventLine> with_argument(const std::vector<EventLine>& events, std::string_view argument);

// argv of each; empty where it was unreadable.
std::vector<std::vector<std::string>> argvs_of(const std::vector<EventLine>& events);

}  // namespace exectap::test
