// SPDX-License-Identifier: MIT OR Apache-2.0
// A root file system with busybox.
#include "support/busybox_root.h"

#include <unistd.h>

#include <filesystem>

namespace exectap::test {
namespace {

constexpr const char* kBusybox = "/bin/busybox";

}  // namespace

std::string BusyboxRoot::why_not() {
    return ::access(kBusybox, X_OK) == 0 ? "" : "busybox is not installed (Debian: busybox-static)";
}

BusyboxRoot::BusyboxRoot() : path_(std::filesystem::canonical(directory_.path())) {
    // What engines mount things on, and what a user's shell looks for.
    for (const auto* folder : {"bin", "dev", "etc", "proc", "run", "sys", "tmp"})
        std::filesystem::create_directory(directory_.path(folder));
    std::filesystem::copy_file(kBusybox, directory_.path("bin/busybox"));
    for (const auto* name : {"cat", "echo", "sh", "sleep", "true"})
        std::filesystem::create_symlink("busybox", directory_.path("bin") + "/" + name);
}

}  // namespace exectap::test
