// SPDX-License-Identifier: MIT OR Apache-2.0
// A devpts of its own, as a container has: it numbers its terminals from 0. Unmounted at the end.
#pragma once

#include <string>

#include "support/io.h"

namespace exectap::test {

class Devpts {
public:
    Devpts();
    ~Devpts();
    Devpts(const Devpts&) = delete;
    Devpts& operator=(const Devpts&) = delete;

    std::string path(const std::string& name) const { return folder_.path(name); }

private:
    TempDir folder_;
};

}  // namespace exectap::test
