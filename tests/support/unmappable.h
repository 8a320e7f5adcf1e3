// SPDX-License-Identifier: MIT OR Apache-2.0
// A program that the kernel begins to run, and can't.
#pragma once

#include <elf.h>

#include <cstddef>
#include <cstring>
#include <string>

#include "support/io.h"

namespace exectap::test {

// An executable whose one segment lies where no process may have memory: it is found out too late to go back.
inline void write_program_that_cannot_be_mapped(const std::string& path) {
    struct {
        Elf64_Ehdr header;
        Elf64_Phdr segment;
    } image{};
    std::memcpy(image.header.e_ident, ELFMAG, SELFMAG);
    image.header.e_ident[EI_CLASS] = ELFCLASS64;
    image.header.e_ident[EI_DATA] = ELFDATA2LSB;
    image.header.e_ident[EI_VERSION] = EV_CURRENT;
    image.header.e_type = ET_EXEC;
#if defined(__x86_64__)
    image.header.e_machine = EM_X86_64;
#else
    image.header.e_machine = EM_AARCH64;
#endif
    image.header.e_version = EV_CURRENT;
    image.header.e_phoff = offsetof(decltype(image), segment);
    image.header.e_ehsize = sizeof(image.header);
    image.header.e_phentsize = sizeof(image.segment);
    image.header.e_phnum = 1;
    image.segment.p_type = PT_LOAD;
    image.segment.p_flags = PF_R | PF_X;
    image.segment.p_vaddr = 0xffff'ffff'8000'0000;
    image.segment.p_filesz = sizeof(image);
    image.segment.p_memsz = sizeof(image);
    image.segment.p_align = 4096;
    std::string bytes(sizeof(image), '\0');
    std::memcpy(bytes.data(), &image, sizeof(image));
    write_file(path, bytes, 0755);
}

}  // namespace exectap::test
