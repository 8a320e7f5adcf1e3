// SPDX-License-Identifier: MIT OR Apache-2.0
// Signals as something to poll.
#pragma once

#include <csignal>
#include <optional>
#include <span>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap::cli {

class Signals {
public:
    // From now on these are only read here. Call it after COMMAND was forked: it shall inherit nothing of this.
    static Result<Signals> take(std::span<const int> numbers);

    // Readable when next() has one.
    int fd() const { return fd_.get(); }
    std::optional<int> next();

    // This one was to end the run. The next does what it does to any program: the second Ctrl-C ends the run at once.
    void take_as_the_end();

    // While the run ends. If it does so by itself, the first Ctrl-C came a moment too late and changes nothing.
    void obey(int number);

    // As above, of what nobody reads here any more.
    void let_go() const;

private:
    Signals(UniqueFd fd, const sigset_t& taken) : fd_(std::move(fd)), taken_(taken) {}

    UniqueFd fd_;
    sigset_t taken_;
    bool has_ended_run_ = false;
};

}  // namespace exectap::cli
