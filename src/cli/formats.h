// SPDX-License-Identifier: MIT OR Apache-2.0
// The formats that options name. A new one is one file in src/sink and its lines here.
#pragma once

#include <memory>

#include "cli/options.h"
#include "exectap/clock.h"
#include "sink/format.h"

namespace exectap::cli {

// What the fields that are shown need of the kernel side.
FieldNeeds needs_of_format(const Options& options);

// `fd` is where its lines go. Of `lookups` is there what needs_of_format() says.
std::unique_ptr<Format> make_format(const Options& options, const Clock& clock, const Lookups& lookups, int fd);

// On `fd`, where it is left to it: on a terminal, unless NO_COLOR is set or TERM is dumb.
bool wants_colours(ColourUse use, int fd);

// Whether searches along PATH are one event, and whether that is the exec's where one comes of it.
enum class Folding { none, apart, with_exec };
Folding folding_of(FormatName format);

}  // namespace exectap::cli
