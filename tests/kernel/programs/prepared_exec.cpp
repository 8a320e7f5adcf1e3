// SPDX-License-Identifier: MIT OR Apache-2.0
// prepared_exec STEP... exec PATH ARGV... | exec-null PATH | exec-fd ARGV... | exec-in NAME ARGV...: at a word from the
// test takes these steps, see the table below, then runs PATH, or the open file, or NAME in the open directory, with
// exactly this argv, or with a null pointer for it.
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

#include <algorithm>

#include "program.h"

namespace {

using Operands = std::vector<std::string>;

// What "open" and "memfd" open: known to the test, which sees /dev/fd/100.
constexpr int kDescriptor = 100;

bool works(int result) { return result >= 0; }

bool keep_open(int file) { return works(file) && works(::dup2(file, kDescriptor)) && works(::close(file)); }

bool write_to(const std::string& path, const std::string& text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const bool is_written = works(file) && ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
    return is_written && works(::close(file));
}

bool fill(int file, const std::string& source) {
    const int from = ::open(source.c_str(), O_RDONLY | O_CLOEXEC);
    ssize_t sent = from < 0 || file < 0 ? -1 : 1;
    while (sent > 0) sent = ::sendfile(file, from, nullptr, 1 << 20);
    ::close(from);
    return sent == 0;
}

bool copy(const std::string& from, const std::string& to) {
    const int file = ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    // What may be run nobody may be writing.
    return fill(file, from) && works(::close(file));
}

// The rest is done by a child, once this one has said so.
bool fork_child() {
    std::array<int, 2> said{};
    if (!works(::pipe2(said.data(), O_CLOEXEC))) return false;
    const pid_t child = ::fork();
    if (child <= 0) {
        char end = 0;
        return works(child) && works(::close(said[1])) && ::read(said[0], &end, 1) == 0 && works(::close(said[0]));
    }
    program::say_number("child", child);
    ::close(said[1]);
    std::_Exit(WEXITSTATUS(program::wait_for(child)));
}

bool take_terminal(const std::string& path) {
    const int terminal = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    return works(terminal) && works(::ioctl(terminal, TIOCSCTTY, 0));
}

bool become_user(const std::string& user, const std::string& group) {
    const auto uid = static_cast<uid_t>(std::stoul(user));
    const auto gid = static_cast<gid_t>(std::stoul(group));
    return works(::setgroups(0, nullptr)) && works(::setresgid(gid, gid, gid)) && works(::setresuid(uid, uid, uid));
}

bool set_umask(const std::string& octal) {
    ::umask(static_cast<mode_t>(std::stoul(octal, nullptr, 8)));
    return true;
}

// Nothing that is mounted from here on is seen by others.
bool leave_mounts() {
    return works(::unshare(CLONE_NEWNS)) && works(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr));
}

// For execs that fail: it goes on if they do.
bool fails_in(const char* name, const std::string& argv0, int flags) {
    ::execveat(kDescriptor, name, program::pointers_to({argv0}).data(), environ, flags);
    return true;
}

struct Step {
    std::string_view name;
    std::size_t operands;
    bool (*take)(const Operands& of);
};

constexpr std::array kSteps{
    Step{"fork", 0, [](const Operands& /*of*/) { return fork_child(); }},
    Step{"pid-namespace", 0, [](const Operands& /*of*/) { return works(::unshare(CLONE_NEWPID)); }},
    Step{"uts-namespace", 0, [](const Operands& /*of*/) { return works(::unshare(CLONE_NEWUTS)); }},
    Step{"mount-namespace", 0, [](const Operands& /*of*/) { return leave_mounts(); }},
    Step{"session", 0, [](const Operands& /*of*/) { return works(::setsid()); }},
    Step{"group", 0, [](const Operands& /*of*/) { return works(::setpgid(0, 0)); }},
    Step{"terminal", 1, [](const Operands& of) { return take_terminal(of[0]); }},
    Step{"name", 1, [](const Operands& of) { return works(::prctl(PR_SET_NAME, of[0].c_str())); }},
    Step{"umask", 1, [](const Operands& of) { return set_umask(of[0]); }},
    Step{"write", 2, [](const Operands& of) { return write_to(of[0], of[1]); }},
    Step{"drop", 1, [](const Operands& of) { return works(::prctl(PR_CAPBSET_DROP, std::stoul(of[0]), 0, 0, 0)); }},
    Step{"user", 2, [](const Operands& of) { return become_user(of[0], of[1]); }},
    Step{"bind", 2,
         [](const Operands& of) { return works(::mount(of[0].c_str(), of[1].c_str(), nullptr, MS_BIND, nullptr)); }},
    Step{"tmpfs", 1, [](const Operands& of) { return works(::mount("tmpfs", of[0].c_str(), "tmpfs", 0, nullptr)); }},
    Step{"detach", 1, [](const Operands& of) { return works(::umount2(of[0].c_str(), MNT_DETACH)); }},
    Step{"chroot", 1, [](const Operands& of) { return works(::chroot(of[0].c_str())); }},
    Step{"mkdir", 1, [](const Operands& of) { return works(::mkdir(of[0].c_str(), 0755)); }},
    Step{"rmdir", 1, [](const Operands& of) { return works(::rmdir(of[0].c_str())); }},
    Step{"chdir", 1, [](const Operands& of) { return works(::chdir(of[0].c_str())); }},
    Step{"copy", 2, [](const Operands& of) { return copy(of[0], of[1]); }},
    Step{"link", 2, [](const Operands& of) { return works(::link(of[0].c_str(), of[1].c_str())); }},
    Step{"rename", 2, [](const Operands& of) { return works(::rename(of[0].c_str(), of[1].c_str())); }},
    Step{"unlink", 1, [](const Operands& of) { return works(::unlink(of[0].c_str())); }},
    Step{"open", 1, [](const Operands& of) { return keep_open(::open(of[0].c_str(), O_RDONLY | O_CLOEXEC)); }},
    Step{"open-path", 1, [](const Operands& of) { return keep_open(::open(of[0].c_str(), O_PATH | O_CLOEXEC)); }},
    Step{"try", 2, [](const Operands& of) { return program::try_exec(of[0], {of[1]}) != 0; }},
    Step{"try-fd", 1, [](const Operands& of) { return fails_in("", of[0], AT_EMPTY_PATH); }},
    Step{"try-in", 2, [](const Operands& of) { return fails_in(of[0].c_str(), of[1], 0); }},
    Step{"memfd", 2,
         [](const Operands& of) {
             return keep_open(::memfd_create(of[0].c_str(), MFD_CLOEXEC)) && fill(kDescriptor, of[1]);
         }},
};

// Its words are taken off the front.
void take_step(const Step& step, std::vector<std::string>& words) {
    const auto after = words.begin() + 1 + static_cast<std::ptrdiff_t>(step.operands);
    if (!step.take({words.begin() + 1, after})) {
        program::say_number(std::string(step.name) + " failed:", errno);
        std::_Exit(3);
    }
    words.erase(words.begin(), after);
}

[[noreturn]] void end_with(const std::vector<std::string>& words) {
    const auto& way = words.at(0);
    const std::vector<std::string> argv(words.begin() + (way == "exec-fd" ? 1 : 2), words.end());
    if (way == "exec") program::exec(words.at(1), argv);
    if (way == "exec-null") {
        // Past the library, which takes no null pointer.
        ::syscall(SYS_execve, words.at(1).c_str(), nullptr, environ);
        program::say_number("failed", errno);
        std::_Exit(1);
    }
    const auto* const name = way == "exec-fd" ? "" : words.at(1).c_str();
    ::execveat(kDescriptor, name, program::pointers_to(argv).data(), environ, way == "exec-fd" ? AT_EMPTY_PATH : 0);
    program::say_number("failed", errno);
    std::_Exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    auto words = program::arguments(argc, argv);
    program::say("ready");
    program::wait_for_go();
    for (;;) {
        const auto* const step =
            std::find_if(kSteps.begin(), kSteps.end(), [&](const Step& each) { return each.name == words.at(0); });
        if (step == kSteps.end()) end_with(words);
        take_step(*step, words);
    }
}
