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
    return Signals(std::move(fd), set);
}

std::optional<int> Signals::next() {
    signalfd_siginfo info{};
    if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
    return static_cast<int>(info.ssi_signo);
}

void Signals::take_as_the_end() {
    has_ended_run_ = true;
    let_go();
}

void Signals::obey(int number) {
    if (number == SIGUSR1) return;
    if (!has_ended_run_) {
        take_as_the_end();
        return;
    }
    ::raise(number);
}

void Signals::let_go() const {
    auto ending = taken_;
    ::sigdelset(&ending, SIGUSR1);
    if (!has_ended_run_) {
        struct sigaction once {};
        once.sa_handler = [](int) {};
        once.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;
        for (int number = 1; number < NSIG; number++)
            if (::sigismember(&ending, number) == 1) ::sigaction(number, &once, nullptr);
    }
    ::sigprocmask(SIG_UNBLOCK, &ending, nullptr);
}

}  // namespace exectap::cli
