// SPDX-License-Identifier: MIT OR Apache-2.0
// Fields of /proc/PID/stat. For start-up and error messages, never for events.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace exectap {

// Numbered as in proc(5).
enum class StatField { ppid = 4, session = 6, tty_nr = 7, flags = 9 };

// Nothing when the process has gone, or the field is no number. `process` is "/proc/PID".
std::optional<std::uint64_t> stat_field(const std::filesystem::path& process, StatField field);

// Whether /proc numbers processes as system calls do: it may be the mount of another pid namespace.
bool is_own_proc();

}  // namespace exectap
