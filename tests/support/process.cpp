// SPDX-License-Identifier: MIT OR Apache-2.0
// A child process of the test: fork, pidfd, pipes.
#include "support/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>

namespace exectap::test {
namespace {

// Everything the child needs, made before the fork: other threads may hold the allocator's lock.
struct ChildPlan {
    std::vector<char*> argv;
    std::vector<char*> env;
    std::array<int, 3> fds{};
    const char* terminal = nullptr;
    int failure_fd = -1;
};

std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    // exec takes char* for historical reasons, and leaves the strings alone.
    for (const auto& each : strings) pointers.push_back(const_cast<char*>(each.c_str()));
    return pointers;
}

[[noreturn]] void give_up(const ChildPlan& plan) {
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(plan.failure_fd, &error, sizeof(error));
    ::_exit(127);
}

// A test runner in the background, or under nohup, hands down ignored signals.
void reset_signals() {
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    for (const int each : {SIGINT, SIGQUIT, SIGHUP, SIGTERM, SIGPIPE, SIGCHLD, SIGUSR1}) ::signal(each, SIG_DFL);
}

[[noreturn]] void become(const ChildPlan& plan) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    reset_signals();
    if (::setsid() < 0) give_up(plan);
    if (plan.terminal != nullptr) {
        const int terminal = ::open(plan.terminal, O_RDWR | O_CLOEXEC);
        if (terminal < 0 || ::ioctl(terminal, TIOCSCTTY, 0) != 0) give_up(plan);
    }
    for (int i = 0; i < 3; i++) {
        if (::dup2(plan.fds[static_cast<std::size_t>(i)], i) < 0) give_up(plan);
    }
    ::execvpe(plan.argv[0], plan.argv.data(), plan.env.data());
    give_up(plan);
}

// Debian 12's <sys/pidfd.h> can't be linked to from C++.
int open_pidfd(pid_t pid) { return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)); }

bool signal_pidfd(const UniqueFd& pidfd, int signal) {
    return ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0) == 0;
}

// The child's end of a new pipe, or what the caller gave.
int child_end(int given, UniqueFd& end) {
    // Never 0 to 2, lest putting them in place overwrites one.
    if (given != ProcessOptions::kPipe) end = UniqueFd(checked(::fcntl(given, F_DUPFD_CLOEXEC, 3), "fcntl"));
    return end.get();
}

std::vector<char*> environment_with(const std::vector<std::string>& additions) {
    auto env = pointers_to(additions);
    for (char** each = environ; *each != nullptr; each++) {
        const std::string_view variable = *each;
        const auto name = variable.substr(0, variable.find('=') + 1);
        const bool is_replaced = std::any_of(additions.begin(), additions.end(),
                                             [&](const auto& a) { return a.compare(0, name.size(), name) == 0; });
        // Whether the tests were started by sudo is nothing to what they start.
        const bool is_of_sudo = variable.substr(0, 5) == "SUDO_";
        if (!is_replaced && !is_of_sudo) env.push_back(*each);
    }
    env.push_back(nullptr);
    return env;
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const ExitStatus& status) {
    return status.signal != 0 ? out << "killed by signal " << status.signal : out << "exit status " << status.code;
}

Process::Process(const ProcessOptions& options) {
    // A child that ends before it is written to is the test's to notice, not the end of the test.
    std::signal(SIGPIPE, SIG_IGN);
    auto in = Pipe::create();
    auto out = Pipe::create();
    auto err = Pipe::create();
    auto failure = Pipe::create();
    ChildPlan plan;
    plan.argv = pointers_to(options.argv);
    plan.argv.push_back(nullptr);
    plan.env = environment_with(options.env);
    plan.fds = {child_end(options.in, in.read_end), child_end(options.out, out.write_end),
                child_end(options.err, err.write_end)};
    if (options.terminal != nullptr) plan.terminal = options.terminal->path().c_str();
    plan.failure_fd = failure.write_end.get();

    pid_ = checked(::fork(), "fork");
    if (pid_ == 0) become(plan);
    pidfd_ = UniqueFd(checked(open_pidfd(pid_), "pidfd_open"));
    failure.write_end.reset();
    int error = 0;
    if (::read(failure.read_end.get(), &error, sizeof(error)) == sizeof(error)) {
        ::waitpid(pid_, nullptr, 0);
        throw std::system_error(error, std::generic_category(), options.argv[0]);
    }
    if (options.in == ProcessOptions::kPipe) input_ = std::move(in.write_end);
    // The other ends close here, so that the collectors see the end when the last process that writes is gone.
    for (auto* end : {&out.write_end, &err.write_end}) end->reset();
    if (options.out == ProcessOptions::kPipe) out_ = std::make_unique<LineCollector>(std::move(out.read_end));
    if (options.err == ProcessOptions::kPipe) err_ = std::make_unique<LineCollector>(std::move(err.read_end));
}

Process::~Process() {
    if (is_waited_for_) return;
    signal_pidfd(pidfd_, SIGKILL);
    siginfo_t ignored{};
    ::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &ignored, WEXITED);
}

void Process::write(std::string_view text) {
    while (!text.empty()) {
        const auto count = checked(::write(input_.get(), text.data(), text.size()), "writing to a child");
        text.remove_prefix(static_cast<std::size_t>(count));
    }
}

void Process::send_signal(int signal) const {
    if (!signal_pidfd(pidfd_, signal) && errno != ESRCH) throw_errno("pidfd_send_signal");
}

ExitStatus Process::wait() {
    if (is_waited_for_) return status_;
    std::vector<pollfd> fds{{pidfd_.get(), POLLIN, 0}};
    wait_readable(fds, fmt::format("the end of process {}", pid_));
    siginfo_t info{};
    checked(::waitid(P_PIDFD, static_cast<id_t>(pidfd_.get()), &info, WEXITED), "waitid");
    is_waited_for_ = true;
    status_ = info.si_code == CLD_EXITED ? exited(info.si_status) : killed_by(info.si_status);
    return status_;
}

}  // namespace exectap::test
