// SPDX-License-Identifier: MIT OR Apache-2.0
// Signals as something to poll.
#pragma once

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

    // What comes now does what it does to any program: the second Ctrl-C ends the run at once.
    static void let_go();

    // Does what this signal does to any program, except for what it never means to end one.
    static void obey(int number);

private:
    explicit Signals(UniqueFd fd) : fd_(std::move(fd)) {}

    UniqueFd fd_;
};

}  // namespace exectap::cli
