// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap for another user than root: a copy, since the build folder may be closed to others, and the rights of its
// file.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/exectap.h"
#include "support/io.h"
#include "support/proc.h"

namespace exectap::test {

class OwnCopy {
public:
    // Capabilities as `cap_bpf,cap_perfmon`; none if empty.
    explicit OwnCopy(const std::string& capabilities = {}) {
        std::filesystem::copy_file(EXECTAP_BINARY, path());
        if (capabilities.empty()) return;
        Process setcap({"setcap", capabilities + "+ep", path()});
        if (setcap.wait() != exited(0)) throw std::runtime_error("setcap " + capabilities);
    }

    std::string path() const { return folder_.path("exectap"); }

    // setpriv(1) keeps root's capabilities for the next exec, which is not exectap's.
    // A wrapper that runs it as user 65534, instead of the program that it is given. `setup` is run by root before.
    std::vector<std::string> as_nobody(const std::string& setup = ":") const {
        const auto run = "exec setpriv --reuid=65534 --regid=65534 --clear-groups env " + path() + " \"$@\"";
        return {"unshare", "--mount", "/bin/sh", "-c", setup + "; shift; " + run, "sh"};
    }

    // Do capabilities of files count for anything here?
    static bool heeds_capabilities() {
        const TempDir folder;
        return heeds_setuid(folder.path());
    }

private:
    TempDir folder_;
};

}  // namespace exectap::test
