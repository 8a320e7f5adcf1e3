// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/proc_stat.h"

#include <unistd.h>

#include <charconv>
#include <fstream>
#include <string>

namespace exectap {

std::optional<std::uint64_t> stat_field(const std::filesystem::path& process, StatField field) {
    std::ifstream file(process / "stat");
    // getline, because it never throws: reading fails (ESRCH) while a thread of the process execs.
    std::string stat;
    std::getline(file, stat, '\0');
    // The second field, the name, may hold anything, also spaces and parentheses: count from the last one.
    auto at = stat.rfind(')');
    constexpr int kFieldOfName = 2;
    for (int number = kFieldOfName; number < static_cast<int>(field) && at != std::string::npos; number++)
        at = stat.find(' ', at + 1);
    if (at == std::string::npos) return std::nullopt;
    std::uint64_t value = 0;
    const auto parsed = std::from_chars(stat.data() + at + 1, stat.data() + stat.size(), value);
    if (parsed.ec != std::errc()) return std::nullopt;
    return value;
}

bool is_own_proc() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self", ignored) == std::to_string(::getpid());
}

}  // namespace exectap
