// SPDX-License-Identifier: MIT OR Apache-2.0
// What every test on the real kernel needs.
#include "support/kernel_test.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace exectap::test {

std::string why_no_tracing() {
    if (::geteuid() != 0) return "the kernel tests need root: sudo ./dev test kernel";
    if (::access("/sys/kernel/btf/vmlinux", R_OK) != 0) return "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF)";
    __u32 id = 0;
    if (bpf_prog_get_next_id(0, &id) != 0 && errno != ENOENT)
        return fmt::format("bpf() is refused here ({}): in a container?", std::strerror(errno));
    return {};
}

}  // namespace exectap::test
