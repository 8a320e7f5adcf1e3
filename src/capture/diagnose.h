// SPDX-License-Identifier: MIT OR Apache-2.0
// Why this machine can't trace: one line with the cause and the remedy.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "exectap/result.h"

namespace exectap {

// What root is not allowed either, so that the kernel stays as it was signed.
enum class Lockdown { unknown, none, integrity, confidentiality };

struct MachineFacts {
    std::uint64_t effective_capabilities = 0;  // a bit for each CAP_ number
    bool is_root = false;
    bool has_no_new_privileges = false;  // capabilities of files count for nothing
    bool has_btf = false;                // that can be read
    // Since 5.17, the youngest of the helpers that are used. Absent: nobody can tell.
    std::optional<bool> has_bpf_loop;
    Lockdown lockdown = Lockdown::unknown;
    bool is_in_user_namespace = false;  // not the first one: capabilities count for nothing outside it
    bool has_seccomp_filter = false;
    std::string kernel_release;
    std::string architecture;
};

// What loading needs and the caller lacks; nothing when it lacks nothing.
Result<void> check_rights(const MachineFacts& facts);

// Why loading failed with `code` although the rights are there.
Error explain_load_failure(const MachineFacts& facts, int code);

// Reads this machine's rights; cheap.
MachineFacts rights_of_caller();

// A seccomp filter may end whoever calls bpf(2).
enum class BpfUse { no, yes };

// Asks the kernel for the rest too; for after a failure, and for exectap doctor.
MachineFacts facts_of_machine(BpfUse use = BpfUse::yes);

}  // namespace exectap
