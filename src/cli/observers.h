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
#include "sink/fields.h"
#include "target/cgroup_watch.h"
#include "target/container_names.h"

namespace exectap::cli {

class Observers {
public:
    static Result<std::unique_ptr<Observers>> create(const Options& options, const Clock& clock);

    // A session opened with this configuration asks them; they outlive it.
    void observe(SessionConfig& config);

    // Null: nobody asks for ancestry.
    ProcessTable* table() const { return table_.get(); }

    // Null: nobody asks for names of containers.
    ContainerNames* names() const { return names_.get(); }
    ContainerLookup containers() const;
    // Waits until the engines have told of all that they have, or have taken too long.
    void wait_for_names() const;
    Lookups lookups() const { return {table_.get(), names_.get()}; }

    // Null: without --fail-if.
    Matches* matches() { return matches_ ? &*matches_ : nullptr; }
    std::optional<std::uint64_t> forbidden_matched() const;

    // Events that the filters or --fail-if could not decide on.
    std::uint64_t undecided() const { return selection_ ? selection_->undecided() : 0; }

private:
    Observers() = default;

    void look_at(const Event& event);

    std::unique_ptr<ProcessTable> table_;
    std::unique_ptr<ContainerNames> names_;
    std::optional<Matches> matches_;
    std::optional<Selection> selection_;  // empty: nothing is asked about
};

}  // namespace exectap::cli
