// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/output_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

namespace exectap {

Result<OutputFile> OutputFile::open(const std::string& path, int flags) {
    UniqueFd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0666));
    if (!file) return Error{fmt::format("can't open '{}': {}", path, std::strerror(errno)), ErrorKind::failure, errno};
    const int fd = file.get();
    return OutputFile(std::move(file), fd, path, fmt::format("'{}'", path));
}

Result<OutputFile> OutputFile::open(const std::string& path) { return open(path, O_TRUNC); }

Result<OutputFile> OutputFile::open_to_append(const std::string& path) { return open(path, O_APPEND); }

OutputFile OutputFile::borrow(int fd, std::string name) { return {UniqueFd(), fd, {}, std::move(name)}; }

Error OutputFile::failure(int code) const {
    return {fmt::format("can't write the events to {}: {}", name_, std::strerror(code)), ErrorKind::failure, code};
}

OutputFile::Written OutputFile::write(std::string_view text) const {
    Written written;
    while (written.bytes < text.size()) {
        const auto count = ::write(fd_, text.data() + written.bytes, text.size() - written.bytes);
        if (count >= 0) {
            written.bytes += static_cast<std::size_t>(count);
        } else if (errno == EAGAIN) {
            // Whoever shares the descriptor made it non-blocking.
            pollfd writable{fd_, POLLOUT, 0};
            ::poll(&writable, 1, -1);
        } else if (errno != EINTR) {
            written.error = failure(errno);
            return written;
        }
    }
    return written;
}

std::optional<Result<OutputFile>> OutputFile::open_again() const {
    if (!owned_) return std::nullopt;
    return open_to_append(path_);
}

bool OutputFile::is_same_as(const OutputFile& other) const {
    struct stat ours {};
    struct stat theirs {};
    return ::fstat(fd_, &ours) == 0 && ::fstat(other.fd_, &theirs) == 0 && ours.st_dev == theirs.st_dev &&
           ours.st_ino == theirs.st_ino;
}

Result<void> OutputFile::close() {
    if (!owned_) return {};
    fd_ = -1;
    if (::close(owned_.release()) != 0) return failure(errno);
    return {};
}

}  // namespace exectap
