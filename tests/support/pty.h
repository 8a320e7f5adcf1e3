// SPDX-License-Identifier: MIT OR Apache-2.0
// A pseudo-terminal. It is nobody's controlling terminal until a Process is started on it.
#pragma once

#include <string>

#include "support/io.h"

namespace exectap::test {

class Pty {
public:
    Pty();

    // "/dev/pts/9"
    const std::string& path() const { return path_; }
    // What a terminal's window would show, and where its keyboard types.
    const UniqueFd& master() const { return master_; }

    // "9"
    std::string number() const { return path_.substr(path_.rfind('/') + 1); }

private:
    UniqueFd master_;
    std::string path_;
};

}  // namespace exectap::test
