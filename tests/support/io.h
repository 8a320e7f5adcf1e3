// SPDX-License-Identifier: MIT OR Apache-2.0
// Descriptors, pipes, files and directories of the tests. What fails here throws, and so fails the test.
#pragma once

#include <poll.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "../../include/exectap/unique_fd.h"

namespace exectap::test {

// How long anything is waited for. It only tells that something hangs; no result depends on it.
inline constexpr std::chrono::seconds kPatience{50};

class TimedOut : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// Throws with errno's text.
[[noreturn]] void throw_errno(std::string_view what);

// `result` of a system call that says -1 when it fails.
template <typename Number>
Number checked(Number result, std::string_view what) {
    if (result == Number{-1}) throw_errno(what);
    return result;
}

// Waits until one of the descriptors is readable or hung up; throws TimedOut at kPatience.
void wait_readable(std::vector<pollfd>& fds, std::string_view what);

struct Pipe {
    UniqueFd read_end;
    UniqueFd write_end;

    static Pipe create();
};

UniqueFd open_file(const std::string& path, int flags);

// Reads what comes until the end.
std::string read_all(const UniqueFd& file);

std::string read_file(const std::filesystem::path& path);
void write_file(const std::filesystem::path& path, std::string_view content, mode_t mode = 0644);

// Complete lines; a last one without newline counts too.
std::vector<std::string> lines_of(std::string_view text);

// Waits for a change of a file, which need not be there yet, until its content is as wanted.
void wait_for_content(const std::filesystem::path& path, const std::function<bool(const std::string&)>& is_wanted);

// Removed with all that is in it.
class TempDir {
public:
    TempDir();
    ~TempDir();
    TempDir(const TempDir&) = delete;
    TempDir& operator=(const TempDir&) = delete;

    std::string path(std::string_view name) const { return path_ / name; }
    std::string path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace exectap::test
