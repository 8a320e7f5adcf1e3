// SPDX-License-Identifier: MIT OR Apache-2.0
// A buffered file that knows what of it was not written.
#pragma once

#include <cstdint>
#include <string>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

class Output {
public:
    // A file that is truncated now and appended to after reopen().
    static Result<Output> open(const std::string& path);
    // A descriptor that somebody else owns: 1 or 2.
    static Output borrow(int fd, std::string name);

    // What flush() writes. Whoever appends ends every event with a newline and puts no other one there.
    std::string& buffer() { return buffer_; }

    int fd() const { return fd_; }

    bool is_full() const { return buffer_.size() >= kFlushBytes; }

    // After an error the rest is thrown away, and so is all that comes until reopen().
    Result<void> flush();

    // Closes the file and opens its name again, to append: what logrotate asks for. Nothing for a borrowed one.
    Result<void> reopen();

    // Flushes and closes, which is where some file systems first report that they are full.
    Result<void> close();

    std::uint64_t lines_not_written() const { return lines_not_written_; }

private:
    Output(UniqueFd owned, int fd, std::string name) : owned_(std::move(owned)), fd_(fd), name_(std::move(name)) {}

    Error fail(int code, std::size_t written);

    static constexpr std::size_t kFlushBytes = 64 << 10;

    UniqueFd owned_;
    int fd_ = -1;
    std::string name_;
    std::string buffer_;
    std::uint64_t lines_not_written_ = 0;
    bool has_failed_ = false;
};

}  // namespace exectap
