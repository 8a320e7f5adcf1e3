// SPDX-License-Identifier: MIT OR Apache-2.0
// Who sees events before they are told: the process table, the filters, --fail-if.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "cli/matches.h"
#include "cli/options.h"
#include "exectap/clock.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "filter/selection.h"
#include "process/table.h"

namespace exectap::cli {

class Observers {
public:
    static Result<std::unique_ptr<Observers>> create(const Options& options, const Clock& clock);

    // A session opened with this configuration asks them; they outlive it.
    void observe(SessionConfig& config);

    // Null: nobody asks for ancestry.
    ProcessTable* table() const { return table_.get(); }

    // Null: without --fail-if.
    Matches* matches() { return matches_ ? &*matches_ : nullptr; }
    std::optional<std::uint64_t> forbidden_matched() const;

    // Events that the filters or --fail-if could not decide on.
    std::uint64_t undecided() const { return selection_ ? selection_->undecided() : 0; }

private:
    Observers() = default;

    std::unique_ptr<ProcessTable> table_;
    std::optional<Matches> matches_;
    std::optional<Selection> selection_;  // empty: nothing is asked about
};

}  // namespace exectap::cli
