// SPDX-License-Identifier: MIT OR Apache-2.0
// A memory control group of version 1, whose limit the test sets. Removed, when the processes in it have ended.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace exectap::test {

// Where the hierarchy of version 1 that counts memory is mounted. Absent: nowhere.
std::optional<std::filesystem::path> memory_cgroup_mount();

class MemoryCgroup {
public:
    explicit MemoryCgroup(std::string_view name);
    ~MemoryCgroup();
    MemoryCgroup(const MemoryCgroup&) = delete;
    MemoryCgroup& operator=(const MemoryCgroup&) = delete;

    // The start of a command line: what follows runs in it.
    std::vector<std::string> wrapper() const;

    void limit_to(std::uint64_t bytes);
    // Nothing more can be had. Who has to have it waits for the limit to be lifted, and is not killed.
    void limit_to_what_is_used();
    void lift_limit();

private:
    std::filesystem::path directory_;
};

}  // namespace exectap::test
