// SPDX-License-Identifier: MIT OR Apache-2.0
// rewriting_exec PATH: at a word from the test, runs PATH in its own place with an argument that is "harmless" when the
// call begins, and "something else" when the kernel comes to take it: userfaultfd says when.
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstring>
#include <thread>

#include "program.h"

namespace {

constexpr std::size_t kPageBytes = 4096;

struct Pages {
    char argument[kPageBytes];
    char path[kPageBytes];
};

[[noreturn]] void fail(std::string_view what) {
    program::say_number(std::string(what) + " failed:", errno);
    std::_Exit(3);
}

// From here on whoever touches a page that is not there waits until it is filled.
int watch_faults(const Pages* pages) {
    const auto faults = static_cast<int>(::syscall(SYS_userfaultfd, O_CLOEXEC));
    uffdio_api api{};
    api.api = UFFD_API;
    if (faults < 0 || ::ioctl(faults, UFFDIO_API, &api) != 0) fail("userfaultfd");
    uffdio_register range{};
    range.range = {reinterpret_cast<std::uintptr_t>(pages), sizeof(*pages)};
    range.mode = UFFDIO_REGISTER_MODE_MISSING;
    if (::ioctl(faults, UFFDIO_REGISTER, &range) != 0) fail("registering");
    return faults;
}

void fill(int faults, const char* page, std::string_view text) {
    std::array<char, kPageBytes> content{};
    std::memcpy(content.data(), text.data(), text.size());
    uffdio_copy copy{};
    copy.dst = reinterpret_cast<std::uintptr_t>(page);
    copy.src = reinterpret_cast<std::uintptr_t>(content.data());
    copy.len = kPageBytes;
    if (::ioctl(faults, UFFDIO_COPY, &copy) != 0) fail("filling");
}

void wait_for_fault(int faults, const char* page) {
    uffd_msg message{};
    const bool is_there =
        ::read(faults, &message, sizeof(message)) == ssize_t{sizeof(message)} &&
        message.event == UFFD_EVENT_PAGEFAULT &&
        message.arg.pagefault.address / kPageBytes == reinterpret_cast<std::uintptr_t>(page) / kPageBytes;
    if (!is_there) fail("waiting for the fault");
}

// The kernel takes the path first. That it asks for it says that the call has begun, and that nobody who looks at its
// beginning can look again.
void rewrite(int faults, Pages* pages, std::string_view path) {
    wait_for_fault(faults, pages->path);
    if (::madvise(pages->argument, kPageBytes, MADV_DONTNEED) != 0) fail("dropping");
    fill(faults, pages->path, path);
    wait_for_fault(faults, pages->argument);
    fill(faults, pages->argument, "something else");
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    void* memory = ::mmap(nullptr, sizeof(Pages), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 3;
    auto* const pages = static_cast<Pages*>(memory);
    program::say("ready");
    program::wait_for_go();
    const int faults = watch_faults(pages);
    fill(faults, pages->argument, "harmless");
    program::say(std::string("shows ") + pages->argument);
    std::thread(rewrite, faults, pages, argv[1]).detach();
    std::string name = "tell_argv";
    std::array<char*, 3> arguments{name.data(), pages->argument, nullptr};
    ::execve(pages->path, arguments.data(), environ);
    fail("exec");
}
