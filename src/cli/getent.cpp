// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/getent.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>
#include <vector>

#include "exectap/unique_fd.h"

namespace exectap::cli {
namespace {

// By their absolute paths: exectap runs as root, and PATH is the caller's.
constexpr std::array kPrograms{"/usr/bin/getent", "/bin/getent"};
// A user can be in 65,536 groups of ten digits.
constexpr std::size_t kMostBytes = 1 << 20;

class SpawnOptions {
public:
    explicit SpawnOptions(int out) {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, out, STDOUT_FILENO);
        ::posix_spawn_file_actions_addopen(&actions_, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        ::posix_spawnattr_init(&attributes_);
        // Ctrl-C ends it, whatever exectap has blocked.
        sigset_t none;
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGMASK);
    }
    SpawnOptions(const SpawnOptions&) = delete;
    SpawnOptions& operator=(const SpawnOptions&) = delete;
    ~SpawnOptions() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    const posix_spawn_file_actions_t* actions() const { return &actions_; }
    const posix_spawnattr_t* attributes() const { return &attributes_; }

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

std::optional<pid_t> start(const std::string& database, const std::string& key, int out) {
    const SpawnOptions options(out);
    std::array<std::string, 3> words{"getent", database, key};
    const std::array<char*, 4> argv{words[0].data(), words[1].data(), words[2].data(), nullptr};
    const std::array<char*, 1> environment{nullptr};
    for (const char* program : kPrograms) {
        pid_t pid = 0;
        if (::posix_spawn(&pid, program, options.actions(), options.attributes(), argv.data(), environment.data()) == 0)
            return pid;
    }
    return std::nullopt;
}

std::string first_line(int from) {
    std::string text;
    std::array<char, 4096> bytes;
    while (text.size() < kMostBytes) {
        const auto count = ::read(from, bytes.data(), bytes.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(bytes.data(), static_cast<std::size_t>(count));
    }
    return text.substr(0, text.find('\n'));
}

}  // namespace

std::optional<std::string> getent(const std::string& database, const std::string& key) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return std::nullopt;
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    const auto pid = start(database, key, theirs.get());
    theirs.reset();
    if (!pid) return std::nullopt;
    auto line = first_line(ours.get());
    // Should it have more to say, it must not wait for a reader.
    ours.reset();
    while (::waitpid(*pid, nullptr, 0) < 0 && errno == EINTR) continue;
    if (line.empty()) return std::nullopt;
    return line;
}

}  // namespace exectap::cli
