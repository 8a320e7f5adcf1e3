// SPDX-License-Identifier: MIT OR Apache-2.0
// Behind the kernel's filters: which events are shown, and which must not be there.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/session.h"
#include "filter/expression.h"
#include "sink/fields.h"

namespace exectap {

class ContainerNames;
class ProcessTable;

class Selection {
public:
    struct Options {
        EventKinds events;                    // that may be shown
        std::optional<Expression> shown;      // empty: all of these
        std::optional<Expression> forbidden;  // empty: nothing is
        // Gets each event that `forbidden` matches (yes), or that it can't decide on (unknown).
        std::function<void(const Event&, Truth)> on_forbidden;
    };

    // `table` knows of an event before shows() is asked, and outlives this one. Null: then an end or a fork is shown
    // only if its own fields decide. `names` outlives it too.
    Selection(Options options, const Clock& clock, ProcessTable* table, const ContainerNames* names = nullptr);

    // What a session has to be asked for so that the expressions can be tested and followed.
    static FieldNeeds needs(const Options& options);

    // Whether an event that was asked for is to be shown. One whose test depends on what was not read is.
    bool shows(const Event& event);

    std::uint64_t undecided() const { return undecided_; }
    std::uint64_t forbidden_matched() const { return forbidden_matched_; }

private:
    bool is_kind_shown(const Event& event) const;
    // Whether it depended on what was not read.
    bool look_for_forbidden(const Event& event);
    bool follows_shown(const Event& event) const;

    Options options_;
    Clock clock_;
    ProcessTable* table_;
    const ContainerNames* names_;
    std::uint64_t undecided_ = 0;
    std::uint64_t forbidden_matched_ = 0;
};

}  // namespace exectap
