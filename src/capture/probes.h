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

// The ways to see failed execs, cheapest first; the last one is off.
std::span<const AttemptMechanism> attempt_mechanisms();

// Says which programs of the object are to be loaded, before it is.
Result<void> select_programs(bpf_object* object, const SessionConfig& config, AttemptMechanism mechanism);

// Attaches what was selected. Fork, exit and exec come before the attempts, which slow the whole machine down.
Result<std::vector<Link>> attach_programs(bpf_object* object, const SessionConfig& config, AttemptMechanism mechanism);

}  // namespace exectap
