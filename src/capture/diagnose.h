// SPDX-License-Identifier: MIT OR Apache-2.0
// Why this machine can't trace: one line with the cause and the remedy.
#pragma once

#include <cstdint>
#include <string>

#include "exectap/result.h"

namespace exectap {

struct MachineFacts {
    std::uint64_t effective_capabilities = 0;  // a bit for each CAP_ number
    bool is_root = false;
    bool has_btf = false;
    bool has_bpf_loop = false;          // since 5.17, the youngest of the helpers that are used
    bool is_confidential = false;       // lockdown that forbids reading kernel memory
    bool is_in_user_namespace = false;  // not the first one: capabilities count for nothing outside it
    std::string kernel_release;
};

// What loading needs and the caller lacks; nothing when it lacks nothing.
Result<void> check_rights(const MachineFacts& facts);

// Why loading failed with `code` although the rights are there.
Error explain_load_failure(const MachineFacts& facts, int code);

// Reads this machine's rights; cheap.
MachineFacts rights_of_caller();

// Asks the kernel for the rest too; for after a failure.
MachineFacts facts_of_machine();

}  // namespace exectap
