// SPDX-License-Identifier: MIT OR Apache-2.0
// storm WORKERS EXECS fork|vfork|spawn: at a word from the test each of the workers starts this program EXECS times,
// with an argument that makes it end at once; then it says how many execs worked.
#include <spawn.h>
#include <sys/mman.h>

#include <atomic>

#include "program.h"

namespace {

constexpr int kNoExec = 99;

pid_t start_by_fork(const char* path, char** argv) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    ::execve(path, argv, environ);
    ::_exit(kNoExec);
}

pid_t start_by_vfork(const char* path, char** argv) {
    const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is tested
    if (pid != 0) return pid;
    ::execve(path, argv, environ);
    ::_exit(kNoExec);
}

pid_t start_by_spawn(const char* path, char** argv) {
    pid_t pid = -1;
    return ::posix_spawn(&pid, path, nullptr, nullptr, argv, environ) == 0 ? pid : -1;
}

using Start = pid_t (*)(const char*, char**);

Start start_by(std::string_view method) {
    if (method == "vfork") return start_by_vfork;
    return method == "spawn" ? start_by_spawn : start_by_fork;
}

void work(Start start, long execs, std::atomic<long>& worked) {
    const auto path = program::own_path();
    const std::vector<std::string> strings{"storm", "end"};
    const auto argv = program::pointers_to(strings);
    for (long i = 0; i < execs; i++) {
        const pid_t pid = start(path.c_str(), const_cast<char**>(argv.data()));
        const int status = pid > 0 ? program::wait_for(pid) : -1;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) worked++;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() == 1) return 0;
    if (arguments.size() != 3) return 2;
    void* memory =
        ::mmap(nullptr, sizeof(std::atomic<long>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    auto& worked = *new (memory) std::atomic<long>(0);
    program::say("ready");
    program::wait_for_go();
    for (int i = 0; i < std::stoi(arguments[0]); i++) {
        program::in_child([&] {
            program::end_with_parent();
            work(start_by(arguments[2]), std::stol(arguments[1]), worked);
        });
    }
    program::reap_all();
    program::say_number("execs", worked);
}
