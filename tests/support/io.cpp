// SPDX-License-Identifier: MIT OR Apache-2.0
// Descriptors, pipes, files and directories of the tests.
#include "support/io.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>

namespace exectap::test {

void throw_errno(std::string_view what) { throw std::system_error(errno, std::generic_category(), std::string(what)); }

void wait_readable(std::vector<pollfd>& fds, std::string_view what) {
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (;;) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left.count() <= 0) throw TimedOut(fmt::format("waited in vain for {}", what));
        const int ready = ::poll(fds.data(), fds.size(), static_cast<int>(left.count()));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) throw_errno("poll");
    }
}

Pipe Pipe::create() {
    std::array<int, 2> ends{};
    checked(::pipe2(ends.data(), O_CLOEXEC), "pipe");
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

UniqueFd open_file(const std::string& path, int flags) {
    return UniqueFd(checked(::open(path.c_str(), flags | O_CLOEXEC | O_NOCTTY, 0644), path));
}

std::string read_all(const UniqueFd& file) {
    std::string content;
    std::array<char, 1 << 16> block{};
    for (;;) {
        const auto count = ::read(file.get(), block.data(), block.size());
        if (count < 0 && errno == EINTR) continue;
        if (checked(count, "read") == 0) return content;
        content.append(block.data(), static_cast<std::size_t>(count));
    }
}

std::string read_file(const std::filesystem::path& path) { return read_all(open_file(path, O_RDONLY)); }

void write_file(const std::filesystem::path& path, std::string_view content, mode_t mode) {
    const auto file = open_file(path, O_WRONLY | O_CREAT | O_TRUNC);
    while (!content.empty()) {
        const auto count = checked(::write(file.get(), content.data(), content.size()), path.string());
        content.remove_prefix(static_cast<std::size_t>(count));
    }
    checked(::fchmod(file.get(), mode), path.string());
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = text.find('\n');
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

void wait_for_content(const std::filesystem::path& path, const std::function<bool(const std::string&)>& is_wanted) {
    const UniqueFd changes(checked(::inotify_init1(IN_CLOEXEC), "inotify"));
    const auto folder = path.parent_path();
    checked(::inotify_add_watch(changes.get(), folder.c_str(), IN_CREATE | IN_MODIFY | IN_MOVED_TO), folder.string());
    while (!std::filesystem::exists(path) || !is_wanted(read_file(path))) {
        std::vector<pollfd> fds{{changes.get(), POLLIN, 0}};
        wait_readable(fds, path.string());
        std::array<char, 4096> notices{};
        checked(::read(changes.get(), notices.data(), notices.size()), "inotify");
    }
}

TempDir::TempDir() {
    std::string name = std::filesystem::temp_directory_path() / "exectap-test-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) throw_errno(name);
    path_ = name;
    // Programs that run as another user are put here too.
    checked(::chmod(name.c_str(), 0755), name);
}

TempDir::~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace exectap::test
