// SPDX-License-Identifier: MIT OR Apache-2.0
// What a session's summary comes to. Apart from the session itself: formats ask it too.
#include "exectap/session.h"
#include "exectap/trace.h"

namespace exectap {

std::string_view name_of(AttemptMechanism mechanism) {
    switch (mechanism) {
        case AttemptMechanism::off: return "off";
        case AttemptMechanism::tracepoint: return "tracepoint";
        case AttemptMechanism::kretprobe: return "kretprobe";
        case AttemptMechanism::fexit: return "fexit";
    }
    return "off";
}

bool is_exact(AttemptMechanism mechanism) { return mechanism != AttemptMechanism::kretprobe; }

std::string_view name_of(TargetChange::What what) {
    switch (what) {
        case TargetChange::What::appeared: return "appeared";
        case TargetChange::What::changed: return "changed";
        case TargetChange::What::gone: return "gone";
    }
    return "changed";
}

Tally SessionSummary::total() const {
    Tally total;
    for (const auto& tally : {execs, attempts, exits, forks}) {
        total.seen += tally.seen;
        total.filtered += tally.filtered;
        total.delivered += tally.delivered;
        total.lost += tally.lost;
        total.not_queued += tally.not_queued;
        total.not_written += tally.not_written;
    }
    return total;
}

void SessionSummary::subtract(const SinkLosses& losses) {
    // In the order of Event.
    std::size_t kind = 0;
    for (auto* tally : {&execs, &attempts, &exits, &forks}) {
        tally->not_queued += losses.not_queued.at(kind);
        tally->not_written += losses.not_written.at(kind);
        tally->delivered -= losses.not_queued.at(kind) + losses.not_written.at(kind);
        kind++;
    }
}

bool SessionSummary::is_complete() const {
    return execs.is_whole() && attempts.is_whole() && exits.is_whole() && forks.is_whole() && bad_records == 0 &&
           skipped == 0 && undecided == 0 && marks_lost == 0 && cgroups_lost == 0 && lineage_lost == 0;
}

}  // namespace exectap
