// SPDX-License-Identifier: MIT OR Apache-2.0
// The line format: one event, one line, always.
#pragma once

#include <string>
#include <vector>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "sink/fields.h"
#include "sink/format.h"

namespace exectap {

struct LineOptions {
    std::vector<const Field*> fields;  // empty: the usual ones
    Lookups lookups;                   // they are to know of an event before append() gets it
};

class LineFormat final : public Format {
public:
    // What tells that an event is not a plain exec is shown in any case.
    explicit LineFormat(const Clock& clock, const LineOptions& options = {});

    using Format::append;
    void append(std::string& text, const Event& event) override;

private:
    Clock clock_;
    Lookups lookups_;
    bool is_usual_;
    FieldsByEvent fields_;
    std::vector<ShownField> true_size_;  // of arguments that are cut
};

}  // namespace exectap
