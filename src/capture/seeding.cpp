// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/seeding.h"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "capture/counters.h"
#include "capture/probes.h"
#include "log/log.h"
#include "target/namespaces.h"

namespace exectap {
namespace {

constexpr int kMostDisturbedPasses = 100;

Error failure(std::string_view what) {
    return {fmt::format("{}: {}", what, std::strerror(errno)), ErrorKind::failure, errno};
}

enum class Marked { newly, before, process_has_ended };

// A pidfd names only the leader of its process: the iterator finds the other threads.
Result<Marked> mark_leader(int marks, int pidfd, wire_mark_kind kind) {
    wire_mark mark{};
    mark.kind = kind;
    mark.syscall_id = WIRE_NO_SYSCALL;
    int code = 0;
    do {
        code = ::bpf_map_update_elem(marks, &pidfd, &mark, BPF_NOEXIST);
        // Somebody else has just made this task's first storage.
    } while (code != 0 && errno == EAGAIN);
    if (code == 0) return Marked::newly;
    if (errno == EEXIST) return Marked::before;
    if (errno == ENOENT || errno == ESRCH) return Marked::process_has_ended;
    return failure("can't mark a process");
}

ExecId id_of(const wire_program& program) {
    return {std::chrono::nanoseconds(program.start_time), program.pid, program.self_exec_id};
}

ProcessInfo info_of(const wire_seeded& seeded) {
    ProcessInfo info;
    info.pid = seeded.program.pid;
    info.ppid = seeded.ppid;
    info.exec_id = id_of(seeded.program);
    if (seeded.parent.pid != 0) info.parent_exec_id = id_of(seeded.parent);
    info.comm.assign(seeded.comm, ::strnlen(seeded.comm, sizeof seeded.comm));
    info.is_watched = seeded.is_watched != 0;
    return info;
}

}  // namespace

Result<void> Seeding::exclude_self() const {
    const UniqueFd self(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0)));
    if (!self) return failure("can't open exectap's own process");
    const auto marked = mark_leader(maps_.marks, self.get(), WIRE_MARK_EXCLUDED);
    if (!marked) return marked.error();
    return {};
}

Result<void> Seeding::leave_out(std::span<const ProcessTarget> processes) const {
    for (const auto& process : processes) {
        const auto marked = mark_leader(maps_.marks, process.pidfd.get(), WIRE_MARK_LEFT_OUT);
        if (!marked) return marked.error();
    }
    return {};
}

Result<void> Seeding::settle() {
    for (int passes = 1; passes <= kMostDisturbedPasses; passes++) {
        const auto disturbances = load_shared(state_.disturbances);
        const auto pass = run_iterator();
        if (!pass) return pass.error();
        log::capture().debug("pass {} over who is left out", passes);
        if (load_shared(state_.disturbances) == disturbances) break;
    }
    __atomic_store_n(&state_.settling, 0, __ATOMIC_SEQ_CST);
    return {};
}

// Also asks whether a root still shows its mark: a worker that execs before the iterator reaches it takes the leader's
// place, without the leader's mark.
Result<std::uint64_t> Seeding::mark_roots(std::span<const ProcessTarget> roots) const {
    std::uint64_t newly_marked = 0;
    for (const auto& root : roots) {
        const auto marked = mark_leader(maps_.marks, root.pidfd.get(), WIRE_MARK_WATCHED);
        if (!marked) return marked.error();
        if (*marked == Marked::newly) newly_marked++;
    }
    return newly_marked;
}

void Seeding::take(const wire_seeded& seeded, Pass& pass) {
    const ProcessKey key(seeded.program.start_time, seeded.program.pid);
    if (seeded.newly != 0) pass.newly_marked++;
    if (seeded.live != 0) pass.alive.insert(seeded.program.pid);
    if (seeded.leader == 0) return;
    if (seeded.is_watched != 0) in_scope_.insert(key);
    // Who was made by a watched process is no news: its fork was seen.
    if (seeded.is_forked != 0) return;
    auto& known = found_[key];
    if (!known.is_watched) known = info_of(seeded);
}

Result<Seeding::Pass> Seeding::run_iterator() {
    const Link link(::bpf_program__attach_iter(iterator_, nullptr));
    if (!link) return failure("can't attach the task iterator");
    const UniqueFd tasks(::bpf_iter_create(::bpf_link__fd(link.get())));
    if (!tasks) return failure("can't start the task iterator");

    Pass pass;
    // The kernel hands over whole records, but a read may end in the middle of one.
    std::array<std::byte, 256 * sizeof(wire_seeded)> buffer{};
    std::size_t kept = 0;
    for (;;) {
        const auto bytes = ::read(tasks.get(), buffer.data() + kept, buffer.size() - kept);
        if (bytes == 0) return pass;
        if (bytes < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (bytes < 0) return failure("can't read the task iterator");
        kept += static_cast<std::size_t>(bytes);
        std::size_t taken = 0;
        for (; kept - taken >= sizeof(wire_seeded); taken += sizeof(wire_seeded)) {
            wire_seeded seeded;
            std::memcpy(&seeded, buffer.data() + taken, sizeof seeded);
            take(seeded, pass);
        }
        kept -= taken;
        std::memmove(buffer.data(), buffer.data() + taken, kept);
    }
}

// Processes whose parents ended unmarked, but descended from a watched one: tells the iterator that they are in scope.
// Returns how many it did not know of yet.
Result<std::uint64_t> Seeding::adopt() {
    struct Entry {
        wire_process process;
        wire_lineage lineage;
    };
    std::vector<Entry> entries;
    Entry entry{};
    const wire_process* previous = nullptr;
    while (::bpf_map_get_next_key(maps_.lineage, previous, &entry.process) == 0) {
        if (::bpf_map_lookup_elem(maps_.lineage, &entry.process, &entry.lineage) == 0) entries.push_back(entry);
        previous = &entry.process;
    }

    std::uint64_t adopted = 0;
    const auto key_of = [](const wire_process& process) { return ProcessKey(process.start_time, process.pid); };
    for (bool has_grown = true; has_grown;) {
        has_grown = false;
        for (auto& [process, lineage] : entries) {
            const bool is_in_scope = lineage.in_scope != 0 || in_scope_.contains(key_of(lineage.parent));
            if (!is_in_scope || !in_scope_.insert(key_of(process)).second) continue;
            has_grown = true;
            if (lineage.in_scope != 0) continue;
            lineage.in_scope = 1;
            if (::bpf_map_update_elem(maps_.lineage, &process, &lineage, BPF_EXIST) != 0)
                return failure("can't record a process found while starting");
            adopted++;
        }
    }
    return adopted;
}

// There are kernels whose iterator passes over init, which only list_init() of bpf/tasks.bpf.c tells of then. A run
// that watches it must not end for that: init never does.
void Seeding::count_init(std::span<const ProcessTarget> roots, Pass& pass) {
    constexpr pid_t kInit = 1;
    // Of exectap's own pid namespace, which need not be the kernel's first.
    const bool is_root = is_in_first_pid_namespace().value_or(false) &&
                         std::any_of(roots.begin(), roots.end(), [](const auto& root) { return root.pid == kInit; });
    if (is_root && pass.alive.insert(kInit).second) __atomic_fetch_add(&state_.live_tasks, 1, __ATOMIC_SEQ_CST);
    for (auto& [key, info] : found_) {
        if (info.pid == kInit && (is_root || is_all_)) info.is_watched = true;
    }
}

Result<Seeded> Seeding::run(std::span<const ProcessTarget> roots) {
    const auto marked = mark_roots(roots);
    if (!marked) return marked.error();
    // What ends from here on is traced to its end; what was gone before was not.
    for (const auto& root : roots) {
        if (has_ended(root.pidfd))
            return Error{fmt::format("process {} has ended while the trace was starting", root.pid)};
    }
    // What is disturbed again and again is out of memory.
    int disturbed_passes = 0;
    for (int passes = 1;; passes++) {
        const auto disturbances = load_shared(state_.disturbances);
        auto pass = run_iterator();
        if (!pass) return pass.error();
        log::capture().debug("pass {}: {} tasks marked", passes, pass->newly_marked);
        if (pass->newly_marked != 0) continue;
        const auto remarked = mark_roots(roots);
        if (!remarked) return remarked.error();
        if (*remarked != 0) continue;
        const auto adopted = adopt();
        if (!adopted) return adopted.error();
        if (*adopted != 0) continue;
        // Say so first, then look: what disturbs after the look is counted as lost.
        __atomic_store_n(&state_.seeding, 0, __ATOMIC_SEQ_CST);
        const auto disturbed = load_shared(state_.disturbances) - disturbances;
        if (disturbed != 0 && ++disturbed_passes < kMostDisturbedPasses) {
            __atomic_store_n(&state_.seeding, 1, __ATOMIC_SEQ_CST);
            continue;
        }
        __atomic_fetch_add(&state_.marks_lost, disturbed, __ATOMIC_SEQ_CST);
        count_init(roots, *pass);
        log::capture().info("{} processes marked in {} passes", pass->alive.size(), passes);
        return Seeded{pass->alive.size(), watched_and_ancestors()};
    }
}

// Without `ancestry` the iterator tells only of the watched, and nobody asks.
std::vector<ProcessInfo> Seeding::watched_and_ancestors() const {
    // In the order of their starts: parents come before their children.
    std::vector<std::pair<ProcessKey, const ProcessInfo*>> found;
    found.reserve(found_.size());
    for (const auto& [key, info] : found_) found.emplace_back(key, &info);
    std::sort(found.begin(), found.end());
    std::unordered_map<std::uint32_t, const ProcessInfo*> by_pid;
    for (const auto& [key, info] : found) by_pid[info->pid] = info;
    std::unordered_set<std::uint32_t> wanted;
    for (const auto& [key, info] : found) {
        if (!info->is_watched) continue;
        for (auto at = by_pid.find(info->pid); at != by_pid.end() && wanted.insert(at->first).second;)
            at = by_pid.find(at->second->ppid);
    }
    std::vector<ProcessInfo> processes;
    for (const auto& [key, info] : found) {
        if (info->is_watched || (wanted.contains(info->pid) && by_pid.at(info->pid) == info))
            processes.push_back(*info);
    }
    return processes;
}

// A child may inherit what its parent's mark is about to lose, behind the pass.
Result<void> Seeding::sort() {
    __atomic_store_n(&state_.is_sorting, 1, __ATOMIC_SEQ_CST);
    auto pass = run_iterator();
    if (pass) pass = run_iterator();
    while (pass && pass->newly_marked != 0) pass = run_iterator();
    __atomic_store_n(&state_.is_sorting, 0, __ATOMIC_SEQ_CST);
    if (!pass) return pass.error();
    return {};
}

Result<std::uint64_t> Seeding::count_alive() {
    const auto pass = run_iterator();
    if (!pass) return pass.error();
    return pass->alive.size();
}

}  // namespace exectap
