// SPDX-License-Identifier: MIT OR Apache-2.0
// A pseudo-terminal. It is nobody's controlling terminal until a Process is started on it.
#pragma once

#include <string>

#include "support/devpts.h"
#include "support/io.h"

namespace exectap::test {

class Pty {
public:
    Pty() : Pty("/dev/ptmx", "/dev/pts/") {}
    // One of another devpts than the machine's.
    explicit Pty(const Devpts& devpts) : Pty(devpts.path("ptmx"), devpts.path("")) {}

    // "/dev/pts/9"
    const std::string& path() const { return path_; }
    // What a terminal's window would show, and where its keyboard types.
    const UniqueFd& master() const { return master_; }

    // "9"
    std::string number() const { return path_.substr(path_.rfind('/') + 1); }

private:
    Pty(const std::string& multiplexer, const std::string& directory);

    UniqueFd master_;
    std::string path_;
};

}  // namespace exectap::test
