// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/probes.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "capture/tracepoint.h"
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
};

struct Probe {
    const char* program;
    const char* tracepoint;  // null: the program's section says where it belongs
    When when;
    Hook hook;
    Role role = Role::first;
};

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
    Probe{"on_exec_exit", "syscalls/sys_exit_execve", When::tracepoint_attempts, Hook::attempt},
    Probe{"on_exec_exit", "syscalls/sys_exit_execveat", When::tracepoint_attempts, Hook::attempt},
};

constexpr std::array kAttemptMechanisms = {AttemptMechanism::tracepoint, AttemptMechanism::off};

bool is_wanted(const Probe& probe, const ProbeChoice& choice) {
    const auto& config = choice.config;
    if (probe.role != Role::first && !choice.is_preemptible) return false;
    const bool has_marks = !config.all || config.wants_ancestry || !config.left_out.empty() || config.find_left_out;
    switch (probe.when) {
        case When::always: return true;
        case When::marks: return has_marks;
        case When::exits: return has_marks || config.events.exits;
        case When::forks: return has_marks || config.events.forks || config.events.exits;
        case When::cgroups: return !config.all && config.cgroups.find;
        case When::tracepoint_attempts: return choice.mechanism == AttemptMechanism::tracepoint;
    }
    return false;
}

Result<Link> attach(bpf_program* program, const char* tracepoint) {
    const auto failure = [&](int code) {
        return Error{fmt::format("can't attach {}: {}", ::bpf_program__name(program), std::strerror(code)),
                     ErrorKind::failure, code};
    };
    if (tracepoint == nullptr) {
        Link link(::bpf_program__attach_trace(program));
        if (!link) return failure(errno);
        return link;
    }
    auto event = open_tracepoint(tracepoint);
    if (!event) return event.error();
    Link link(::bpf_program__attach_perf_event(program, event->get()));
    if (!link) return failure(errno);
    event->release();  // the link's now
    return link;
}

}  // namespace

std::span<const AttemptMechanism> attempt_mechanisms() { return kAttemptMechanisms; }

Result<void> select_programs(bpf_object* object, const ProbeChoice& choice) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        const std::string_view name = ::bpf_program__name(program);
        const bool is_selected = std::any_of(kProbes.begin(), kProbes.end(), [&](const Probe& probe) {
            return probe.program == name && is_wanted(probe, choice);
        });
        if (::bpf_program__set_autoload(program, is_selected) != 0)
            return Error{fmt::format("can't choose program {}", name)};
    }
    return {};
}

Result<std::vector<AttachedProgram>> attach_programs(bpf_object* object, const ProbeChoice& choice) {
    std::vector<AttachedProgram> attached;
    for (const auto& probe : kProbes) {
        if (probe.hook == Hook::iterator || !is_wanted(probe, choice)) continue;
        auto* program = ::bpf_object__find_program_by_name(object, probe.program);
        auto link = attach(program, probe.tracepoint);
        if (!link && probe.role == Role::first) return link.error();
        if (!link) {
            // It mends and tells what the kernel skips. Without it that is still counted.
            log::capture().info("{}: {}", probe.program, link.error().message);
            continue;
        }
        log::capture().info("{} attached to {}", probe.program,
                            probe.tracepoint != nullptr ? probe.tracepoint : ::bpf_program__section_name(program));
        attached.push_back({program, probe.hook, probe.role, std::move(*link)});
    }
    return attached;
}

void detach(std::vector<AttachedProgram>& programs) {
    std::for_each(programs.rbegin(), programs.rend(), [](auto& program) { program.link.reset(); });
}

}  // namespace exectap
