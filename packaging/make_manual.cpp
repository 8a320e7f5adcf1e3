// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap_manual [EVENTS_MD]: writes exectap(1) to stdout, or, of docs/events.md, exectap-events(5).
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>

#include "cli/manual.h"
#include "events_manual.h"

namespace {

exectap::Result<std::string> events_page(const char* path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file || !text) return exectap::Error{"it can't be read", exectap::ErrorKind::failure, 0};
    return exectap::packaging::events_manual(text.str());
}

}  // namespace

int main(int argc, char** argv) {
    const auto page = argc > 1 ? events_page(argv[1]) : exectap::Result<std::string>(exectap::cli::manual_page());
    if (!page) {
        std::fprintf(stderr, "exectap_manual: %s: %s\n", argv[1], page.error().message.c_str());
        return 1;
    }
    return std::fwrite(page->data(), 1, page->size(), stdout) == page->size() && std::fflush(stdout) == 0 ? 0 : 1;
}
