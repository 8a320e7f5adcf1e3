// SPDX-License-Identifier: MIT OR Apache-2.0
// storm WORKERS EXECS|on fork|vfork|spawn [BYTES]: at a word from the test each of the workers starts this program
// EXECS times, with an argument that makes it end at once; then it says how many execs worked. With "on" they go on
// until the word "stop"; at any other word it says how many there were so far. BYTES: so much is added to the
// arguments.
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

// Shared by all workers.
struct Progress {
    std::atomic<long> worked = 0;
    std::atomic<bool> is_over = false;
};

constexpr long kOn = -1;

struct Plan {
    long execs;
    Start start;
    std::vector<std::string> argv;
};

void work(const Plan& plan, Progress& progress) {
    const auto path = program::own_path();
    const auto argv = program::pointers_to(plan.argv);
    for (long i = 0; i != plan.execs && !progress.is_over; i++) {
        const pid_t pid = plan.start(path.c_str(), const_cast<char**>(argv.data()));
        const int status = pid > 0 ? program::wait_for(pid) : -1;
        if (WIFEXITED(status) && WEXITSTATUS(status) == 0) progress.worked++;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (!arguments.empty() && arguments[0] == "end") return 0;
    if (arguments.size() < 3) return 2;
    Plan plan{arguments[1] == "on" ? kOn : std::stol(arguments[1]), start_by(arguments[2]), {"storm", "end"}};
    if (arguments.size() > 3) plan.argv.emplace_back(std::stoul(arguments[3]), 'x');
    void* memory = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    auto& progress = *new (memory) Progress;
    program::say("ready");
    program::wait_for_go();
    for (int i = 0; i < std::stoi(arguments[0]); i++) {
        program::in_child([&] {
            program::end_with_parent();
            work(plan, progress);
        });
    }
    if (plan.execs == kOn) {
        while (program::next_command() != "stop") program::say_number("so far", progress.worked);
        progress.is_over = true;
    }
    program::reap_all();
    program::say_number("execs", progress.worked);
}
