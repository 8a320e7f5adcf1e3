// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/diagnose.h"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/btf.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <vector>

#include "capture/kernel_btf.h"
#include "target/namespaces.h"

namespace exectap {
namespace {

constexpr const char* kBtfPath = "/sys/kernel/btf/vmlinux";

bool has(const MachineFacts& facts, unsigned capability) {
    return (facts.effective_capabilities >> capability & 1U) != 0;
}

Lockdown lockdown_of_kernel() {
    std::string line;
    std::getline(std::ifstream("/sys/kernel/security/lockdown"), line);
    if (line.find("[none]") != std::string::npos) return Lockdown::none;
    if (line.find("[integrity]") != std::string::npos) return Lockdown::integrity;
    if (line.find("[confidentiality]") != std::string::npos) return Lockdown::confidentiality;
    return Lockdown::unknown;
}

// Who may load no programs can still read what the kernel is made of.
std::optional<bool> has_bpf_loop(BpfUse use) {
    const auto btf = BtfFile::open(kBtfPath);
    const auto index = btf ? KernelBtf::index(btf->bytes(), {"bpf_loop"}) : Result<KernelBtf>(btf.error());
    if (index && index->find("bpf_loop", BTF_KIND_FUNC)) return true;
    if (use == BpfUse::no || !check_rights(rights_of_caller())) return std::nullopt;
    return ::libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, BPF_FUNC_loop, nullptr) > 0;
}

bool has_seccomp_filter() {
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);)
        if (line == "Seccomp:\t2") return true;
    return false;
}

std::uint64_t effective_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return 0;
    return std::uint64_t{data[1].effective} << 32 | data[0].effective;
}

}  // namespace

Result<void> check_rights(const MachineFacts& facts) {
    // CAP_SYS_ADMIN stands for both, as it did before 5.8.
    if (has(facts, CAP_SYS_ADMIN)) return {};
    std::vector<const char*> lacking;
    if (!has(facts, CAP_BPF)) lacking.push_back("CAP_BPF");
    if (!has(facts, CAP_PERFMON)) lacking.push_back("CAP_PERFMON");
    if (lacking.empty()) return {};
    const auto names = fmt::format("{}", fmt::join(lacking, " and "));
    if (facts.is_root) {
        return Error{
            fmt::format("lacks {} although it runs as root: run it outside this container, or start the "
                        "container with these capabilities",
                        names)};
    }
    return Error{fmt::format("lacks {}", names), ErrorKind::rights};
}

Error explain_load_failure(const MachineFacts& facts, int code) {
    if (facts.has_bpf_loop == false) {
        return {fmt::format("this kernel ({}) is too old: exectap needs Linux 5.17 or newer", facts.kernel_release)};
    }
    if (!facts.has_btf) {
        return {
            fmt::format("this kernel does not describe its types (no {}): exectap needs one built with "
                        "CONFIG_DEBUG_INFO_BTF=y",
                        kBtfPath)};
    }
    if (facts.lockdown == Lockdown::confidentiality) {
        return {
            "this kernel is locked down (confidentiality), which forbids reading its memory: boot without "
            "lockdown=confidentiality"};
    }
    if (code == EPERM && facts.is_in_user_namespace) {
        return {
            "this is a user namespace, as in a rootless container: its capabilities are not the machine's, and tracing "
            "needs those; run exectap outside it",
            ErrorKind::failure, code};
    }
    if (code == EPERM) {
        return {
            "bpf(2) is not permitted here, although exectap has the capabilities: a seccomp profile, as containers "
            "have, or a security module forbids it; allow it there, or run exectap outside",
            ErrorKind::failure, code};
    }
    return {fmt::format("the kernel ({}) refused exectap's programs: {}; -vv shows what it said", facts.kernel_release,
                        std::strerror(code)),
            ErrorKind::failure, code};
}

MachineFacts rights_of_caller() {
    MachineFacts facts;
    facts.effective_capabilities = effective_capabilities();
    facts.is_root = ::geteuid() == 0;
    facts.has_no_new_privileges = ::prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1;
    return facts;
}

MachineFacts facts_of_machine(BpfUse use) {
    auto facts = rights_of_caller();
    facts.has_btf = ::access(kBtfPath, R_OK) == 0;
    facts.has_bpf_loop = has_bpf_loop(use);
    facts.lockdown = lockdown_of_kernel();
    // What can't be asked is taken for the first.
    facts.is_in_user_namespace = !is_in_first_user_namespace().value_or(true);
    facts.has_seccomp_filter = has_seccomp_filter();
    utsname name{};
    if (::uname(&name) == 0) {
        facts.kernel_release = name.release;
        facts.architecture = name.machine;
    }
    return facts;
}

}  // namespace exectap
