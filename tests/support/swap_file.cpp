// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/swap_file.h"

#include <sys/swap.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <utility>

#include "support/io.h"

namespace exectap::test {
namespace {

// The first page as mkswap makes it: version and last page at 1024, and the kernel's magic at the end.
std::string header_of(std::uint64_t bytes) {
    constexpr std::size_t kInfo = 1024;
    constexpr std::string_view kMagic = "SWAPSPACE2";
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::array<std::uint32_t, 2> info{1, static_cast<std::uint32_t>(bytes / page_bytes - 1)};
    std::string page(page_bytes, '\0');
    std::memcpy(page.data() + kInfo, info.data(), sizeof info);
    page.replace(page_bytes - kMagic.size(), kMagic.size(), kMagic);
    return page;
}

}  // namespace

SwapFile::SwapFile(std::string path, std::uint64_t bytes) : path_(std::move(path)) {
    auto content = header_of(bytes);
    // All of it is written: a file with holes is refused.
    content.resize(bytes, '\0');
    write_file(path_, content, 0600);
    is_used_ = ::swapon(path_.c_str(), 0) == 0;
}

SwapFile::~SwapFile() {
    if (is_used_ && ::swapoff(path_.c_str()) != 0) std::perror(path_.c_str());
}

}  // namespace exectap::test
