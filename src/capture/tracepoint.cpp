// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/tracepoint.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <utility>

#include "log/log.h"

namespace exectap {
namespace {

Error failure(std::string_view what) {
    return {fmt::format("{}: {}", what, std::strerror(errno)), ErrorKind::failure, errno};
}

constexpr const char* kMountPoint = "/sys/kernel/tracing";

Error closed_to_us() { return {"tracefs is root's: reading it takes CAP_DAC_READ_SEARCH", ErrorKind::failure, EACCES}; }

// The root of a tracefs that is attached nowhere.
Result<UniqueFd> mount_detached() {
    const UniqueFd context(::fsopen("tracefs", FSOPEN_CLOEXEC));
    if (!context && errno == EPERM) {
        return Error{fmt::format("tracefs is not mounted, and reading it all the same takes CAP_SYS_ADMIN: mount -t "
                                 "tracefs tracefs {}",
                                 kMountPoint),
                     ErrorKind::failure, EPERM};
    }
    if (!context) return failure("can't open tracefs");
    if (::fsconfig(context.get(), FSCONFIG_CMD_CREATE, nullptr, nullptr, 0) != 0)
        return failure("can't set up tracefs");
    UniqueFd root(::fsmount(context.get(), FSMOUNT_CLOEXEC, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC));
    if (!root) return failure("can't mount tracefs");
    return root;
}

struct IdFile {
    UniqueFd fd;
    TracefsPlace place;
};

Result<IdFile> open_id(std::string_view tracepoint) {
    const auto path = fmt::format("events/{}/id", tracepoint);
    UniqueFd mounted(::open(fmt::format("{}/{}", kMountPoint, path).c_str(), O_RDONLY | O_CLOEXEC));
    if (mounted) return IdFile{std::move(mounted), TracefsPlace::mounted};
    if (errno == EACCES) return closed_to_us();
    log::capture().debug("tracefs is not mounted where one looks for it; reading {} through a detached mount", path);
    const auto root = mount_detached();
    if (!root) return root.error();
    UniqueFd detached(::openat(root->get(), path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!detached && errno == EACCES) return closed_to_us();
    if (!detached) return failure(fmt::format("can't open {} in tracefs", path));
    return IdFile{std::move(detached), TracefsPlace::detached};
}

Result<std::uint64_t> read_id(std::string_view tracepoint) {
    const auto file = open_id(tracepoint);
    if (!file) return file.error();
    std::array<char, 32> text{};
    const auto bytes = ::read(file->fd.get(), text.data(), text.size());
    if (bytes < 0) return failure(fmt::format("can't read the id of tracepoint {}", tracepoint));
    std::uint64_t id = 0;
    if (std::from_chars(text.data(), text.data() + bytes, id).ec != std::errc())
        return Error{fmt::format("the id of tracepoint {} is no number", tracepoint)};
    return id;
}

}  // namespace

Result<TracefsPlace> find_tracefs() {
    // One that is there wherever failed execs can be seen by tracepoints.
    const auto file = open_id("syscalls/sys_exit_execve");
    if (!file) return file.error();
    return file->place;
}

Result<UniqueFd> open_tracepoint(std::string_view tracepoint) {
    const auto id = read_id(tracepoint);
    if (!id) return id.error();
    perf_event_attr attributes{};
    attributes.type = PERF_TYPE_TRACEPOINT;
    attributes.size = sizeof attributes;
    attributes.config = *id;
    // The program runs for every process on every CPU, whichever CPU the event names.
    constexpr int kAnyProcess = -1;
    constexpr int kCpu = 0;
    UniqueFd event(
        static_cast<int>(::syscall(SYS_perf_event_open, &attributes, kAnyProcess, kCpu, -1, PERF_FLAG_FD_CLOEXEC)));
    if (!event) return failure(fmt::format("can't open tracepoint {}", tracepoint));
    return event;
}

}  // namespace exectap
