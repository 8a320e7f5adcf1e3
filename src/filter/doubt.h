// SPDX-License-Identifier: MIT OR Apache-2.0
// Values that are made of others are absent when those could not be read. So their absence proves nothing.
#pragma once

#include "sink/fields.h"

namespace exectap {

// Whether a field that has no value in this event may have one in truth.
using Doubt = bool (*)(const Event& event, const EventContext& context);

// Null: its absence always means that there is none.
Doubt doubt_about(const Field& field);

// The flags of which it is not known whether they should be set.
Flags flags_in_doubt(const Event& event);

}  // namespace exectap
