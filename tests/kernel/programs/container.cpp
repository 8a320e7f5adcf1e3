// SPDX-License-Identifier: MIT OR Apache-2.0
// container HOW CGROUP new ROOT COMMAND... | container HOW CGROUP into PID COMMAND...: does to COMMAND what a container
// engine does, and ends as it does. Either in namespaces of its own, where ROOT is /, or in those of a process. HOW it
// comes into the group, given by its directory: "written" there before its exec, as by runc and crun, or "born" there.
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <cstdint>

#include "program.h"

namespace {

using Arguments = std::vector<std::string>;

[[noreturn]] void give_up(std::string_view what) {
    program::say_number(what, errno);
    std::_Exit(1);
}

int checked(int result, std::string_view what) {
    if (result < 0) give_up(what);
    return result;
}

int open_path(const std::string& path) { return checked(::open(path.c_str(), O_RDONLY | O_CLOEXEC), path); }

void enter(int cgroup, pid_t pid) {
    const int list = checked(::openat(cgroup, "cgroup.procs", O_WRONLY | O_CLOEXEC), "cgroup.procs");
    const auto text = std::to_string(pid);
    if (::write(list, text.data(), text.size()) < 0) give_up("cgroup.procs");
    ::close(list);
}

pid_t clone_with(std::uint64_t flags, int cgroup) {
    clone_args arguments{};
    arguments.flags = flags;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<__u64>(cgroup);
    return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

// Returns in the child only, once that one is in the group.
void become_child(const std::string& how, int cgroup, std::uint64_t namespaces) {
    std::array<int, 2> permission{};
    checked(::pipe2(permission.data(), O_CLOEXEC), "pipe");
    const bool is_born = how == "born";
    const pid_t child =
        checked(clone_with(namespaces | (is_born ? CLONE_INTO_CGROUP : 0), is_born ? cgroup : 0), "clone3");
    if (child == 0) {
        program::end_with_parent();
        char end = 0;
        ::close(permission[1]);
        checked(static_cast<int>(::read(permission[0], &end, 1)), "read");
        return;
    }
    if (!is_born) enter(cgroup, child);
    ::close(permission[1]);
    const int status = program::wait_for(child);
    std::_Exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void change_root(const std::string& root) {
    checked(::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr), "private mounts");
    // Only a mount point can become the root.
    checked(::mount(root.c_str(), root.c_str(), nullptr, MS_BIND | MS_REC, nullptr), root);
    checked(::chdir(root.c_str()), root);
    // The old one lies on the new one, and goes.
    checked(static_cast<int>(::syscall(SYS_pivot_root, ".", ".")), "pivot_root");
    checked(::umount2(".", MNT_DETACH), "umount");
    checked(::chdir("/"), "/");
    checked(::mount("proc", "/proc", "proc", 0, nullptr), "/proc");
}

void make_container(const std::string& how, int cgroup, const std::string& root) {
    become_child(how, cgroup, CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC);
    // Not with the others: its root is the group in which the caller is.
    checked(::unshare(CLONE_NEWCGROUP), "unshare");
    change_root(root);
}

void join_container(const std::string& how, int cgroup, const std::string& pid) {
    std::vector<int> namespaces;
    for (const auto* name : {"pid", "uts", "ipc", "cgroup", "mnt"})
        namespaces.push_back(open_path("/proc/" + pid + "/ns/" + name));
    for (const int each : namespaces) checked(::setns(each, 0), "setns");
    become_child(how, cgroup, 0);
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() < 5) return 2;
    const auto& how = arguments[0];
    const int cgroup = open_path(arguments[1]);
    if (arguments[2] == "new") {
        make_container(how, cgroup, arguments[3]);
    } else {
        join_container(how, cgroup, arguments[3]);
    }
    program::exec(arguments[4], {arguments.begin() + 4, arguments.end()});
}
