// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/output.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace exectap {
namespace {

Result<UniqueFd> open_file(const std::string& path, int flags) {
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0666));
    if (!file) return Error{fmt::format("can't open '{}': {}", path, std::strerror(errno)), ErrorKind::failure, errno};
    return file;
}

}  // namespace

Result<Output> Output::open(const std::string& path) {
    auto file = open_file(path, O_TRUNC);
    if (!file) return file.error();
    const int fd = file->get();
    return Output(std::move(*file), fd, fmt::format("'{}'", path));
}

Output Output::borrow(int fd, std::string name) { return {UniqueFd(), fd, std::move(name)}; }

Error Output::fail(int code, std::size_t written) {
    lines_not_written_ += static_cast<std::uint64_t>(
        std::count(buffer_.begin() + static_cast<std::ptrdiff_t>(written), buffer_.end(), '\n'));
    buffer_.clear();
    has_failed_ = true;
    return Error{fmt::format("can't write the events to {}: {}", name_, std::strerror(code)), ErrorKind::failure, code};
}

Result<void> Output::flush() {
    if (has_failed_) {
        fail(0, 0);
        return {};
    }
    std::size_t written = 0;
    while (written < buffer_.size()) {
        const auto count = ::write(fd_, buffer_.data() + written, buffer_.size() - written);
        if (count >= 0) {
            written += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            // Whoever shares the descriptor made it non-blocking.
            pollfd writable{fd_, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            return fail(errno, written);
        }
    }
    buffer_.clear();
    return {};
}

Result<void> Output::reopen() {
    if (!owned_) return {};
    auto flushed = flush();
    auto file = open_file(name_.substr(1, name_.size() - 2), O_APPEND);
    if (!file) return file.error();
    owned_ = std::move(*file);
    fd_ = owned_.get();
    has_failed_ = false;
    return flushed;
}

Result<void> Output::close() {
    auto flushed = flush();
    if (!owned_) return flushed;
    fd_ = -1;
    if (::close(owned_.release()) != 0 && flushed) {
        return Error{fmt::format("can't write the events to {}: {}", name_, std::strerror(errno)), ErrorKind::failure,
                     errno};
    }
    return flushed;
}

}  // namespace exectap
