// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/command.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>

#include "cli/user.h"

namespace exectap::cli {
namespace {

// What the child tells before it waits, and, if its exec fails, after.
struct Report {
    enum class Stage { ready, user, search, exec } stage;
    int code;  // errno
};

Error failure(std::string_view what, int code) {
    return {fmt::format("{}: {}", what, std::strerror(code)), ErrorKind::failure, code};
}

struct Role {
    User user;
    std::vector<gid_t> groups;
};

bool become(const Role& role) {
    const auto& user = role.user;
    if (::setgroups(role.groups.size(), role.groups.data()) != 0 || ::setresgid(user.gid, user.gid, user.gid) != 0 ||
        ::setresuid(user.uid, user.uid, user.uid) != 0)
        return false;
    ::setenv("HOME", user.home.c_str(), 1);
    ::setenv("USER", user.name.c_str(), 1);
    ::setenv("LOGNAME", user.name.c_str(), 1);
    return true;
}

// 0 when the file could be executed by whoever asks.
int why_not_executable(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return errno;
    if (!S_ISREG(file.st_mode)) return EACCES;
    return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

struct Found {
    std::string path;
    int code;  // errno when there is none
};

// As execvp(3) does it: what can't be executed is remembered, and the search goes on.
Found find_program(const std::string& name) {
    if (name.find('/') != std::string::npos) return {name, why_not_executable(name)};
    const char* path = std::getenv("PATH");
    std::string_view directories = path != nullptr ? path : "/bin:/usr/bin";
    int code = ENOENT;
    for (;;) {
        const auto end = directories.find(':');
        const auto directory = directories.substr(0, end);
        auto candidate = directory.empty() ? name : fmt::format("{}/{}", directory, name);
        const int candidate_code = why_not_executable(candidate);
        if (candidate_code == 0) return {std::move(candidate), 0};
        if (candidate_code == EACCES) code = EACCES;
        if (end == std::string_view::npos) return {name, code};
        directories.remove_prefix(end + 1);
    }
}

std::vector<char*> pointers_to(std::span<std::string> words) {
    std::vector<char*> pointers;
    for (auto& word : words) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

// Returns only when it failed, with errno. A file without a #! line is a shell script, as for execvp(3).
int execute(const std::string& path, std::vector<std::string> words) {
    ::execv(path.c_str(), pointers_to(words).data());
    if (errno != ENOEXEC) return errno;
    words.front() = path;
    words.insert(words.begin(), "/bin/sh");
    ::execv("/bin/sh", pointers_to(words).data());
    return errno;
}

[[noreturn]] void run_child(int channel, const std::vector<std::string>& words, const std::optional<Role>& role) {
    const auto tell = [channel](Report report) { ::send(channel, &report, sizeof report, MSG_NOSIGNAL); };
    const auto give_up = [&tell](Report report) {
        tell(report);
        ::_exit(127);
    };
    if (role && !become(*role)) give_up({Report::Stage::user, errno});
    const auto found = find_program(words.front());
    if (found.code != 0) give_up({Report::Stage::search, found.code});
    tell({Report::Stage::ready, 0});
    char go = 0;
    // exectap may be gone by now: then nobody wants this command.
    if (::recv(channel, &go, sizeof go, 0) != 1) ::_exit(127);
    give_up({Report::Stage::exec, execute(found.path, words)});
    ::_exit(127);
}

Error explain(const Report& report, const std::string& name) {
    if (report.stage == Report::Stage::user && report.code == EPERM)
        return {"can't become the user of --user: that takes CAP_SETUID and CAP_SETGID", ErrorKind::failure, EPERM};
    if (report.stage == Report::Stage::user) return failure("can't become the user of --user", report.code);
    if (report.code == ENOENT && report.stage == Report::Stage::search) {
        const bool is_path = name.find('/') != std::string::npos;
        return {fmt::format("no {} '{}'{}", is_path ? "file" : "command", name, is_path ? "" : " in PATH"),
                ErrorKind::command_not_found, ENOENT};
    }
    return {fmt::format("can't execute '{}': {}", name, std::strerror(report.code)), ErrorKind::command_not_executable,
            report.code};
}

}  // namespace

Result<Command> Command::start_stopped(const std::vector<std::string>& words, const std::optional<std::string>& user) {
    std::optional<Role> role;
    if (user) {
        auto found = find_user(*user);
        if (!found) return usage_error(fmt::format("--user: there is no user '{}'", *user));
        auto groups = groups_of(*found);
        role = Role{std::move(*found), std::move(groups)};
    }
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return failure("can't make a socket", errno);
    UniqueFd ours(ends[0]);
    UniqueFd theirs(ends[1]);
    const pid_t pid = ::fork();
    if (pid < 0) return failure("can't fork", errno);
    if (pid == 0) {
        ours.reset();
        run_child(theirs.get(), words, role);
    }
    theirs.reset();
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) return failure("can't open the process of COMMAND", errno);

    Report report{};
    const auto bytes = ::recv(ours.get(), &report, sizeof report, 0);
    if (bytes == sizeof report && report.stage == Report::Stage::ready)
        return Command(pid, std::move(pidfd), std::move(ours), words.front());
    ::waitpid(pid, nullptr, 0);
    if (bytes == sizeof report) return explain(report, words.front());
    return Error{fmt::format("'{}' was ended before it ran", words.front())};
}

Result<ProcessTarget> Command::target() const {
    UniqueFd copy(::fcntl(pidfd_.get(), F_DUPFD_CLOEXEC, 0));
    if (!copy) return failure("can't watch COMMAND", errno);
    return ProcessTarget{pid_, std::move(copy)};
}

void Command::release() const {
    const char go = 1;
    // If the child is gone, wait() tells.
    ::send(channel_.get(), &go, sizeof go, MSG_NOSIGNAL);
}

Result<void> Command::send(int signal) const {
    // One that has ended needs none.
    if (::syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0 || errno != EPERM) return {};
    return Error{fmt::format("can't pass SIG{} on to COMMAND, which is another user's: that takes CAP_KILL",
                             ::sigabbrev_np(signal)),
                 ErrorKind::failure, EPERM};
}

Result<int> Command::wait() {
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0) {
        if (errno != EINTR) return failure("can't wait for COMMAND", errno);
    }
    Report report{};
    // A successful exec has closed the child's end without a word.
    if (::recv(channel_.get(), &report, sizeof report, MSG_DONTWAIT) == sizeof report) return explain(report, name_);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace exectap::cli
