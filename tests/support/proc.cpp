// SPDX-License-Identifier: MIT OR Apache-2.0
// What /proc says of a process.
#include "support/proc.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/sysmacros.h>

#include <sstream>
#include <stdexcept>

#include "support/io.h"

namespace exectap::test {
namespace {

std::string proc_path(pid_t pid, std::string_view name) { return fmt::format("/proc/{}/{}", pid, name); }

}  // namespace

std::string status_of(pid_t pid, std::string_view name) {
    for (const auto& line : lines_of(read_file(proc_path(pid, "status")))) {
        if (!line.starts_with(fmt::format("{}:", name))) continue;
        const auto begin = line.find_first_not_of(" \t", name.size() + 1);
        return begin == std::string::npos ? std::string() : line.substr(begin);
    }
    throw std::runtime_error(fmt::format("no {} of process {}", name, pid));
}

std::uint64_t start_ticks_of(pid_t pid) {
    constexpr int kBetweenNameAndStart = 19;
    const auto stat = read_file(proc_path(pid, "stat"));
    std::istringstream words(stat.substr(stat.rfind(')') + 1));
    std::string ignored;
    for (int i = 0; i < kBetweenNameAndStart; i++) words >> ignored;
    std::uint64_t ticks = 0;
    words >> ticks;
    return ticks;
}

std::string comm_of(pid_t pid) {
    auto comm = read_file(proc_path(pid, "comm"));
    comm.pop_back();
    return comm;
}

pid_t parent_of(pid_t pid) { return std::stoi(status_of(pid, "PPid")); }

std::vector<std::string> ancestors_of(pid_t pid) {
    std::vector<std::string> names;
    for (auto each = parent_of(pid); each != 0; each = parent_of(each)) names.push_back(comm_of(each));
    return names;
}

FileId file_id(const std::string& path) {
    struct stat file {};
    checked(::stat(path.c_str(), &file), path);
    return {fmt::format("{}:{}", major(file.st_dev), minor(file.st_dev)), file.st_ino};
}

bool heeds_setuid(const std::string& folder) {
    struct statvfs system {};
    checked(::statvfs(folder.c_str(), &system), folder);
    return (system.f_flag & ST_NOSUID) == 0;
}

}  // namespace exectap::test
