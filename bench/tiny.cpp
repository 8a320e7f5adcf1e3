// SPDX-License-Identifier: MIT OR Apache-2.0
// The program that storms run: it ends with status 0, and does nothing before. No library, no start-up.
// NOLINTNEXTLINE(bugprone-reserved-identifier,readability-identifier-naming): the linker's name for it
extern "C" [[noreturn]] void _start() {
#if defined(__x86_64__)
    asm volatile("xor %edi, %edi\n mov $60, %eax\n syscall");
#else
    asm volatile("mov x0, #0\n mov x8, #93\n svc #0");
#endif
    __builtin_unreachable();
}
