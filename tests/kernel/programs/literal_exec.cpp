// SPDX-License-Identifier: MIT OR Apache-2.0
// literal_exec good|bad|mapped: at a word from the test, runs a program (or one that is not there) whose path and
// argument are string literals in a page that was never touched, or lie so in a mapped file, with the array of
// pointers.
#include <fcntl.h>
#include <sys/mman.h>

#include <cstddef>
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

using Pointers = std::array<char*, 3>;

struct Mapped {
    Page text;
    alignas(kPageBytes) Pointers argv;
};

Pointers pointers_into(const Page& page) {
    return {const_cast<char*>(page.path), const_cast<char*>(page.argument), nullptr};
}

// Written through the descriptor, so that these pages are in the file and not in this process.
const Mapped* map_file() {
    const int file = ::memfd_create("text", MFD_CLOEXEC);
    if (::ftruncate(file, sizeof(Mapped)) != 0) return nullptr;
    void* memory = ::mmap(nullptr, sizeof(Mapped), PROT_READ, MAP_PRIVATE, file, 0);
    if (memory == MAP_FAILED) return nullptr;
    const auto* mapped = static_cast<const Mapped*>(memory);
    const auto pointers = pointers_into(mapped->text);
    const bool is_written =
        ::pwrite(file, &kPage, sizeof(kPage), 0) == ssize_t{sizeof(kPage)} &&
        ::pwrite(file, pointers.data(), sizeof(pointers), offsetof(Mapped, argv)) == ssize_t{sizeof(pointers)};
    return is_written ? mapped : nullptr;
}

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
    const bool is_bad = std::string_view(argv[1]) == "bad";
    const bool is_mapped = std::string_view(argv[1]) == "mapped";
    auto pointers = pointers_into(kPage);
    // Once before it counts, so that no fault on this function's own strings maps the page along with them.
    is_touched(&kPage);
    program::say("ready");
    program::wait_for_go();
    const auto* const mapped = is_mapped ? map_file() : nullptr;
    // A page of a file that is dropped is as one never touched.
    ::madvise(const_cast<Page*>(&kPage), sizeof(kPage), MADV_DONTNEED);
    if (is_mapped) {
        if (mapped != nullptr && !is_touched(&mapped->text) && !is_touched(&mapped->argv))
            ::execve(mapped->text.path, const_cast<char**>(mapped->argv.data()), environ);
    } else if (!is_touched(&kPage)) {
        ::execve(is_bad ? kPage.missing : kPage.path, pointers.data(), environ);
    }
    program::say_number("failed", errno);
    return 1;
}
