// SPDX-License-Identifier: MIT OR Apache-2.0
// Runs that may have lost events: what was told, what was not, and where. Of either format, to be asked the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "support/both_formats.h"

namespace exectap::test {

struct Gap {
    std::size_t place = 0;  // so many events are told before it
    std::uint64_t count = 0;
    std::string reason;
};

// All kinds of events together.
struct Account {
    std::uint64_t seen = 0;
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    bool is_complete = false;
};

struct RunWithGaps {
    ExitStatus status;
    std::vector<std::vector<std::string>> argvs;  // of the events, in their order
    std::vector<Gap> gaps;
    Account account;
};

// Throws for a verdict that misses events in any other way than by losing them.
Account account_of(const Outcome& outcome);

// Only for runs with `--events exec`: of other events nothing is kept.
RunWithGaps with_gaps(const Outcome& line);
RunWithGaps with_gaps(const JsonOutcome& json);

void send_signal(WatchingInBoth& trace, int signal);

// Both readers have told so many lines more than now, once this returns.
class MoreToldThanNow {
public:
    explicit MoreToldThanNow(WatchingInBoth& trace);

    void wait_for(std::size_t more);

private:
    WatchingInBoth& trace_;
    std::size_t line_;
    std::size_t json_;
};

// Waits until both traces end by themselves.
std::vector<RunWithGaps> finish_with_gaps(WatchingInBoth& trace);

// Fails the test unless what was told and what was lost make up the truth, and the run says so: by what stands in the
// places of what is missing, by its verdict, by its status.
void expect_exact(const RunWithGaps& run, std::uint64_t truth);

}  // namespace exectap::test
