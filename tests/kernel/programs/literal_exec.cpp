// SPDX-License-Identifier: MIT OR Apache-2.0
// literal_exec good|bad: at a word from the test, runs a program (or one that is not there) whose path and argument are
// string literals in a page that was never touched.
#include <fcntl.h>
#include <sys/mman.h>

#include <cstdint>

#include "program.h"

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kTextBytes = 64;

struct alignas(kPageBytes) Page {
    char path[kTextBytes];
    char missing[kTextBytes];
    char argument[kPageBytes - 2 * kTextBytes];
};

constexpr Page kPage = {"/bin/true", "/nowhere/literal", "a literal argument"};

// Bit 63 of /proc/PID/pagemap: the page is in memory and mapped here.
bool is_touched(const void* address) {
    const int pagemap = ::open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    const auto page = static_cast<off_t>(reinterpret_cast<std::uintptr_t>(address) / kPageBytes);
    std::uint64_t entry = ~std::uint64_t{0};
    const auto got = ::pread(pagemap, &entry, sizeof(entry), page * static_cast<off_t>(sizeof(entry)));
    ::close(pagemap);
    errno = 0;
    return got != sizeof(entry) || (entry >> 63U) != 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const bool is_good = std::string_view(argv[1]) == "good";
    std::array<char*, 3> arguments{const_cast<char*>(kPage.path), const_cast<char*>(kPage.argument), nullptr};
    // Once before it counts, so that no fault on this function's own strings maps the page along with them.
    is_touched(&kPage);
    program::say("ready");
    program::wait_for_go();
    // A page of a file that is dropped is as one never touched.
    ::madvise(const_cast<Page*>(&kPage), sizeof(kPage), MADV_DONTNEED);
    if (!is_touched(&kPage)) ::execve(is_good ? kPage.path : kPage.missing, arguments.data(), environ);
    program::say_number("failed", errno);
    return 1;
}
