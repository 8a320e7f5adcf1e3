// SPDX-License-Identifier: MIT OR Apache-2.0
// io_workers CHILDREN: at a word from the test has the kernel make threads in this process, for the asynchronous work
// of one io_uring and for polling another: says "thread TID" of each. At another word makes so many children that have
// such a worker too, and end at once; says their pids, vforks a child that runs /bin/true, and does so itself.
#include <fcntl.h>
#include <linux/io_uring.h>
#include <sys/mman.h>

#include <atomic>
#include <cstdint>
#include <cstring>
#include <filesystem>

#include "program.h"

namespace {

[[noreturn]] void fail(std::string_view what) {
    program::say_number(std::string(what) + " failed:", errno);
    std::_Exit(1);
}

class Ring {
public:
    explicit Ring(unsigned flags) {
        parameters_.flags = flags;
        fd_ = static_cast<int>(::syscall(SYS_io_uring_setup, 4, &parameters_));
        if (fd_ < 0) fail("io_uring_setup");
        sq_ = map(parameters_.sq_off.array + parameters_.sq_entries * sizeof(std::uint32_t), IORING_OFF_SQ_RING);
        entries_ = map(parameters_.sq_entries * sizeof(io_uring_sqe), IORING_OFF_SQES);
    }

    // Reads a file, in a worker and never in the call itself. Waits until it is done.
    void read_in_worker(int file, std::array<char, 16>& buffer) {
        io_uring_sqe entry{};
        entry.opcode = IORING_OP_READ;
        entry.flags = IOSQE_ASYNC;
        entry.fd = file;
        entry.addr = reinterpret_cast<std::uintptr_t>(buffer.data());
        entry.len = static_cast<std::uint32_t>(buffer.size());
        std::memcpy(entries_, &entry, sizeof(entry));
        const std::uint32_t first = 0;
        std::memcpy(sq_ + parameters_.sq_off.array, &first, sizeof(first));
        auto* tail = reinterpret_cast<std::uint32_t*>(sq_ + parameters_.sq_off.tail);
        std::atomic_ref(*tail).store(1);
        if (::syscall(SYS_io_uring_enter, fd_, 1, 1, IORING_ENTER_GETEVENTS, nullptr, 0) != 1) fail("io_uring_enter");
    }

private:
    char* map(std::size_t bytes, off_t what) const {
        void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, what);
        if (memory == MAP_FAILED) fail("mmap");
        return static_cast<char*>(memory);
    }

    io_uring_params parameters_{};
    int fd_ = -1;
    char* sq_ = nullptr;
    char* entries_ = nullptr;
};

void use_worker() {
    Ring ring(0);
    std::array<char, 16> buffer{};
    const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ring.read_in_worker(file, buffer);
    if (std::string_view(buffer.data(), 4) != "\177ELF") fail("the read");
}

void say_threads() {
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task")) {
        const auto tid = std::stol(thread.path().filename());
        if (tid != ::getpid()) program::say_number("thread", tid);
    }
    program::say("all");
}

pid_t run_true_in_child() {
    const std::array<const char*, 2> arguments{"true", nullptr};
    auto* const argv = const_cast<char**>(arguments.data());
    const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is tested
    if (pid != 0) return pid;
    ::execve("/bin/true", argv, environ);
    ::_exit(1);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    program::say("ready");
    program::wait_for_go();
    use_worker();
    const Ring polled(IORING_SETUP_SQPOLL);
    say_threads();
    program::wait_for_go();
    for (int i = 0; i < std::atoi(argv[1]); i++) {
        const pid_t child = program::in_child(use_worker);
        if (program::wait_for(child) != 0) return 1;
        program::say_number("child", child);
    }
    program::wait_for(run_true_in_child());
    program::exec("/bin/true", {"true", "itself"});
}
