// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/signals.h"

#include <fmt/format.h>
#include <sys/signalfd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

namespace exectap::cli {

Result<Signals> Signals::take(std::span<const int> numbers) {
    sigset_t set;
    ::sigemptyset(&set);
    for (const int number : numbers) ::sigaddset(&set, number);
    ::sigprocmask(SIG_BLOCK, &set, nullptr);
    UniqueFd fd(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!fd) return Error{fmt::format("can't wait for signals: {}", std::strerror(errno)), ErrorKind::failure, errno};
    return Signals(std::move(fd));
}

std::optional<int> Signals::next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

void Signals::let_go() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void Signals::obey(int number) {
    if (number == SIGUSR1) return;
    let_go();
    ::raise(number);
}

}  // namespace exectap::cli
