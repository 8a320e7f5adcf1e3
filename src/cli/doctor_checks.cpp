// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/doctor_checks.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <linux/capability.h>

#include <cerrno>
#include <cstring>

#include "cli/capability_table.h"
#include "cli/size.h"
#include "cli/words.h"

namespace exectap::cli {
namespace {

// What stands in the way, if anything does.
CheckState hindrance(const DoctorFacts& facts) { return can_trace(facts) ? CheckState::degraded : CheckState::failed; }

Check kernel(const DoctorFacts& facts) {
    const auto& machine = facts.machine;
    Check check{.name = "kernel", .title = "kernel"};
    check.found = fmt::format("Linux {} {}", machine.kernel_release, machine.architecture);
    if (!machine.has_bpf_loop) {
        check.state = CheckState::degraded;
        check.means = "whether it has what exectap needs, as 5.17 and newer do, can't be told without rights";
    } else if (*machine.has_bpf_loop) {
        check.means = "has what exectap needs, as 5.17 and newer do";
    } else {
        check.state = hindrance(facts);
        check.means = "is too old: exectap needs 5.17 or newer";
        check.remedy = "boot a newer kernel";
    }
    return check;
}

Check btf(const DoctorFacts& facts) {
    Check check{.name = "btf", .title = "BTF", .found = "/sys/kernel/btf/vmlinux can be read"};
    if (facts.machine.has_btf) return check;
    check.state = hindrance(facts);
    check.found = "there is no /sys/kernel/btf/vmlinux that can be read";
    check.means = "exectap can't find the kernel's fields";
    check.remedy =
        "a kernel built with CONFIG_DEBUG_INFO_BTF=y; in a container, the machine's /sys/kernel/btf mounted there";
    return check;
}

Check bpf(const DoctorFacts& facts) {
    Check check{.name = "bpf", .title = "bpf(2)", .found = "answers"};
    const int code = facts.bpf.code;
    if (code == 0) return check;
    check.found = facts.bpf.is_deadly ? "ends whoever calls it" : fmt::format("is refused: {}", std::strerror(code));
    // Kernels may keep all of it from those who have no rights.
    if (!facts.bpf.is_deadly && code == EPERM && !check_rights(facts.machine) && !facts.machine.has_seccomp_filter) {
        check.state = CheckState::degraded;
        check.means = "that may be for want of capabilities alone";
        return check;
    }
    check.state = hindrance(facts);
    check.means = "no program can be loaded";
    check.remedy = code == ENOSYS && !facts.machine.has_seccomp_filter
                       ? "a kernel built with CONFIG_BPF_SYSCALL=y"
                       : "a seccomp profile, as containers and services have, or a security module forbids it: allow "
                         "bpf and perf_event_open there, or run exectap outside";
    return check;
}

Check lockdown(const DoctorFacts& facts) {
    Check check{.name = "lockdown", .title = "lockdown"};
    switch (facts.machine.lockdown) {
        case Lockdown::none: check.found = "none"; break;
        case Lockdown::integrity:
            check.found = "integrity";
            check.means = "no hindrance";
            break;
        case Lockdown::unknown:
            check.found = "not known (no /sys/kernel/security/lockdown)";
            check.means = "the trial below tells whether there is one in the way";
            break;
        case Lockdown::confidentiality:
            check.state = hindrance(facts);
            check.found = "confidentiality";
            check.means = "forbids reading the kernel's memory";
            check.remedy = "boot without lockdown=confidentiality";
    }
    return check;
}

Check user_namespace(const DoctorFacts& facts) {
    Check check{.name = "user_namespace", .title = "user namespace", .found = "the machine's"};
    if (!facts.machine.is_in_user_namespace) return check;
    check.state = hindrance(facts);
    check.found = "one of its own, as in a rootless container";
    check.means = "its capabilities are not the machine's, and tracing needs those";
    check.remedy = "run exectap outside it";
    return check;
}

std::string setcap_line(const DoctorFacts& facts) {
    const std::vector<std::string> words = {"sudo", "setcap", file_capabilities(), facts.file.path};
    return shell_line(words);
}

// How to get what is lacking.
void add_remedy_of_rights(Check& check, const DoctorFacts& facts) {
    const auto& file = facts.file;
    if (facts.machine.is_root) {
        check.remedy =
            "run exectap outside this container, or start the container with these capabilities (--privileged has all)";
    } else if (facts.machine.has_no_new_privileges) {
        check.remedy =
            "here nobody gets new privileges (NoNewPrivileges, as in containers and services): run exectap outside, or "
            "as a service with AmbientCapabilities";
    } else if (file.has_capabilities && file.is_on_nosuid) {
        check.remedy =
            "the file has capabilities, but its file system is mounted nosuid, where they do not count: copy it to "
            "another one, and give it them there";
    } else {
        check.remedy = "sudo exectap, or give the file what it needs:";
        check.command = setcap_line(facts);
    }
}

Check capabilities(const DoctorFacts& facts) {
    Check check{.name = "capabilities", .title = "capabilities"};
    const auto rights = check_rights(facts.machine);
    if (rights) {
        check.found = "has what loading and attaching programs takes";
        return check;
    }
    check.state = hindrance(facts);
    std::vector<std::string_view> lacking;
    for (const auto& use : capability_uses())
        if (use.needed == kAlways && !has_capability(facts.machine.effective_capabilities, use.number))
            lacking.push_back(use.name);
    check.found = fmt::format("lacks {}", fmt::join(lacking, " and "));
    check.means = "nothing can be traced without";
    add_remedy_of_rights(check, facts);
    return check;
}

// Where tracefs can be read nothing more is needed for that; where it can't, the check of tracefs has the remedy.
bool is_of_no_use(const CapabilityUse& use, const DoctorFacts& facts) {
    return use.number == CAP_SYS_ADMIN || (use.needed == kRecommended && facts.tracefs.has_value());
}

Check optional_capabilities(const DoctorFacts& facts) {
    Check check{.name = "optional_capabilities", .title = "optional rights", .found = "has all that it has a use for"};
    std::vector<std::string> lacking;
    bool lacks_recommended = false;
    for (const auto& use : capability_uses()) {
        if (use.needed == kAlways || has_capability(facts.machine.effective_capabilities, use.number)) continue;
        if (is_of_no_use(use, facts)) continue;
        lacking.push_back(fmt::format("{} ({})", use.name, use.what_for));
        lacks_recommended |= use.needed == kRecommended;
    }
    if (lacking.empty()) return check;
    check.state = CheckState::degraded;
    check.found = fmt::format("lacks {}", fmt::join(lacking, "; "));
    // Without rights the check above has it.
    if (lacks_recommended && check_rights(facts.machine)) add_remedy_of_rights(check, facts);
    return check;
}

Check tracing(const DoctorFacts& facts) {
    Check check{.name = "tracing", .title = "tracing"};
    if (can_trace(facts)) {
        check.found = fmt::format("exectap's programs load and attach: {} ms",
                                  std::chrono::duration_cast<std::chrono::milliseconds>(facts.trial.took).count());
        return check;
    }
    check.state = CheckState::failed;
    check.found = facts.trial.error->message;
    return check;
}

Check failed_execs(const DoctorFacts& facts) {
    const auto& trial = facts.trial;
    Check check{.name = "failed_execs", .title = "failed execs"};
    if (trial.attempts == AttemptMechanism::off) {
        check.state = CheckState::degraded;
        check.found = "can't be seen";
        check.means = "only execs that work are told";
        if (!trial.refused.empty()) check.remedy = trial.refused.back().reason;
        return check;
    }
    check.found = fmt::format("are seen by: {}", name_of(trial.attempts));
    if (trial.attempts != AttemptMechanism::tracepoint) return check;
    check.state = CheckState::degraded;
    check.means = "every system call of the machine is slower while exectap runs";
    if (!trial.refused.empty())
        check.means += fmt::format("; nothing cheaper, because {}", trial.refused.back().reason);
    check.remedy = "--no-failed leaves them out, and costs other system calls nothing";
    return check;
}

Check tracefs(const DoctorFacts& facts) {
    Check check{.name = "tracefs", .title = "tracefs"};
    if (facts.tracefs == TracefsPlace::mounted) {
        check.found = "is mounted at /sys/kernel/tracing";
    } else if (facts.tracefs) {
        check.found = "is not mounted";
        check.means = "exectap reads it without a mount";
    } else {
        check.state = CheckState::degraded;
        check.found = "can't be read";
        check.means = "tracepoints can't tell of failed execs";
        check.remedy = facts.tracefs_problem;
    }
    return check;
}

Check casts(const DoctorFacts& facts) {
    Check check{.name = "casts", .title = "casts", .found = "the kernel lets all programs cast pointers"};
    if (facts.trial.manner.lets_cast) return check;
    check.state = CheckState::degraded;
    check.found = "the kernel does not let all programs cast pointers, as 6.2 and newer mostly do";
    check.means = "an event costs a little more";
    return check;
}

Check preemption(const DoctorFacts& facts) {
    Check check{.name = "preemption", .title = "preemption", .found = "tracing programs run to their end"};
    if (!facts.trial.manner.is_preemptible) return check;
    check.found = "tracing programs can be preempted, as since 7.0";
    check.means = "exectap attaches second copies, and counts what the kernel skips";
    return check;
}

Check ring(const DoctorFacts& facts) {
    const auto& trial = facts.trial;
    Check check{.name = "ring", .title = "ring memory"};
    check.found = fmt::format("there is room for a ring of {}", size_text(trial.ring_bytes));
    if (!trial.ring_problem) return check;
    check.state = CheckState::degraded;
    check.found = *trial.ring_problem;
    check.means = "a smaller ring is full sooner; what is lost is counted";
    check.remedy = fmt::format("--ring {} fits", size_text(trial.ring_bytes));
    return check;
}

Check pid_namespace(const DoctorFacts& facts) {
    Check check{.name = "pid_namespace", .title = "pid namespace", .found = "the machine's"};
    if (facts.is_first_pid_namespace == true) {
        if (facts.has_own_proc) return check;
        check.state = CheckState::degraded;
        check.found = "the machine's, but /proc is another one's";
        check.remedy = "mount -t proc proc /proc";
        return check;
    }
    check.state = CheckState::degraded;
    check.found = facts.is_first_pid_namespace ? "one of its own, as in a container" : "not known: /proc does not tell";
    check.means =
        "only its own processes can be named by a pid, by the number that they have there; events tell pids as the "
        "machine numbers them (in JSON also ns_pid). --all, terminals and cgroups see the whole machine";
    check.remedy = "for the machine's processes: a container with the host's pid namespace (--pid=host)";
    return check;
}

Check cgroups(const DoctorFacts& facts) {
    Check check{.name = "cgroups", .title = "cgroups"};
    if (facts.trial.cgroup_problem) {
        check.state = CheckState::degraded;
        check.found = *facts.trial.cgroup_problem;
        check.means = "--cgroup, -u and -c are not available";
    } else if (!facts.cgroup2_mount) {
        check.state = CheckState::degraded;
        check.found = facts.has_cgroup1 ? "only version 1 is mounted" : "no cgroups are mounted";
        check.means = "--cgroup, -u and -c are not available";
        check.remedy = "mount those of version 2, in a container the machine's: mount -t cgroup2 none /sys/fs/cgroup";
    } else if (facts.has_cgroup1) {
        check.state = CheckState::degraded;
        check.found = fmt::format("version 2 at {}, beside version 1", *facts.cgroup2_mount);
        check.means = "--cgroup, -u and -c find what has a cgroup of version 2, and nothing else";
        check.remedy = "with systemd: boot with systemd.unified_cgroup_hierarchy=1";
    } else {
        check.found = fmt::format("version 2 at {}", *facts.cgroup2_mount);
    }
    return check;
}

Check systemd(const DoctorFacts& facts) {
    Check check{.name = "systemd", .title = "systemd", .found = "runs here"};
    if (facts.has_systemd) return check;
    check.found = "does not run here";
    check.means = "-u has no units to watch";
    return check;
}

Check engines(const DoctorFacts& facts) {
    Check check{.name = "engines", .title = "engines"};
    std::vector<std::string> found;
    for (const auto& engine : facts.engines) {
        const bool can_be_asked = engine.problem.empty();
        if (!can_be_asked) check.state = CheckState::degraded;
        found.push_back(
            fmt::format("{} {}", engine.path, can_be_asked ? "answers" : "can't be asked: " + engine.problem));
    }
    if (found.empty()) {
        check.found = "no socket of Docker or Podman";
        check.means = "-c takes ids, and names that are the cgroups'";
        return check;
    }
    check.found = fmt::format("{}", fmt::join(found, "; "));
    if (check.state == CheckState::ok) return check;
    check.means = "names of its containers are not known; their ids are";
    check.remedy = "run exectap as root, or in the group of the socket; one that nobody serves is of no account";
    return check;
}

}  // namespace

bool can_trace(const DoctorFacts& facts) { return !facts.trial.error; }

std::vector<Check> judge(const DoctorFacts& facts) {
    std::vector<Check> checks;
    for (const auto ask : {kernel, btf, bpf, lockdown, user_namespace, capabilities, optional_capabilities, tracing})
        checks.push_back(ask(facts));
    if (can_trace(facts))
        for (const auto ask : {failed_execs, casts, preemption, ring}) checks.push_back(ask(facts));
    for (const auto ask : {tracefs, pid_namespace, cgroups, systemd, engines}) checks.push_back(ask(facts));
    return checks;
}

}  // namespace exectap::cli
