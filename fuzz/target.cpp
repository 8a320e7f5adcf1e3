// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target.h"

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace exectap::fuzz {

void check(bool is_kept, std::string_view rule, std::string_view text) {
    if (is_kept) return;
    std::fprintf(stderr, "broken rule: %.*s\n", static_cast<int>(rule.size()), rule.data());
    // In hexadecimal: it may be what no terminal should get.
    for (const char c : text.substr(0, 4096)) std::fprintf(stderr, "%02x", static_cast<unsigned>(c) & 0xFFU);
    if (!text.empty()) std::fputc('\n', stderr);
    std::abort();
}

}  // namespace exectap::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    exectap::fuzz::run({reinterpret_cast<const char*>(data), size});
    return 0;
}
