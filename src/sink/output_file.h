// SPDX-License-Identifier: MIT OR Apache-2.0
// The file that events are written to. Writing may wait, as long as the file's reader likes.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "exectap/result.h"
#include "exectap/unique_fd.h"

namespace exectap {

class OutputFile {
public:
    // A file that is truncated now, and appended to by whoever opens it again.
    static Result<OutputFile> open(const std::string& path);
    // A file that is left as it is, and appended to.
    static Result<OutputFile> open_to_append(const std::string& path);
    // A descriptor that somebody else owns: 1 or 2.
    static OutputFile borrow(int fd, std::string name);

    int fd() const { return fd_; }

    struct Written {
        std::size_t bytes = 0;
        std::optional<Error> error;  // Error::code is EPIPE when the reader has gone
    };

    // All of it, unless there is an error.
    Written write(std::string_view text) const;

    // The file of the same name, to append to: what logrotate asks for. Absent: it is a borrowed descriptor.
    std::optional<Result<OutputFile>> open_again() const;

    // Is it the very same file, under whatever name?
    bool is_same_as(const OutputFile& other) const;

    // Some file systems report only here that they are full. Nothing for a borrowed descriptor.
    Result<void> close();

private:
    OutputFile(UniqueFd owned, int fd, std::string path, std::string name)
        : owned_(std::move(owned)), fd_(fd), path_(std::move(path)), name_(std::move(name)) {}

    static Result<OutputFile> open(const std::string& path, int flags);
    Error failure(int code) const;

    UniqueFd owned_;
    int fd_ = -1;
    std::string path_;  // of an owned one
    std::string name_;  // as messages show it
};

}  // namespace exectap
