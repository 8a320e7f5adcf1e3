// SPDX-License-Identifier: MIT OR Apache-2.0
// Who reads the events is not watched, and neither is what it runs: else each event would make the next one.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "cli/options.h"
#include "exectap/target.h"

namespace exectap::cli {

// May its reader go away? Readers of files don't, and of a terminal that does SIGHUP tells.
bool is_pipe(int fd);

class LeftOut {
public:
    // `fd` is what events are written to, a pipe. `options` outlive this.
    LeftOut(int fd, const Options& options) : fd_(fd), options_(options) {}

    // But for the targets, which the user asked for.
    std::vector<ProcessTarget> find(std::span<const ProcessTarget> targets);

    // Says which of them would have been watched, if there are any, and that they can't be found.
    void tell() const;

private:
    int fd_;
    const Options& options_;
    std::vector<std::string> names_;
    bool are_hidden_ = false;
};

}  // namespace exectap::cli
