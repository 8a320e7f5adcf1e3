// SPDX-License-Identifier: MIT OR Apache-2.0
// A file that the kernel swaps to as long as this lives.
#pragma once

#include <cstdint>
#include <string>

namespace exectap::test {

class SwapFile {
public:
    SwapFile(std::string path, std::uint64_t bytes);
    ~SwapFile();
    SwapFile(const SwapFile&) = delete;
    SwapFile& operator=(const SwapFile&) = delete;

    // Not every file system can, and not every machine allows it.
    bool is_used() const { return is_used_; }

private:
    std::string path_;
    bool is_used_ = false;
};

}  // namespace exectap::test
