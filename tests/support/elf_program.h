// SPDX-License-Identifier: MIT OR Apache-2.0
// Programs made by hand: one that the kernel begins to run and can't, and one that does nearly nothing.
#pragma once

#include <elf.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "support/io.h"

namespace exectap::test {

namespace elf {

#if defined(__x86_64__)
inline constexpr Elf64_Half kMachine = EM_X86_64;
using Code = std::array<std::uint8_t, 21>;
// exit(unlink(argv[0]))
inline constexpr Code kUnlinkItself{
    0x48, 0x8b, 0x7c, 0x24, 0x08,  // mov rdi, [rsp + 8]
    0xb8, 0x57, 0,    0,    0,     // mov eax, 87
    0x0f, 0x05,                    // syscall
    0x89, 0xc7,                    // mov edi, eax
    0xb8, 0x3c, 0,    0,    0,     // mov eax, 60
    0x0f, 0x05,                    // syscall
};
#else
inline constexpr Elf64_Half kMachine = EM_AARCH64;
using Code = std::array<std::uint32_t, 7>;
// exit(unlinkat(AT_FDCWD, argv[0], 0))
inline constexpr Code kUnlinkItself{
    0xf94007e1,  // ldr x1, [sp, #8]
    0x92800c60,  // mov x0, #-100
    0xd2800002,  // mov x2, #0
    0xd2800468,  // mov x8, #35
    0xd4000001,  // svc #0
    0xd2800ba8,  // mov x8, #93
    0xd4000001,  // svc #0
};
#endif

#if defined(__aarch64__)
// A 32-bit program: execve("/nowhere/32", {"/nowhere/32"}, 0), and when that has failed exit(7).
struct ArmImage {
    static constexpr Elf32_Addr kAddress = 0x10000;
    static constexpr Elf32_Addr kText = 10 * sizeof(std::uint32_t);  // of the code

    Elf32_Ehdr header;
    Elf32_Phdr segment;
    std::array<std::uint32_t, 10> code{
        0xe28f0020,  // add r0, pc, #32: text
        0xe28f1028,  // add r1, pc, #40: argv
        0xe3a02000,  // mov r2, #0
        0xe3a0700b,  // mov r7, #11
        0xef000000,  // svc #0
        0xe3a00007,  // mov r0, #7
        0xe3a07001,  // mov r7, #1
        0xef000000,  // svc #0
        0,          0,
    };
    char text[12] = "/nowhere/32";
    std::array<std::uint32_t, 2> argv{kAddress + sizeof(Elf32_Ehdr) + sizeof(Elf32_Phdr) + kText, 0};
};

inline void write_arm_image(const std::string& path) {
    ArmImage image{};
    std::memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS32;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    image.header.e_ident[EI_VERSION] = EV_CURRENT;
    image.header.e_type = ET_EXEC;
    image.header.e_machine = EM_ARM;
    image.header.e_version = EV_CURRENT;
    image.header.e_entry = ArmImage::kAddress + offsetof(ArmImage, code);
    image.header.e_phoff = offsetof(ArmImage, segment);
    image.header.e_flags = EF_ARM_EABI_VER5;
    image.header.e_ehsize = sizeof image.header;
    image.header.e_phentsize = sizeof image.segment;
    image.header.e_phnum = 1;
    image.segment.p_type = PT_LOAD;
    image.segment.p_flags = PF_R | PF_X;
    image.segment.p_vaddr = ArmImage::kAddress;
    image.segment.p_paddr = ArmImage::kAddress;
    image.segment.p_filesz = sizeof image;
    image.segment.p_memsz = sizeof image;
    image.segment.p_align = 0x1000;
    write_file(path, {reinterpret_cast<const char*>(&image), sizeof image}, 0755);
}
#endif

// Headers and code, which are one segment.
struct Image {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Code code;
};

inline void write_image(const std::string& path, Elf64_Addr address) {
    Image image{{}, {}, kUnlinkItself};
    std::memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    image.header.e_ident[EI_VERSION] = EV_CURRENT;
    image.header.e_type = ET_EXEC;
    image.header.e_machine = kMachine;
    image.header.e_version = EV_CURRENT;
    image.header.e_entry = address + offsetof(Image, code);
    image.header.e_phoff = offsetof(Image, segment);
    image.header.e_ehsize = sizeof(image.header);
    image.header.e_phentsize = sizeof(image.segment);
    image.header.e_phnum = 1;
    image.segment.p_type = PT_LOAD;
    image.segment.p_flags = PF_R | PF_X;
    image.segment.p_vaddr = address;
    image.segment.p_filesz = sizeof(image);
    image.segment.p_memsz = sizeof(image);
    image.segment.p_align = 4096;
    std::string bytes(sizeof(image), '\0');
    std::memcpy(bytes.data(), &image, sizeof(image));
    write_file(path, bytes, 0755);
}

}  // namespace elf

// Its segment lies where no process may have memory: it is found out too late to go back.
inline void write_program_that_cannot_be_mapped(const std::string& path) {
    elf::write_image(path, 0xffff'ffff'8000'0000);
}

// Removes the file that argv[0] names, and ends with status 0: two system calls, no library, no start-up.
inline void write_program_that_removes_itself(const std::string& path) { elf::write_image(path, 0x400'000); }

}  // namespace exectap::test
