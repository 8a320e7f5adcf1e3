// SPDX-License-Identifier: MIT OR Apache-2.0
// Writes the manual page to stdout: the build makes exectap.1 of it.
#include <cstdio>

#include "cli/manual.h"

int main() {
    const auto page = exectap::cli::manual_page();
    return std::fwrite(page.data(), 1, page.size(), stdout) == page.size() && std::fflush(stdout) == 0 ? 0 : 1;
}
