// SPDX-License-Identifier: MIT OR Apache-2.0
#include "made_event.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

namespace exectap::fuzz {

using std::chrono::nanoseconds;

std::string_view EventMaker::kept(std::string text) { return texts_.emplace_back(std::move(text)); }

Bytes EventMaker::text() {
    const auto bytes = kept(bytes_.ConsumeRandomLengthString());
    return {bytes, coin()};
}

Path EventMaker::path() {
    const auto bytes = kept(bytes_.ConsumeRandomLengthString());
    return {bytes, coin(), coin(), coin()};
}

Arguments EventMaker::arguments() {
    Arguments arguments;
    arguments.is_cut = coin();
    auto bytes = bytes_.ConsumeRandomLengthString();
    if (!arguments.is_cut && !bytes.empty()) bytes += '\0';
    if (coin()) {
        arguments.total_bytes = number<std::uint64_t>();
        arguments.true_count = number<std::uint32_t>();
    }
    arguments.bytes = kept(std::move(bytes));
    return arguments;
}

// 146 years: two of them can be added.
nanoseconds EventMaker::time() {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max() / 2;
    return nanoseconds(bytes_.ConsumeIntegralInRange<std::int64_t>(0, kMost));
}

ExecId EventMaker::exec_id() {
    const auto start_time = time();
    const auto pid = number<std::uint32_t>();
    return {start_time, pid, number<std::uint64_t>()};
}

Call EventMaker::call() {
    Call call;
    if (coin()) call.comm = text().bytes;
    if (coin()) call.filename = text();
    if (coin()) call.arguments = arguments();
    if (coin()) call.cwd = path();
    if (coin()) call.cgroup = path();
    if (coin()) call.tty = text().bytes;
    call.exec_id = exec_id();
    if (coin()) call.parent_exec_id = exec_id();
    if (coin()) call.loginuid = number<std::uint32_t>();
    if (coin()) call.syscall_id = number<std::int32_t>();
    call.is_execveat = coin();
    call.since_boot = time();
    call.seq = number<std::uint64_t>();
    for (auto* id : {&call.pid, &call.tid, &call.ppid, &call.ns_pid, &call.uid, &call.euid, &call.gid, &call.egid,
                     &call.umask, &call.sid, &call.pgid})
        *id = number<std::uint32_t>();
    call.cap_effective = number<std::uint64_t>();
    return call;
}

ExecEvent EventMaker::exec() {
    ExecEvent exec;
    exec.call = call();
    exec.new_comm = text().bytes;
    if (coin()) {
        auto& exe = exec.exe.emplace();
        exe.path = path();
        exe.dev_major = number<std::uint32_t>();
        exe.dev_minor = number<std::uint32_t>();
        exe.inode = number<std::uint64_t>();
        for (auto* flag : {&exe.is_memfd, &exe.is_setuid, &exe.is_setgid, &exe.is_writable}) *flag = coin();
    }
    exec.is_script = coin();
    if (exec.is_script && coin()) exec.interpreter = text();
    return exec;
}

AttemptEvent EventMaker::attempt() {
    const auto made = call();
    const auto error = bytes_.ConsumeIntegralInRange(1, 4095);
    return {made, error, coin()};
}

ExitEvent EventMaker::exit() {
    ExitEvent exit;
    exit.since_boot = time();
    exit.exec_id = exec_id();
    exit.seq = number<std::uint64_t>();
    exit.pid = number<std::uint32_t>();
    exit.signal = bytes_.ConsumeIntegralInRange(0, 127);
    if (exit.signal == 0) exit.exit_code = bytes_.ConsumeIntegralInRange(0, 255);
    exit.core_dumped = coin();
    for (auto* time_of : {&exit.duration, &exit.user_time, &exit.system_time})
        if (coin()) *time_of = time();
    if (coin()) exit.max_rss_kb = number<std::uint64_t>();
    return exit;
}

ForkEvent EventMaker::fork() {
    ForkEvent fork;
    fork.since_boot = time();
    fork.exec_id = exec_id();
    fork.child_exec_id = exec_id();
    fork.seq = number<std::uint64_t>();
    fork.pid = number<std::uint32_t>();
    fork.child_pid = number<std::uint32_t>();
    return fork;
}

LostEvent EventMaker::lost() {
    LostEvent lost;
    lost.seq = number<std::uint64_t>();
    lost.from = time();
    lost.to = time();
    lost.count = number<std::uint64_t>();
    lost.reason =
        bytes_.PickValueInArray({LossReason::ring, LossReason::queue, LossReason::output, LossReason::skipped});
    return lost;
}

Event EventMaker::event() {
    switch (bytes_.ConsumeIntegralInRange(0, 4)) {
        case 0: return exec();
        case 1: return attempt();
        case 2: return exit();
        case 3: return fork();
        default: return lost();
    }
}

ProcessInfo EventMaker::process() {
    ProcessInfo process;
    process.exec_id = exec_id();
    if (coin()) process.parent_exec_id = exec_id();
    process.pid = number<std::uint32_t>();
    process.ppid = number<std::uint32_t>();
    process.is_watched = coin();
    process.comm = bytes_.ConsumeRandomLengthString(16);
    return process;
}

std::vector<std::string> EventMaker::texts() {
    std::vector<std::string> texts(bytes_.ConsumeIntegralInRange<std::size_t>(0, 3));
    for (auto& text : texts) text = bytes_.ConsumeRandomLengthString();
    return texts;
}

TraceStart EventMaker::start() {
    TraceStart start;
    for (auto* text : {&start.host, &start.kernel, &start.arch, &start.version, &start.trace_id, &start.boot_id})
        *text = bytes_.ConsumeRandomLengthString();
    start.targets = texts();
    start.command = texts();
    start.clock = clock();
    start.ring_bytes = number<std::uint64_t>();
    start.max_args_bytes = number<std::uint64_t>();
    auto& events = start.events;
    for (auto* is_told : {&events.execs, &events.attempts, &events.exits, &events.forks, &start.watch_children})
        *is_told = coin();
    return start;
}

TraceEnd EventMaker::end() {
    TraceEnd end;
    auto& summary = end.summary;
    for (auto* tally : {&summary.execs, &summary.attempts, &summary.exits, &summary.forks}) {
        tally->seen = number<std::uint64_t>();
        tally->delivered = number<std::uint64_t>();
        tally->lost = number<std::uint32_t>();
    }
    for (auto* count : {&summary.bad_records, &summary.marks_lost, &summary.lineage_lost, &summary.still_alive})
        *count = number<std::uint64_t>();
    end.duration = time();
    return end;
}

Clock EventMaker::clock() {
    Clock clock;
    clock.start_since_boot = time();
    clock.wall_minus_boot = time();
    return clock;
}

}  // namespace exectap::fuzz
