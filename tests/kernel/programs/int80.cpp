// SPDX-License-Identifier: MIT OR Apache-2.0
// int80 [PATH]: at a word from the test, runs /bin/true, or that, by the 32-bit execve, from this 64-bit process.
#include <sys/mman.h>

#include <cstdint>
#include <cstring>

#include "program.h"

#if defined(__x86_64__)
namespace {

constexpr int kExecve32 = 11;

// All that a 32-bit call points to must lie below 4 GiB.
struct Low {
    char path[32];
    char argument[32];
    std::uint32_t argv[3];
    std::uint32_t env[1];
};

std::uint32_t low_address(const void* address) {
    return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(address));
}

int exec32(const Low& low) {
    int result = kExecve32;
    asm volatile("int $0x80"
                 : "+a"(result)
                 : "b"(low_address(low.path)), "c"(low_address(low.argv)), "d"(low_address(low.env))
                 : "memory", "r8", "r9", "r10", "r11");
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    void* memory = ::mmap(nullptr, sizeof(Low), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (memory == MAP_FAILED) return 2;
    auto& low = *new (memory) Low{"/bin/true", "thirty-two", {}, {}};
    if (argc > 1) std::strncpy(low.path, argv[1], sizeof low.path - 1);
    low.argv[0] = low_address(low.path);
    low.argv[1] = low_address(low.argument);
    program::say("ready");
    program::wait_for_go();
    program::say_number("failed", -exec32(low));
    return 1;
}
#else
int main() {
    program::say("no int 0x80 on this architecture");
    return 2;
}
#endif
