// SPDX-License-Identifier: MIT OR Apache-2.0
// Programs at the returns of the functions of exec end in a program that is attached nowhere, see bpf/attempt.bpf.c.
#pragma once

#include <bpf/libbpf.h>

#include <vector>

#include "capture/kernel_types.h"
#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

// The kernel lets a program end only in one whose function has the very same prototype. So there is one last program,
// and one map to find it by, for all functions that share one.
class LastPrograms {
public:
    // Before the object is loaded: which last programs are, and whose they are. `is_used`: whether any is.
    static Result<LastPrograms> choose(bpf_object* object, const KernelTypes& types, bool is_used);

    // After it: where the others find them.
    Result<void> place() const;

private:
    struct Last {
        UniqueFd map;
        bpf_program* program;  // the object's
        std::uint32_t prototype;
    };
    std::vector<Last> lasts_;
};

}  // namespace exectap
