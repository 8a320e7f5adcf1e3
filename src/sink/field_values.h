// SPDX-License-Identifier: MIT OR Apache-2.0
// The values of fields that are more than a member of their event.
#pragma once

#include "exectap/event.h"
#include "sink/fields.h"

namespace exectap {

Value syscall_of(const Call& call);
Value first_argument_of(const Call& call);
Value interpreter_of(const ExecEvent& exec);
Value script_of(const ExecEvent& exec);
Value flags_of(const ExecEvent& exec);
Value flags_of(const AttemptEvent& attempt);
Value unit_name_of(const Call& call);
Value container_of(const Call& call);
Value container_name_of(const Call& call, const EventContext& context);
Value ancestry_of(const Call& call, const EventContext& context);
Value reason_of(const LostEvent& lost);

}  // namespace exectap
