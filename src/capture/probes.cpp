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
    marks,  // where tasks are marked: not when all are watched and nobody asks who they are
    exits,  // the same, or the ends of processes are told
    forks,  // the same, or either is told: since when a process has run is kept in its mark
    tracepoint_attempts,
};

struct Probe {
    const char* program;
    const char* tracepoint;  // null: the program's section says where it belongs
    When when;
    bool is_attached = true;  // an iterator is only loaded; seeding runs it
};

constexpr std::array kProbes = {
    Probe{"on_exit", nullptr, When::exits},
    Probe{"on_fork", nullptr, When::forks},
    Probe{"on_rename", nullptr, When::always},
    Probe{"on_exec", nullptr, When::always},
    Probe{"mark_tasks", nullptr, When::marks, false},
    Probe{"on_exec_exit", "syscalls/sys_exit_execve", When::tracepoint_attempts},
    Probe{"on_exec_exit", "syscalls/sys_exit_execveat", When::tracepoint_attempts},
};

constexpr std::array kAttemptMechanisms = {AttemptMechanism::tracepoint, AttemptMechanism::off};

bool is_wanted(const Probe& probe, const SessionConfig& config, AttemptMechanism mechanism) {
    const bool has_marks = !config.all || config.wants_ancestry || config.find_left_out;
    switch (probe.when) {
        case When::always: return true;
        case When::marks: return has_marks;
        case When::exits: return has_marks || config.events.exits;
        case When::forks: return has_marks || config.events.forks || config.events.exits;
        case When::tracepoint_attempts: return mechanism == AttemptMechanism::tracepoint;
    }
    return false;
}

Result<Link> attach(bpf_program* program, const char* tracepoint) {
    const auto failure = [&](int code) {
        return Error{fmt::format("can't attach {}: {}", ::bpf_program__name(program), std::strerror(code)),
                     ErrorKind::failure, code};
    };
    if (tracepoint == nullptr) {
        Link link(::bpf_program__attach(program));
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

Result<void> select_programs(bpf_object* object, const SessionConfig& config, AttemptMechanism mechanism) {
    bpf_program* program = nullptr;
    bpf_object__for_each_program(program, object) {
        const std::string_view name = ::bpf_program__name(program);
        const bool is_selected = std::any_of(kProbes.begin(), kProbes.end(), [&](const Probe& probe) {
            return probe.program == name && is_wanted(probe, config, mechanism);
        });
        if (::bpf_program__set_autoload(program, is_selected) != 0)
            return Error{fmt::format("can't choose program {}", name)};
    }
    return {};
}

Result<std::vector<Link>> attach_programs(bpf_object* object, const SessionConfig& config, AttemptMechanism mechanism) {
    std::vector<Link> links;
    for (const auto& probe : kProbes) {
        if (!probe.is_attached || !is_wanted(probe, config, mechanism)) continue;
        auto* program = ::bpf_object__find_program_by_name(object, probe.program);
        auto link = attach(program, probe.tracepoint);
        if (!link) return link.error();
        log::capture().info("{} attached to {}", probe.program,
                            probe.tracepoint != nullptr ? probe.tracepoint : ::bpf_program__section_name(program));
        links.push_back(std::move(*link));
    }
    return links;
}

}  // namespace exectap
