// SPDX-License-Identifier: MIT OR Apache-2.0
// A root file system for containers: one program that is linked statically, under the names of many.
#pragma once

#include <string>

#include "support/io.h"

namespace exectap::test {

class BusyboxRoot {
public:
    // Why there can be none here; empty when there can.
    static std::string why_not();

    BusyboxRoot();

    // Resolved, without links.
    const std::string& path() const { return path_; }

private:
    TempDir directory_;
    std::string path_;
};

}  // namespace exectap::test
