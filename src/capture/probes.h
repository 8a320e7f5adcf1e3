// SPDX-License-Identifier: MIT OR Apache-2.0
// Which programs are loaded and what they are attached to: one table.
#pragma once

#include <bpf/libbpf.h>

#include <memory>
#include <span>
#include <vector>

#include "exectap/result.h"
#include "exectap/session.h"

namespace exectap {

struct DestroyLink {
    void operator()(bpf_link* link) const { ::bpf_link__destroy(link); }
};
using Link = std::unique_ptr<bpf_link, DestroyLink>;

// The ways to see failed execs that are tried, cheapest first; the last one is off.
std::span<const AttemptMechanism> attempt_mechanisms();

// Whether the kernel lets programs be attached to the return of this function of its BTF. Costs next to nothing where
// it does not, as under lockdown. What loads may still not attach (arm64 before 6.4).
Result<void> try_return_probe(std::uint32_t function);

// What a program is there for.
enum class Hook { fork, exec, rename, exit, attempt, cgroup, iterator };

// Where programs can be preempted (skips.h) there are more than the first: see bpf/copies.bpf.h.
enum class Role { first, copy, check };

struct ProbeChoice {
    AttemptMechanism mechanism = AttemptMechanism::off;
    bool is_preemptible = false;                 // programs at tracepoints
    bool copies_attempts = false;                // programs of `mechanism`
    bool has_compat_calls = false;               // there are functions for those of 32-bit programs
    std::vector<RefusedMechanism> refused = {};  // before `mechanism`
};

// An iterator is only loaded: seeding runs it.
struct AttachedProgram {
    bpf_program* program;  // the object's
    Hook hook;
    Role role;
    Link link;
};

// Says which programs of the object are to be loaded, before it is.
Result<void> select_programs(bpf_object* object, const SessionConfig& config, const ProbeChoice& choice);

// Attaches what was selected. Fork, exit and exec come before the attempts, which slow the whole machine down.
Result<std::vector<AttachedProgram>> attach_programs(bpf_object* object, const SessionConfig& config,
                                                     const ProbeChoice& choice);

// The programs stay loaded.
void detach(std::vector<AttachedProgram>& programs);

}  // namespace exectap
