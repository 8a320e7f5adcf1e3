// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/trial.h"

#include <linux/bpf.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace exectap {
namespace {

// Asks of a descriptor that there is not: whoever says that has answered.
int code_of_bpf() {
    bpf_attr attributes{};
    attributes.info.bpf_fd = static_cast<__u32>(-1);
    ::syscall(SYS_bpf, BPF_OBJ_GET_INFO_BY_FD, &attributes, sizeof attributes);
    return errno == EPERM || errno == EACCES || errno == ENOSYS ? errno : 0;
}

SessionConfig watching_nobody() {
    SessionConfig config;
    config.events = {.execs = true, .attempts = true, .exits = true, .forks = true};
    config.wants_paths = true;
    config.cgroups.find = [] { return std::vector<Cgroup>(); };
    return config;
}

}  // namespace

BpfAnswer ask_bpf() {
    const pid_t child = ::fork();
    if (child < 0) return {.code = code_of_bpf()};
    if (child == 0) {
        const rlimit no_core{0, 0};
        ::setrlimit(RLIMIT_CORE, &no_core);
        ::_exit(code_of_bpf());
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (WIFSIGNALED(status)) return {.code = EPERM, .is_deadly = true};
    return {.code = WEXITSTATUS(status)};
}

Trial try_to_trace() {
    using std::chrono::steady_clock;
    Trial trial;
    auto config = watching_nobody();
    auto began = steady_clock::now();
    const auto open = [&] {
        began = steady_clock::now();
        return Session::open(config);
    };
    auto session = open();
    if (!session && session.error().code == ENOMEM) {
        trial.ring_problem = session.error().message;
        config.ring_bytes = fitting_ring_bytes(1, config.max_args_bytes);
        session = open();
    }
    if (!session && session.error().kind != ErrorKind::rights) {
        trial.cgroup_problem = session.error().message;
        config.cgroups.find = nullptr;
        session = open();
    }
    if (!session) {
        trial.error = session.error();
        return trial;
    }
    trial.took = std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - began);
    trial.attempts = (*session)->attempt_mechanism();
    trial.refused = (*session)->refused_mechanisms();
    trial.manner = (*session)->kernel_manner();
    trial.ring_bytes = config.ring_bytes;
    return trial;
}

}  // namespace exectap
