// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/doctor_facts.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>

#include "target/cgroup_hierarchy.h"
#include "target/namespaces.h"
#include "target/proc_stat.h"

namespace exectap::cli {
namespace {

OwnFile own_file() {
    constexpr const char* kSelf = "/proc/self/exe";
    std::error_code error;
    OwnFile file;
    file.path = std::filesystem::read_symlink(kSelf, error).string();
    if (file.path.empty()) file.path = "exectap";
    file.has_capabilities = ::getxattr(kSelf, "security.capability", nullptr, 0) > 0;
    struct statvfs mount {};
    file.is_on_nosuid = ::statvfs(kSelf, &mount) == 0 && (mount.f_flag & ST_NOSUID) != 0;
    return file;
}

// What bpf(2) forbids on pain of death is not tried.
Trial trial_after(const BpfAnswer& answer) {
    if (!answer.is_deadly) return try_to_trace();
    Trial trial;
    trial.error = Error{"it was not tried, because bpf(2) ends whoever calls it here", ErrorKind::machine};
    return trial;
}

}  // namespace

DoctorFacts doctor_facts() {
    DoctorFacts facts;
    facts.bpf = ask_bpf();
    facts.machine = facts_of_machine(facts.bpf.is_deadly ? BpfUse::no : BpfUse::yes);
    facts.trial = trial_after(facts.bpf);
    const auto tracefs = find_tracefs();
    if (tracefs) {
        facts.tracefs = *tracefs;
    } else {
        facts.tracefs_problem = tracefs.error().message;
    }
    facts.is_first_pid_namespace = is_in_first_pid_namespace();
    facts.has_own_proc = is_own_proc();
    if (const auto hierarchy = CgroupHierarchy::find()) facts.cgroup2_mount = hierarchy->mount_point();
    facts.has_cgroup1 = CgroupHierarchy::has_version_1();
    facts.has_systemd = ::access("/run/systemd/system", F_OK) == 0;
    facts.engines = find_engines();
    facts.file = own_file();
    return facts;
}

}  // namespace exectap::cli
