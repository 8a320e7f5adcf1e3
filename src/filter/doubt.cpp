// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/doubt.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <variant>

#include "process/table.h"
#include "target/container_names.h"

namespace exectap {
namespace {

// Null: it is no call.
const Call* call_of(const Event& event) {
    if (const auto* exec = std::get_if<ExecEvent>(&event)) return &exec->call;
    const auto* attempt = std::get_if<AttemptEvent>(&event);
    return attempt == nullptr ? nullptr : &attempt->call;
}

// Asked only where there is no script, or where it makes no difference.
bool is_script_unknown(const ExecEvent& exec) {
    const auto& filename = exec.call.filename;
    return exec.is_script && (!filename || !exec.call.cwd || (filename->bytes.empty() && filename->is_cut));
}

bool is_exe_unknown(const Event& event, const EventContext& /*context*/) {
    const auto* exec = std::get_if<ExecEvent>(&event);
    return exec != nullptr && !exec->exe;
}

bool is_script_unknown(const Event& event, const EventContext& /*context*/) {
    const auto* exec = std::get_if<ExecEvent>(&event);
    return exec != nullptr && is_script_unknown(*exec);
}

bool are_arguments_unknown(const Event& event, const EventContext& /*context*/) {
    const auto* call = call_of(event);
    return call != nullptr && !call->arguments;
}

// There always is a number of arguments, unless they could not be counted.
bool is_count_unknown(const Event& /*event*/, const EventContext& /*context*/) { return true; }

// Names are found in what is left of a cut path, but that there is none may be because of the cut.
bool is_cgroup_unknown(const Event& event, const EventContext& /*context*/) {
    const auto* call = call_of(event);
    return call != nullptr && (!call->cgroup || call->cgroup->path.starts_with(".../"));
}

// Where an engine has been asked and has not answered yet. One that says no, or is not there, leaves no doubt.
bool is_container_name_unknown(const Event& event, const EventContext& context) {
    if (is_cgroup_unknown(event, context)) return true;
    const auto* call = call_of(event);
    return call != nullptr && context.names != nullptr && context.names->is_asked(call->cgroup->path);
}

bool is_ancestry_unknown(const Event& event, const EventContext& context) {
    const auto* call = call_of(event);
    if (call == nullptr || context.table == nullptr) return true;
    return !context.table->for_each_ancestor(call->exec_id, Ancestry::kMost, [](std::string_view /*name*/) {});
}

struct DoubtAbout {
    std::string_view field;
    Doubt doubt;
};

constexpr std::array kDoubts = {
    DoubtAbout{"exe_dev", is_exe_unknown},       DoubtAbout{"exe_inode", is_exe_unknown},
    DoubtAbout{"script", is_script_unknown},     DoubtAbout{"argv_truncated", are_arguments_unknown},
    DoubtAbout{"argc", is_count_unknown},        DoubtAbout{"argv_bytes", is_count_unknown},
    DoubtAbout{"unit", is_cgroup_unknown},       DoubtAbout{"container_id", is_cgroup_unknown},
    DoubtAbout{"ancestry", is_ancestry_unknown}, DoubtAbout{"container_name", is_container_name_unknown},
};

}  // namespace

Doubt doubt_about(const Field& field) {
    const auto* about =
        std::find_if(kDoubts.begin(), kDoubts.end(), [&](const DoubtAbout& each) { return each.field == field.name; });
    return about == kDoubts.end() ? nullptr : about->doubt;
}

Flags flags_in_doubt(const Event& event) {
    Flags flags;
    const auto* call = call_of(event);
    if (call == nullptr) return flags;
    for (const auto flag : {Flag::cwd_deleted, Flag::cwd_unreachable, Flag::cwd_torn}) flags.set(flag, !call->cwd);
    flags.set(Flag::filename_cut, !call->filename);
    const auto* exec = std::get_if<ExecEvent>(&event);
    if (exec == nullptr) return flags;
    for (const auto flag :
         {Flag::memfd, Flag::deleted, Flag::setuid, Flag::setgid, Flag::writable, Flag::unreachable, Flag::torn})
        flags.set(flag, !exec->exe);
    flags.set(Flag::lexical, is_script_unknown(*exec));
    flags.set(Flag::interpreter_cut, exec->is_script && !exec->interpreter);
    return flags;
}

}  // namespace exectap
