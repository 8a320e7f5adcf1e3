// SPDX-License-Identifier: MIT OR Apache-2.0
// compare_storm WORKERS EXECS PIDS: the storm of bench/compare. At the word "go" so many workers together start so many
// programs; then it says how many nanoseconds that took and how many execs worked, and writes the pid of each into the
// file PIDS. At "canary" it starts one program, to show that a tracer sees it, and says its pid. It ends where stdin
// does.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <thread>

#include "compare_plan.h"

namespace {

constexpr std::size_t kPageBytes = 4096;

// In memory that is written, so that it is there after a fork too; a literal's page may not be. Only the arguments that
// shall be missing are.
struct Paths {
    std::string program = compare::kProgram;
    std::string missing = "/usr/local/missing/true";
};

const Paths& paths() {
    static const Paths all;
    return all;
}

[[noreturn]] void fail(std::string_view what) {
    std::cerr << "compare_storm: " << what << ": " << std::strerror(errno) << std::endl;
    std::_Exit(1);
}

void* map(std::size_t bytes, int flags) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) fail("mmap");
    return memory;
}

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const auto& each : strings) pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

bool has_worked(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return pid > 0 && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

// The texts that lie in pages never touched: a file of one page for each exec, written through its descriptor.
int make_texts(std::size_t execs) {
    const int file = ::memfd_create("texts", MFD_CLOEXEC);
    if (file < 0) fail("memfd_create");
    for (std::size_t i = 0; i < execs; i++) {
        if (compare::kind_of(i) != compare::Kind::kUntouched) continue;
        const auto text = compare::arguments_of(i)[compare::kSpecialArgument];
        if (::pwrite(file, text.c_str(), text.size() + 1, static_cast<off_t>(i * kPageBytes)) < 0) fail("pwrite");
    }
    return file;
}

// Rewrites an argument between the beginning of an execve and the kernel's copy of it. The kernel copies the
// environment before the arguments, and it lies in a page that a userfaultfd fills only when the kernel asks for it.
class Rewriter {
public:
    Rewriter() {
        faults_ = static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC));
        uffdio_api api{};
        api.api = UFFD_API;
        if (faults_ < 0 || ::ioctl(faults_, UFFDIO_API, &api) != 0) fail("userfaultfd");
        uffdio_register range{};
        range.range = {reinterpret_cast<std::uintptr_t>(environment_), kPageBytes};
        range.mode = UFFDIO_REGISTER_MODE_MISSING;
        if (::ioctl(faults_, UFFDIO_REGISTER, &range) != 0) fail("registering with userfaultfd");
        std::thread([this] {
            for (;;) rewrite_at_fault();
        }).detach();
    }

    // The child shares this memory until its exec, as that of posix_spawn does.
    pid_t start(std::size_t exec) {
        auto arguments = compare::arguments_of(exec);
        now_ = arguments[compare::kSpecialArgument];
        std::string text = compare::text_at_entry(exec);
        argument_ = text.data();
        auto argv = pointers_to(arguments);
        argv[compare::kSpecialArgument] = text.data();
        char* environment[] = {environment_, nullptr};
        const char* const path = paths().program.c_str();
        char* const* const strings = argv.data();
        if (::madvise(environment_, kPageBytes, MADV_DONTNEED) != 0) fail("madvise");
        const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): it shall share the memory
        if (pid == 0) {
            ::execve(path, strings, environment);
            ::_exit(1);
        }
        return pid;
    }

private:
    void rewrite_at_fault() {
        uffd_msg message{};
        if (::read(faults_, &message, sizeof(message)) != ssize_t{sizeof(message)}) fail("reading a fault");
        std::memcpy(argument_, now_.data(), now_.size());
        const char content[kPageBytes] = "A=1";
        uffdio_copy copy{};
        copy.dst = reinterpret_cast<std::uintptr_t>(environment_);
        copy.src = reinterpret_cast<std::uintptr_t>(content);
        copy.len = kPageBytes;
        if (::ioctl(faults_, UFFDIO_COPY, &copy) != 0) fail("filling a page");
    }

    char* environment_ = static_cast<char*>(map(kPageBytes, MAP_PRIVATE));
    char* argument_ = nullptr;
    std::string now_;
    int faults_ = -1;
};

pid_t start_by_fork(std::size_t exec, int texts) {
    const auto arguments = compare::arguments_of(exec);
    auto argv = pointers_to(arguments);
    const std::vector<std::string> attempted = {paths().missing, compare::numbered(compare::kFailedMark, exec), "-o"};
    const auto attempt = pointers_to(attempted);
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    if (compare::kind_of(exec) == compare::Kind::kUntouched) {
        void* page = ::mmap(nullptr, kPageBytes, PROT_READ, MAP_PRIVATE, texts, static_cast<off_t>(exec * kPageBytes));
        if (page == MAP_FAILED) ::_exit(1);
        argv[compare::kSpecialArgument] = static_cast<char*>(page);
    }
    if (compare::fails_first(exec)) ::execve(paths().missing.c_str(), attempt.data(), environ);
    ::execve(paths().program.c_str(), argv.data(), environ);
    ::_exit(1);
}

struct Storm {
    std::size_t workers;
    std::size_t execs;
    int texts;
    // Shared with the workers.
    std::atomic<std::size_t>* worked;
    pid_t* pids;
};

// Every so many-th exec is this worker's.
void work(const Storm& storm, std::size_t worker) {
    Rewriter rewriter;
    for (std::size_t i = worker; i < storm.execs; i += storm.workers) {
        storm.pids[i] =
            compare::kind_of(i) == compare::Kind::kRewritten ? rewriter.start(i) : start_by_fork(i, storm.texts);
        if (has_worked(storm.pids[i])) ++*storm.worked;
    }
}

void go(const Storm& storm, const char* pids_path) {
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t i = 0; i < storm.workers; i++) {
        const pid_t pid = ::fork();
        if (pid < 0) fail("fork");
        if (pid != 0) continue;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        work(storm, i);
        std::_Exit(0);
    }
    while (::wait(nullptr) > 0 || errno == EINTR) continue;
    const std::chrono::nanoseconds took = std::chrono::steady_clock::now() - start;
    std::ofstream pids(pids_path);
    for (std::size_t i = 0; i < storm.execs; i++) pids << storm.pids[i] << '\n';
    pids.close();
    std::cout << took.count() << ' ' << *storm.worked << std::endl;
}

void show_canary() {
    const std::vector<std::string> arguments = {paths().program, "canary"};
    const auto argv = pointers_to(arguments);
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::execve(paths().program.c_str(), argv.data(), environ);
        ::_exit(1);
    }
    std::cout << (has_worked(pid) ? "shown " : "failed ") << pid << std::endl;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    const auto execs = std::stoul(argv[2]);
    if (std::to_string(execs).size() > compare::kNumberDigits) return 2;
    auto* const worked = static_cast<std::atomic<std::size_t>*>(map(sizeof(std::atomic<std::size_t>), MAP_SHARED));
    auto* const pids = static_cast<pid_t*>(map(execs * sizeof(pid_t), MAP_SHARED));
    const Storm storm{std::stoul(argv[1]), execs, make_texts(execs), worked, pids};
    std::cout << "ready " << ::getpid() << std::endl;
    std::string word;
    while (std::getline(std::cin, word)) {
        if (word == "canary") show_canary();
        if (word == "go") go(storm, argv[3]);
    }
}
