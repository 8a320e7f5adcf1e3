// SPDX-License-Identifier: MIT OR Apache-2.0
// What a session's summary comes to. Apart from the session itself: formats ask it too.
#include "exectap/session.h"

namespace exectap {

std::string_view name_of(AttemptMechanism mechanism) {
    switch (mechanism) {
        case AttemptMechanism::off: return "off";
        case AttemptMechanism::tracepoint: return "tracepoint";
    }
    return "off";
}

bool SessionSummary::is_complete() const {
    const auto is_whole = [](const Tally& tally) { return tally.seen == tally.delivered && tally.lost == 0; };
    return is_whole(execs) && is_whole(attempts) && is_whole(exits) && is_whole(forks) && bad_records == 0 &&
           marks_lost == 0 && lineage_lost == 0;
}

}  // namespace exectap
