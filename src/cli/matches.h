// SPDX-License-Identifier: MIT OR Apache-2.0
// What --fail-if matched, told on stderr as it happens: never filtered, never held back, and the trace does not wait
// for it.
#pragma once

#include <cstdint>
#include <string>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/result.h"
#include "filter/truth.h"
#include "sink/line.h"
#include "sink/output.h"

namespace exectap::cli {

class Matches {
public:
    // `table` outlives it.
    static Result<Matches> create(const Clock& clock, const ProcessTable& table);

    // Before: nothing is written. The thread that writes has the rights of then. Where `events`, which has been started
    // and outlives this one, goes to stderr too, it takes the matches: two that write to one pipe at the same time
    // write into each other's lines.
    void start(Output& events);

    void tell(const Event& event, Truth truth);

    Output& output() { return shared_ != nullptr ? *shared_ : output_; }

    // Those that stderr was too slow for.
    std::uint64_t not_told() const { return not_told_; }

private:
    Matches(Output output, const Clock& clock, const ProcessTable& table);

    void append_program(const ExecId& program);

    Output output_;
    const ProcessTable* table_;
    Output* shared_ = nullptr;
    LineFormat format_;
    std::string text_;
    std::uint64_t not_told_ = 0;
};

}  // namespace exectap::cli
