// SPDX-License-Identifier: MIT OR Apache-2.0
// What a tracer's output tells of a storm, whatever its format.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace exectap::bench {

// An exec is told where a line has its number, "run-00000001", or else its pid; with its arguments, where the number of
// the last argument is there too.
class ToldExecs {
public:
    // `pids` by number, beginning with `first`.
    ToldExecs(std::uint64_t first, const std::vector<pid_t>& pids);

    void take(std::string_view line);
    void take_file(const std::string& path);

    std::uint64_t told() const;
    std::uint64_t with_arguments() const;

    // The lowest number that is told.
    std::optional<std::uint64_t> earliest() const;

private:
    enum class Exec { kUntold, kByPid, kByNumber, kWithArguments };

    void note(std::uint64_t index, Exec how);
    std::optional<std::uint64_t> index_by_number(std::string_view line, std::string_view mark) const;
    std::optional<std::uint64_t> index_by_pid(std::string_view line) const;

    std::uint64_t first_;
    std::vector<Exec> execs_;
    std::unordered_map<std::uint64_t, std::uint64_t> index_by_pid_;
};

}  // namespace exectap::bench
