// SPDX-License-Identifier: MIT OR Apache-2.0
// without_bpf [--kill] PROGRAM [ARG...]: becomes PROGRAM, to which bpf(2) is refused whatever its rights, as by a
// container's seccomp profile; or that is killed for it, as a service is by SystemCallFilter=.
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string_view>

#include "program.h"

int main(int argc, char** argv) {
    const bool kills = argc > 1 && std::string_view(argv[1]) == "--kill";
    if (kills) argv++, argc--;
    if (argc < 2) return 2;
    // The numbers of 32-bit calls are others, but nobody makes any here.
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_bpf, 0, 1),
        sock_filter BPF_STMT(BPF_RET | BPF_K, kills ? SECCOMP_RET_KILL_PROCESS : SECCOMP_RET_ERRNO | EPERM),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        std::perror("seccomp");
        return 1;
    }
    ::execv(argv[1], argv + 1);
    std::perror(argv[1]);
    return 1;
}
