// SPDX-License-Identifier: MIT OR Apache-2.0
// A number in a file that a traced program counts up and a test reads, at once and without asking.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

class SharedCounter {
public:
    // Makes the file if it is not there.
    explicit SharedCounter(const std::string& path) : memory_(map(path)) {
        if (memory_ != MAP_FAILED) return;
        std::perror(path.c_str());
        std::abort();
    }
    ~SharedCounter() { ::munmap(memory_, sizeof(Counter)); }
    SharedCounter(const SharedCounter&) = delete;
    SharedCounter& operator=(const SharedCounter&) = delete;

    std::uint64_t value() const { return counter().load(); }
    std::uint64_t count_up() { return counter().fetch_add(1) + 1; }

private:
    using Counter = std::atomic<std::uint64_t>;

    static void* map(const std::string& path) {
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        void* memory = MAP_FAILED;
        if (::ftruncate(file, sizeof(Counter)) == 0)
            memory = ::mmap(nullptr, sizeof(Counter), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        ::close(file);
        return memory;
    }

    Counter& counter() const { return *static_cast<Counter*>(memory_); }

    void* memory_;
};
