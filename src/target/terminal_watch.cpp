// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/terminal_watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

namespace exectap {

Result<TerminalWatch> TerminalWatch::open(std::span<const TerminalTarget> terminals) {
    TerminalWatch watch;
    watch.inotify_ = UniqueFd(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    for (const auto& terminal : terminals) {
        const std::filesystem::path path(terminal.path);
        const int directory =
            watch.inotify_ ? ::inotify_add_watch(watch.inotify_.get(), path.parent_path().c_str(), IN_DELETE) : -1;
        if (directory < 0)
            return Error{fmt::format("can't watch {}: {}", path.parent_path().string(), std::strerror(errno)),
                         ErrorKind::failure, errno};
        watch.terminals_.push_back({directory, path.filename()});
    }
    return watch;
}

std::vector<std::size_t> TerminalWatch::take_gone() {
    std::vector<std::size_t> gone;
    alignas(inotify_event) std::array<char, 4096> buffer{};
    for (;;) {
        const auto bytes = ::read(inotify_.get(), buffer.data(), buffer.size());
        if (bytes <= 0) return gone;
        for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
            inotify_event event{};
            std::memcpy(&event, buffer.data() + at, sizeof event);
            const std::string_view name(event.len > 0 ? buffer.data() + at + sizeof event : "");
            for (std::size_t i = 0; i < terminals_.size(); i++) {
                if (terminals_[i].directory == event.wd && terminals_[i].name == name) gone.push_back(i);
            }
            at += sizeof event + event.len;
        }
    }
}

}  // namespace exectap
