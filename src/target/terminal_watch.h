// SPDX-License-Identifier: MIT OR Apache-2.0
// Pseudo-terminals that are targets and are closed: the kernel removes their files, and says so to who watches their
// directory. Of other terminals nothing is known: a console is there for ever.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "exectap/result.h"
#include "exectap/target.h"
#include "exectap/unique_fd.h"

namespace exectap {

class TerminalWatch {
public:
    static Result<TerminalWatch> open(std::span<const TerminalTarget> terminals);

    // Readable when some may have gone.
    int fd() const { return inotify_.get(); }

    // Indices into those terminals.
    std::vector<std::size_t> take_gone();

private:
    struct Watched {
        int directory;  // inotify's number
        std::string name;
    };

    UniqueFd inotify_;
    std::vector<Watched> terminals_;
};

}  // namespace exectap
