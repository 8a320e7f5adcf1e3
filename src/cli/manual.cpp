// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/manual.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <string_view>

#include "cli/help.h"
#include "cli/option_table.h"
#include "cli/roff.h"
#include "filter/expression.h"

namespace exectap::cli {
namespace {

struct Text {
    std::string_view term;
    std::string_view about;
};

constexpr std::array kOutput = {
    Text{"line",
         "[0.123456] pid=1234 tid=1234 uid=1000 gid=1000 syscall_id=59 comm=\"bash\" filename=\"/usr/bin/ls\" "
         "argv0=\"ls\" ppid=1200 argv=[\"ls\",\"-l\"]: one event, one line, whatever a traced program puts into its "
         "arguments. error=ENOENT: the exec failed. attempts=6: so many of one search along PATH. lost=312 "
         "reason=ring: events that are missing there. =unreadable: this could not be read."},
    Text{
        "tree",
        "One event, one line, too, indented under what started it. A file in parentheses is a script's interpreter, or "
        "the program's own name where the first argument is another one. An arrow stands before what runs in place of "
        "the program above it. [1234] is a pid, shown where several programs run at once, and (by cc [1234]) says "
        "whose child it is where the place of the line does not. PATH and a number: how many directories it took to "
        "find the program."},
    Text{"json", "JSON Lines, version 1 of a schema with every field of every event: exectap-events(5)."},
};

constexpr std::array kErrors = {
    Text{"make is no pid; to run it: exectap -- make", "What comes before -- are options and pids."},
    Text{"lacks CAP_BPF and CAP_PERFMON; exectap doctor says more; run: sudo exectap ...",
         "Root has these capabilities; exectap doctor says how to give them to exectap alone."},
    Text{"no process 1234", "A pid is never waited for."},
    Text{"waiting for unit ngnix.service (there is nginx.service)",
         "A target that is not there yet is watched as soon as it is. In parentheses: the nearest name that there is. "
         "--no-wait makes an error of it."},
    Text{"no cgroup v2 hierarchy is mounted here",
         "Units, containers and cgroups are found by it: mount -t cgroup2 none /sys/fs/cgroup."},
    Text{"--json with a COMMAND needs -o FILE", "stdout and stderr are COMMAND's. -o - mixes them all the same."},
    Text{"... lost (ring full)",
         "exectap did not come to read them in time: a larger --ring, or fewer kinds of --events."},
    Text{"... lost (buffer full)", "Whoever reads the events is too slow: a larger --buffer, or -o FILE."},
};

constexpr std::array kLimits = {
    Text{"Failed 32-bit calls", "are not seen where tracepoints tell of failed execs; those that work are."},
    Text{"Watching failed execs", "by tracepoints slows every system call of the machine. --no-failed avoids it."},
    Text{"A script", "has no path that the kernel resolved: script is what its name and the directory say."},
    Text{"Who comes to a terminal or a cgroup",
         "is watched from its next exec on. What it does there before is not told."},
    Text{"A container named with -c",
         "whose engine does not say its name within two seconds is watched once it is known; what it ran before is not "
         "told, and the trace is incomplete. An id needs no engine."},
    Text{"Of Kubernetes", "the ids of containers are known, their names are not."},
    Text{"What runs before the trace", "is known by the name it has today; its arguments are not told."},
};

constexpr std::array kRights = {
    Text{"CAP_BPF, CAP_PERFMON", "are all that tracing takes, of whomever."},
    Text{
        "CAP_DAC_READ_SEARCH",
        "is what seeing failed execs takes where only tracepoints can: tracefs, which tells their numbers, is root's."},
    Text{"CAP_SETUID, CAP_SETGID", "are what --user takes; CAP_KILL, to pass signals on to such a COMMAND."},
};

constexpr std::array kFiles = {
    Text{"/run/docker.sock, /run/podman/podman.sock",
         "Where container engines are asked for the names of containers; those of a user below /run/user/UID."},
    Text{"/proc/self/mountinfo", "Says where the hierarchy of cgroups of version 2 is mounted."},
};

template <typename Texts>
std::string items(const Texts& texts) {
    std::string out;
    for (const auto& [term, about] : texts) out += item(term, about);
    return out;
}

std::string options(const CLI::App& app) {
    std::string out;
    for (const auto& group : groups_of(app)) {
        out += fmt::format(".SS {}\n", group.name);
        for (const auto* option : group.options) {
            auto text = std::string(brief(*option)) + ".";
            if (const auto more = explanation(*option); !more.empty()) text += fmt::format("\n{}", more);
            out += item(invocation(*option), text);
        }
    }
    return out;
}

}  // namespace

std::string manual_page() {
    CLI::App app;
    RawOptions raw;
    add_options(app, raw);
    auto page = page_title("EXECTAP", "1", "User Commands");
    page += section("NAME") + "exectap \\- shows every program that chosen processes run, as it happens\n";
    page += section("SYNOPSIS") + ".B exectap\n" + roff("[PID...] [OPTION...] [-- COMMAND [ARG...]]") +
            "\n.br\n.B exectap doctor\n" + roff("[OPTION...]") + "\n";
    page += section("DESCRIPTION") + paragraph(about_text());
    page += paragraph(
        "Arguments are read after the kernel took them, so that no other thread can change them meanwhile. Every exec "
        "is "
        "counted in the kernel, apart from the records that tell of it: at the end the two must agree, or the run is "
        "incomplete and says what is missing. What is watched is marked on the task itself: a pid that is used again "
        "is "
        "nobody's, and a child is watched before it can run.");
    page += section("OPTIONS") + options(app);
    CLI::App doctor;
    RawDoctorOptions raw_doctor;
    add_doctor_options(doctor, raw_doctor);
    page += section("DOCTOR") + paragraph("exectap doctor [OPTION...]") + paragraph(about_doctor()) + options(doctor);
    page += section("EXPRESSIONS") + paragraph("--where and --fail-if take the same:") + verbatim(expression_grammar());
    page += section("OUTPUT") + items(kOutput);
    page += section("EXIT STATUS");
    for (const auto& status : exit_statuses()) page += item(status.status, status.about);
    page += section("ENVIRONMENT");
    for (const auto& variable : environment_variables()) page += item(variable.name, variable.about);
    page += section("PERMISSIONS") +
            paragraph(
                "Root, or capabilities: setcap cap_bpf,cap_perfmon,cap_dac_read_search+ep on exectap's file lets "
                "everybody who may run that trace the whole machine. Once the trace runs all are given up.") +
            items(kRights);
    page += section("FILES") + items(kFiles);
    page += section("EXAMPLES");
    for (const auto& example : examples()) page += item(example.command, example.about);
    page += section("DIAGNOSTICS") + items(kErrors);
    page += section("BUGS") + items(kLimits);
    page += section("SEE ALSO") +
            ".BR exectap\\-events (5),\n.BR strace (1),\n.BR tty (1),\n.BR systemd\\-cgls (1),\n.BR bpftrace (8),\n.BR "
            "execve (2),\n.BR bpf (2),\n"
            ".BR cgroups (7)\n";
    return page;
}

}  // namespace exectap::cli
