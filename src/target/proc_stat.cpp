// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/proc_stat.h"

#include <charconv>
#include <fstream>
#include <iterator>
#include <string>

namespace exectap {

std::optional<std::uint64_t> stat_field(const std::filesystem::path& process, StatField field) {
    std::ifstream file(process / "stat");
    const std::string stat(std::istreambuf_iterator<char>(file), {});
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

}  // namespace exectap
