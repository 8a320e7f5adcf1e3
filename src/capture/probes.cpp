// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/probes.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <linux/bpf.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <string_view>

#include "capture/tracepoint.h"
#include "exectap/unique_fd.h"
#include "log/log.h"

namespace exectap {
namespace {

enum class When {
    always,
    marks,    // where tasks are marked: not when all are watched and nobody asks who they are
    exits,    // the same, or the ends of processes are told
    forks,    // the same, or either is told: since when a process has run is kept in its mark
    cgroups,  // where targets are cgroups
    tracepoint_attempts,
    preemptible_tracepoint_attempts,
    kretprobe_attempts,
    fexit_attempts,
};

enum class Calls { native, compat };  // compat: those of 32-bit programs

struct Probe {
    const char* program;
    // A tracepoint, or what kReturnOf names; null: the program's section says where it belongs.
    const char* place;
    When when;
    Hook hook;
    Role role = Role::first;
    Calls calls = Calls::native;
};

// A place: the return of the function that this program's section names.
constexpr std::string_view kReturnOf = "return of ";

constexpr Probe at_return(const char* program, Calls calls, Role role = Role::first) {
    return {program, nullptr, When::fexit_attempts, Hook::attempt, role, calls};
}

constexpr Probe by_kretprobe(const char* place, Calls calls) {
    return {"on_exec_return", place, When::kretprobe_attempts, Hook::attempt, Role::first, calls};
}

constexpr std::array kProbes = {
    Probe{"on_exit", nullptr, When::exits, Hook::exit},
    Probe{"on_exit_copy", "sched/sched_process_exit", When::exits, Hook::exit, Role::copy},
    Probe{"on_fork", nullptr, When::forks, Hook::fork},
    Probe{"on_fork_copy", nullptr, When::forks, Hook::fork, Role::copy},
    Probe{"on_rename", nullptr, When::always, Hook::rename},
    Probe{"on_rename_copy", "task/task_rename", When::always, Hook::rename, Role::copy},
    Probe{"on_exec", nullptr, When::always, Hook::exec},
    Probe{"on_exec_copy", nullptr, When::always, Hook::exec, Role::copy},
    Probe{"on_cgroup_made", nullptr, When::cgroups, Hook::cgroup},
    Probe{"on_cgroup_removed", nullptr, When::cgroups, Hook::cgroup},
    Probe{"mark_tasks", nullptr, When::marks, Hook::iterator},
    // After those they check. They are detached in the other order, so that nothing is checked that can't be told.
    Probe{"check_fork", "sched/sched_process_fork", When::forks, Hook::fork, Role::check},
    Probe{"check_exec", "sched/sched_process_exec", When::always, Hook::exec, Role::check},
    at_return("on_execve_return", Calls::native),
    at_return("on_execve_return_copy", Calls::native, Role::copy),
    at_return("check_execve_return", Calls::native, Role::check),
    by_kretprobe("return of on_execve_return", Calls::native),
    at_return("on_execveat_return", Calls::native),
    at_return("on_execveat_return_copy", Calls::native, Role::copy),
    at_return("check_execveat_return", Calls::native, Role::check),
    by_kretprobe("return of on_execveat_return", Calls::native),
    at_return("on_compat_execve_return", Calls::compat),
    at_return("on_compat_execve_return_copy", Calls::compat, Role::copy),
    at_return("check_compat_execve_return", Calls::compat, Role::check),
    by_kretprobe("return of on_compat_execve_return", Calls::compat),
    at_return("on_compat_execveat_return", Calls::compat),
    at_return("on_compat_execveat_return_copy", Calls::compat, Role::copy),
    at_return("check_compat_execveat_return", Calls::compat, Role::check),
    by_kretprobe("return of on_compat_execveat_return", Calls::compat),
    Probe{"on_exec_exit", "syscalls/sys_exit_execve", When::tracepoint_attempts, Hook::attempt},
    Probe{"on_exec_exit", "syscalls/sys_exit_execveat", When::tracepoint_attempts, Hook::attempt},
    Probe{"on_call_exit", nullptr, When::preemptible_tracepoint_attempts, Hook::attempt},
    Probe{"on_call_exit_copy", nullptr, When::preemptible_tracepoint_attempts, Hook::attempt, Role::copy},
    Probe{"check_call_exit", nullptr, When::preemptible_tracepoint_attempts, Hook::attempt, Role::check},
};

// By kretprobe only who asks for it: it is not exact.
constexpr std::array kAttemptMechanisms = {AttemptMechanism::fexit, AttemptMechanism::tracepoint,
                                           AttemptMechanism::off};

bool is_wanted(const Probe& probe, const SessionConfig& config, const ProbeChoice& choice) {
    const bool can_be_skipped = probe.hook == Hook::attempt ? choice.copies_attempts : choice.is_preemptible;
    if (probe.role != Role::first && !can_be_skipped) return false;
    if (probe.calls == Calls::compat && !choice.has_compat_calls) return false;
    const bool has_marks = !config.all || config.wants_ancestry || !config.left_out.empty() || config.find_left_out;
    switch (probe.when) {
        case When::always: return true;
        case When::marks: return has_marks;
        case When::exits: return has_marks || config.events.exits;
        case When::forks: return has_marks || config.events.forks || config.events.exits;
        case When::cgroups: return !config.all && config.cgroups.find;
        case When::tracepoint_attempts:
            return choice.mechanism == AttemptMechanism::tracepoint && !choice.is_preemptible;
        case When::preemptible_tracepoint_attempts:
            return choice.mechanism == AttemptMechanism::tracepoint && choice.is_preemptible;
        case When::kretprobe_attempts: return choice.mechanism == AttemptMechanism::kretprobe;
        case When::fexit_attempts: return choice.mechanism == AttemptMechanism::fexit;
    }
    return false;
}

struct Attached {
    Link link;
    std::string place;
};

Result<Attached> attach(bpf_object* object, bpf_program* program, const char* place) {
    const auto failure = [&](int code) {
        return Error{fmt::format("can't attach {}: {}", ::bpf_program__name(program), std::strerror(code)),
                     ErrorKind::failure, code};
    };
    const auto attached = [&](bpf_link* link, std::string_view where) -> Result<Attached> {
        if (link == nullptr) return failure(errno);
        return Attached{Link(link), std::string(where)};
    };
    if (place == nullptr) return attached(::bpf_program__attach_trace(program), ::bpf_program__section_name(program));
    if (std::string_view(place).starts_with(kReturnOf)) {
        const auto* named = ::bpf_object__find_program_by_name(object, place + kReturnOf.size());
        const std::string section = ::bpf_program__section_name(named);
        const auto function = section.substr(section.find('/') + 1);
        if (::access("/sys/bus/event_source/devices/kprobe", F_OK) != 0) return Error{"this kernel has no kprobes"};
        constexpr bool kAtReturn = true;
        return attached(::bpf_program__attach_kprobe(program, kAtReturn, function.c_str()), "kretprobe/" + function);
    }
    auto event = open_tracepoint(place);
    if (!event) return event.error();
    auto done = attached(::bpf_program__attach_perf_event(program, event->get()), place);
    if (done) event->release();  // the link's now
    return done;
}

}  // namespace

std::span<const AttemptMechanism> attempt_mechanisms() { return kAttemptMechanisms; }

Result<void> try_return_probe(std::uint32_t function) {
    const std::array program = {bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0},
                                bpf_insn{.code = BPF_JMP | BPF_EXIT}};
    LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FEXIT, .attach_btf_id = function);
    const UniqueFd loaded(
        ::bpf_prog_load(BPF_PROG_TYPE_TRACING, "try_return", "Dual MIT/GPL", program.data(), program.size(), &options));
    if (loaded) return {};
    return Error{fmt::format("the kernel lets no function be traced ({}; lockdown forbids it)", std::strerror(errno)),
                 ErrorKind::failure, errno};
}

Result<void> select_programs(bpf_object* object, const SessionConfig& config, const ProbeChoice& choice) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        const std::string_view name = ::bpf_program__name(program);
        const bool is_selected = std::any_of(kProbes.begin(), kProbes.end(), [&](const Probe& probe) {
            return probe.program == name && is_wanted(probe, config, choice);
        });
        if (::bpf_program__set_autoload(program, is_selected) != 0)
            return Error{fmt::format("can't choose program {}", name)};
    }
    return {};
}

Result<std::vector<AttachedProgram>> attach_programs(bpf_object* object, const SessionConfig& config,
                                                     const ProbeChoice& choice) {
    std::vector<AttachedProgram> attached;
    for (const auto& probe : kProbes) {
        if (probe.hook == Hook::iterator || !is_wanted(probe, config, choice)) continue;
        auto* program = ::bpf_object__find_program_by_name(object, probe.program);
        auto done = attach(object, program, probe.place);
        // Copies of attempts count for each other.
        if (!done && (probe.role == Role::first || probe.hook == Hook::attempt)) return done.error();
        if (!done) {
            // It mends and tells what the kernel skips. Without it that is still counted.
            log::capture().info("{}: {}", probe.program, done.error().message);
            continue;
        }
        log::capture().info("{} attached to {}", probe.program, done->place);
        attached.push_back({program, probe.hook, probe.role, std::move(done->link)});
    }
    return attached;
}

void detach(std::vector<AttachedProgram>& programs) {
    std::for_each(programs.rbegin(), programs.rend(), [](auto& program) { program.link.reset(); });
}

}  // namespace exectap
