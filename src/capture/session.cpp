// SPDX-License-Identifier: MIT OR Apache-2.0
#include "exectap/session.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <numeric>
#include <optional>
#include <span>

#include "capture/counters.h"
#include "capture/delivery.h"
#include "capture/diagnose.h"
#include "capture/kernel_types.h"
#include "capture/live_targets.h"
#include "capture/object_bytes.h"
#include "capture/probes.h"
#include "capture/return_probes.h"
#include "capture/ring.h"
#include "capture/seeding.h"
#include "capture/skips.h"
#include "decode/decode.h"
#include "exectap/clock.h"
#include "log/log.h"
#include "wire.h"

// Generated: carries the BPF object.
#include "exectap.skel.h"

namespace exectap {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;

// While events come the ring is looked at this often instead of being woken for each: less often the more of them come,
// as long as they leave most of it free.
constexpr milliseconds kShortestInterval{2};
constexpr milliseconds kLongestInterval{4};
constexpr std::size_t kManyRecords = 16;
// A wake-up can be missed only by a fault of ours or the kernel's; then this is what it costs.
constexpr milliseconds kLongestSleep{200};
constexpr milliseconds kLongestFinish{1000};

struct DestroySkeleton {
    void operator()(exectap_bpf* skeleton) const { exectap_bpf__destroy(skeleton); }
};
using Skeleton = std::unique_ptr<exectap_bpf, DestroySkeleton>;

// As exectap_bpf__open_opts() does it, but for the object's bytes, which are compressed. libbpf copies what it needs.
Skeleton open_skeleton(const bpf_object_open_opts& options) {
    Skeleton skeleton(static_cast<exectap_bpf*>(std::calloc(1, sizeof(exectap_bpf))));
    if (!skeleton) return nullptr;
    int code = exectap_bpf__create_skeleton(skeleton.get());
    if (code == 0) {
        auto& parts = *skeleton->skeleton;
        const auto object = inflated({static_cast<const std::byte*>(parts.data), parts.data_sz});
        if (!object) {
            errno = ENOMEM;
            return nullptr;
        }
        parts.data = object->data();
        parts.data_sz = object->size();
        code = ::bpf_object__open_skeleton(&parts, &options);
        parts.data = nullptr;
        parts.data_sz = 0;
    }
    if (code == 0) return skeleton;
    errno = -code;
    return nullptr;
}

int log_libbpf(libbpf_print_level level, const char* format, va_list arguments) {
    std::array<char, 4096> text{};
    std::vsnprintf(text.data(), text.size(), format, arguments);
    const auto* end = std::find(text.begin(), text.end(), '\0');
    while (end != text.begin() && end[-1] == '\n') end--;
    const std::string_view line(text.data(), static_cast<std::size_t>(end - text.begin()));
    // What libbpf calls a warning is often no more than the first of several ways that did not work.
    log::libbpf().log(level == LIBBPF_DEBUG ? spdlog::level::trace : spdlog::level::debug, "{}", line);
    return 0;
}

// Kernels before 5.11 charge maps to this limit; on others it changes nothing, so failing is no error.
void raise_locked_memory_limit() {
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0)
        log::capture().debug("can't raise the limit of locked memory: {}", std::strerror(errno));
}

// What was asked for makes sense: it is the machine that can't do it.
Error of_machine(Error error) {
    if (error.kind == ErrorKind::failure) error.kind = ErrorKind::machine;
    return error;
}

Error failure(std::string_view what) {
    return {fmt::format("{}: {}", what, std::strerror(errno)), ErrorKind::failure, errno};
}

class BpfSession final : public Session {
public:
    // Takes the first of the mechanisms that can be had, as far as that can be told without loading it.
    static Result<std::unique_ptr<BpfSession>> load(const SessionConfig& config,
                                                    std::span<const AttemptMechanism> mechanisms);
    static Result<std::unique_ptr<BpfSession>> load(const SessionConfig& config,
                                                    std::span<const AttemptMechanism> mechanisms, bool casts);

    Result<void> attach(const SessionConfig& config);
    Result<void> mark(std::span<const ProcessTarget> roots);

    int fd() const override { return poll_.get(); }
    void dispatch(const Handler& handler) override;
    AttemptMechanism attempt_mechanism() const override { return probes_.mechanism; }
    const std::vector<RefusedMechanism>& refused_mechanisms() const override { return probes_.refused; }
    void set_refused(std::vector<RefusedMechanism> refused) { probes_.refused = std::move(refused); }
    KernelManner kernel_manner() const override {
        const auto& config = skeleton_->rodata->config;
        return {.lets_cast = config.types.mm_struct != 0, .is_preemptible = config.preemptible != 0};
    }
    std::uint64_t processes_at_start() const override { return seeded_.watched; }
    const std::vector<ProcessInfo>& seeded_processes() const override { return seeded_.processes; }
    bool is_over() const override { return !is_all() && load_shared(state().live_tasks) <= 0; }
    Result<void> watch(std::span<const Cgroup> cgroups) override;
    void expect_terminal(std::size_t index) override { live_.expect_terminal(index); }
    SessionSummary finish(const Handler& handler) override;

private:
    BpfSession(Skeleton skeleton, Ring ring, const SessionConfig& config, ProbeChoice probes)
        : skeleton_(std::move(skeleton)),
          ring_(std::move(ring)),
          probes_(std::move(probes)),
          live_(skeleton_->bss->targets, config),
          delivery_(config, since_boot_now()) {}

    wire_state& state() const { return skeleton_->bss->state; }
    Seeding seeding() const {
        return {skeleton_->progs.mark_tasks,
                {::bpf_map__fd(skeleton_->maps.marks), ::bpf_map__fd(skeleton_->maps.lineage)},
                state(),
                is_all()};
    }
    bool is_all() const { return skeleton_->rodata->config.all != 0; }
    // Nobody has to be found when all are watched, unless it is asked who they are or somebody is left out.
    bool is_seeded() const { return !is_all() || skeleton_->rodata->config.ancestry != 0 || leaves_out_; }

    Result<void> open_poll();
    void set_timer(milliseconds delay);
    std::size_t drain(const Handler& handler);
    bool deliver(std::span<const std::byte> record, const Handler& handler);
    void sort_candidates();
    bool is_accounted_for(const CounterTotals& totals) const;

    Skeleton skeleton_;
    Ring ring_;
    ProbeChoice probes_;
    std::vector<AttachedProgram> programs_;
    UniqueFd timer_;
    UniqueFd poll_;
    Seeded seeded_;
    bool leaves_out_ = false;
    bool is_finishing_ = false;
    bool is_held_ = false;  // what is in the ring waits for word of a cgroup
    milliseconds interval_ = kShortestInterval;
    LiveTargets live_;
    Delivery delivery_;
    DecodeScratch scratch_;
    std::uint64_t bad_records_ = 0;
};

wire_config wire_config_of(const SessionConfig& config) {
    wire_config wire{};
    wire.max_args_bytes = config.max_args_bytes;
    wire.page_kb = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE) / 1024);
    wire.all = config.all;
    wire.watch_children = config.watch_children;
    wire.paths = config.wants_paths;
    wire.ancestry = config.wants_ancestry;
    wire.by_uid = !config.uids.empty();
    // Where all are watched nobody has to be found.
    wire.by_tty = !config.all && !config.terminals.empty();
    wire.by_cgroup = !config.all && config.cgroups.find;
    wire.asks_containers = !config.all && config.cgroups.decide;
    const auto asked_for = types_of(config.events);
    for (std::size_t type = 0; type < WIRE_TYPES; type++) {
        wire.asked_for[type] = asked_for.at(type);
        wire.tells[type] = asked_for.at(type) || (config.wants_ancestry && type != WIRE_ATTEMPT);
    }
    return wire;
}

// Of a way that was asked for.
Error cant_see_attempts(AttemptMechanism mechanism, const Error& error) {
    return {fmt::format("can't see failed execs by {} here: {}; --probe=auto takes what works", name_of(mechanism),
                        error.message),
            error.kind, error.code};
}

Result<ProbeChoice> choose_probes(const exectap_bpf& skeleton, const KernelTypes& types,
                                  std::span<const AttemptMechanism> mechanisms) {
    const bool is_preemptible = types.are_programs_preemptible();
    ProbeChoice choice{.is_preemptible = is_preemptible,
                       .has_compat_calls = types.target_of(skeleton.progs.on_compat_execve_return).has_value()};
    const auto function = types.target_of(skeleton.progs.on_execve_return);
    std::optional<Error> error;
    for (const auto mechanism : mechanisms) {
        choice.mechanism = mechanism;
        choice.copies_attempts = mechanism == AttemptMechanism::tracepoint && is_preemptible;
        if (mechanism != AttemptMechanism::fexit) return choice;
        choice.copies_attempts = is_preemptible || can_kernel_be_preempted();
        const auto allowed = function ? try_return_probe(*function)
                                      : Error{"this kernel does not describe the functions of its system calls"};
        if (allowed) return choice;
        choice.refused.push_back({mechanism, allowed.error().message});
        error = cant_see_attempts(mechanism, allowed.error());
        log::capture().info("{}", error->message);
    }
    return *error;
}

// Whether a kernel lets all programs cast is only known when it has loaded them.
Result<std::unique_ptr<BpfSession>> BpfSession::load(const SessionConfig& config,
                                                     std::span<const AttemptMechanism> mechanisms) {
    auto session = load(config, mechanisms, true);
    if (session || session.error().kind == ErrorKind::usage || session.error().code == ENOMEM) return session;
    log::capture().info("once more without casts: {}", session.error().message);
    return load(config, mechanisms, false);
}

Result<std::unique_ptr<BpfSession>> BpfSession::load(const SessionConfig& config,
                                                     std::span<const AttemptMechanism> mechanisms, bool casts) {
    auto types = KernelTypes::create(casts);
    if (!types) return types.error();
    LIBBPF_OPTS(bpf_object_open_opts, options, .btf_custom_path = (*types)->path());
    Skeleton skeleton = open_skeleton(options);
    if (!skeleton) return explain_load_failure(facts_of_machine(), errno);
    const auto read = (*types)->read(skeleton->obj);
    if (!read) return read.error().code == ENOENT ? explain_load_failure(facts_of_machine(), ENOENT) : read.error();
    const auto probes = choose_probes(*skeleton, **types, mechanisms);
    if (!probes) return probes.error();
    skeleton->rodata->config = wire_config_of(config);
    skeleton->rodata->config.types = (*types)->types_read();
    skeleton->rodata->config.preemptible = probes->is_preemptible;
    skeleton->rodata->config.copies_attempts = probes->copies_attempts;
    auto& targets = skeleton->bss->targets;
    if (config.uids.size() > kMostUids)
        return usage_error(fmt::format("{} users; events of at most {} can be wanted", config.uids.size(), kMostUids));
    for (const auto uid : config.uids) targets.uids[targets.uid_count++] = uid;
    ::bpf_map__set_max_entries(skeleton->maps.events, static_cast<std::uint32_t>(config.ring_bytes));

    const auto selected = select_programs(skeleton->obj, config, *probes);
    if (!selected) return selected.error();
    const auto lasts = LastPrograms::choose(skeleton->obj, **types, probes->mechanism == AttemptMechanism::fexit);
    if (!lasts) return lasts.error();
    const int code = exectap_bpf__load(skeleton.get());
    if (code == -ENOMEM)
        return Error{
            fmt::format("the kernel has no memory for a ring of {} bytes; choose a smaller --ring", config.ring_bytes),
            ErrorKind::failure, ENOMEM};
    if (code != 0) return explain_load_failure(facts_of_machine(), -code);

    const auto placed = lasts->place();
    if (!placed) return placed.error();

    auto ring = Ring::map(::bpf_map__fd(skeleton->maps.events), config.ring_bytes);
    if (!ring) return ring.error();
    std::unique_ptr<BpfSession> session(new BpfSession(std::move(skeleton), std::move(*ring), config, *probes));
    const auto written = session->live_.write_targets();
    if (!written) return written.error();
    return session;
}

Result<void> BpfSession::open_poll() {
    timer_ = UniqueFd(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    poll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
    if (!timer_ || !poll_) return failure("can't wait for events");
    for (const int fd : {timer_.get(), ::bpf_map__fd(skeleton_->maps.events)}) {
        epoll_event event{};
        event.events = EPOLLIN;
        if (::epoll_ctl(poll_.get(), EPOLL_CTL_ADD, fd, &event) != 0) return failure("can't wait for events");
    }
    set_timer(interval_);
    return {};
}

Result<void> BpfSession::attach(const SessionConfig& config) {
    const auto polling = open_poll();
    if (!polling) return polling.error();
    const auto excluded = seeding().exclude_self();
    if (!excluded) return excluded.error();
    const auto found = config.find_left_out ? config.find_left_out() : std::vector<ProcessTarget>();
    for (const auto processes : {std::span(config.left_out), std::span<const ProcessTarget>(found)}) {
        const auto left_out = seeding().leave_out(processes);
        if (!left_out) return left_out.error();
        leaves_out_ |= !processes.empty();
    }
    __atomic_store_n(&state().settling, leaves_out_ ? 1 : 0, __ATOMIC_SEQ_CST);
    __atomic_store_n(&state().seeding, is_seeded() ? 1 : 0, __ATOMIC_SEQ_CST);
    auto programs = attach_programs(skeleton_->obj, config, probes_);
    if (!programs) return programs.error();
    programs_ = std::move(*programs);
    if (leaves_out_) {
        const auto settled = seeding().settle();
        if (!settled) return settled.error();
    }
    if (is_all()) return {};
    return live_.find_cgroups();
}

Result<void> BpfSession::mark(std::span<const ProcessTarget> roots) {
    if (!is_seeded()) return {};
    auto seeded = seeding().run(roots);
    if (!seeded) return seeded.error();
    seeded_ = std::move(*seeded);
    live_.tell_terminals();
    return {};
}

Result<void> BpfSession::watch(std::span<const Cgroup> cgroups) {
    auto claimed = live_.watch(cgroups);
    if (!claimed || is_all()) return claimed;
    __atomic_store_n(&state().seeding, 1, __ATOMIC_SEQ_CST);
    const auto seeded = seeding().run({});
    if (!seeded) return seeded.error();
    return {};
}

void BpfSession::sort_candidates() {
    const auto sorted = seeding().sort();
    if (!sorted) {
        log::capture().info("candidates can't be sorted: {}", sorted.error().message);
        return;
    }
    live_.free_sorted();
}

void BpfSession::set_timer(milliseconds delay) {
    itimerspec when{};
    when.it_value.tv_nsec = static_cast<long>(nanoseconds(delay).count());
    ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

// False: it has to wait.
bool BpfSession::deliver(std::span<const std::byte> record, const Handler& handler) {
    live_.tell_terminals();
    if (auto decoded = decode(record, scratch_)) {
        if (live_.is_rejected(decoded->candidate)) {
            delivery_.forget(*decoded);
        } else {
            delivery_.deliver(*decoded, handler);
        }
    } else if (const auto cgroup = decode_cgroup(record, scratch_)) {
        return live_.take(*cgroup, is_finishing_ || ring_.is_filled_by(2));
    } else {
        bad_records_++;
    }
    return true;
}

std::size_t BpfSession::drain(const Handler& handler) {
    is_held_ = false;
    return ring_.drain([&](std::span<const std::byte> record) {
        is_held_ = !deliver(record, handler);
        return !is_held_;
    });
}

void BpfSession::dispatch(const Handler& handler) {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto ignored = ::read(timer_.get(), &expirations, sizeof expirations);
    const bool is_filling = ring_.is_filled_by(8);
    const auto drained = drain(handler);
    if (live_.wants_sorting()) sort_candidates();
    interval_ = drained >= kManyRecords && !is_filling ? std::min(2 * interval_, kLongestInterval) : kShortestInterval;
    if (drained > 0 || is_held_) {
        set_timer(interval_);
        return;
    }
    // Say so first, then look: who adds a record after the look sees the flag.
    __atomic_store_n(&state().asleep, 1, __ATOMIC_SEQ_CST);
    if (ring_.is_empty()) {
        set_timer(kLongestSleep);
        return;
    }
    __atomic_store_n(&state().asleep, 0, __ATOMIC_SEQ_CST);
    set_timer(interval_);
}

bool BpfSession::is_accounted_for(const CounterTotals& totals) const {
    const auto sum = [](const auto& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); };
    const auto filtered = delivery_.filtered() + sum(totals.filtered);
    const auto told = delivery_.delivered() + filtered + delivery_.forgotten();
    return told + sum(totals.lost) + bad_records_ >= sum(totals.seen);
}

SessionSummary BpfSession::finish(const Handler& handler) {
    SessionSummary summary;
    summary.attempt_mechanism = attempt_mechanism();
    is_finishing_ = true;
    detach(programs_);
    if (!is_all() && !is_over()) {
        const auto alive = seeding().count_alive();
        if (alive) summary.still_alive = *alive;
    }
    // A program that was running when it was detached may still have a record to submit.
    const auto deadline = steady_clock::now() + kLongestFinish;
    while (drain(handler) > 0 || (!is_accounted_for(total_counters(state())) && steady_clock::now() < deadline)) {
        constexpr timespec kPause{0, 100'000};
        ::nanosleep(&kPause, nullptr);
    }
    for (std::size_t slot = 0; slot < WIRE_CPU_SLOTS; slot++) {
        delivery_.tell_lost(total_lost(state().cpu[slot]), slot, since_boot_now(), handler);
    }
    const auto totals = total_counters(state());
    const auto tally_of = [&](wire_type type) {
        const auto forgotten = delivery_.forgotten(type);
        return Tally{.seen = totals.seen.at(type) - forgotten.events,
                     .filtered = totals.filtered.at(type) - forgotten.filtered + delivery_.filtered(type),
                     .delivered = delivery_.delivered(type),
                     .lost = totals.lost.at(type)};
    };
    summary.execs = tally_of(WIRE_EXEC);
    summary.attempts = tally_of(WIRE_ATTEMPT);
    summary.exits = tally_of(WIRE_EXIT);
    summary.forks = tally_of(WIRE_FORK);
    summary.bad_records = bad_records_;
    summary.marks_lost = load_shared(state().marks_lost);
    summary.cgroups_lost = load_shared(state().cgroups_lost) + live_.undecided();
    summary.lineage_lost = load_shared(state().lineage_lost);
    summary.skipped = count_skipped(programs_, state());
    return summary;
}

}  // namespace

Result<std::unique_ptr<Session>> Session::open(const SessionConfig& config) {
    ::libbpf_set_print(log_libbpf);
    const auto rights = check_rights(rights_of_caller());
    if (!rights) return of_machine(rights.error());
    raise_locked_memory_limit();

    using std::chrono::duration_cast;
    using std::chrono::microseconds;
    auto mechanisms = config.events.attempts ? attempt_mechanisms() : attempt_mechanisms().last(1);
    if (config.events.attempts && config.attempts_by) mechanisms = std::span(&*config.attempts_by, 1);
    std::optional<Error> last_error;
    std::vector<RefusedMechanism> refused;
    while (!mechanisms.empty()) {
        const auto began = steady_clock::now();
        auto session = BpfSession::load(config, mechanisms);
        if (!session) {
            last_error = session.error();
            refused.push_back({mechanisms.front(), last_error->message});
            log::capture().info("failed execs by {}: {}", name_of(mechanisms.front()), last_error->message);
            mechanisms = mechanisms.subspan(1);
            continue;
        }
        const auto mechanism = (*session)->attempt_mechanism();
        const auto& not_tried = (*session)->refused_mechanisms();
        refused.insert(refused.end(), not_tried.begin(), not_tried.end());
        const auto loaded = steady_clock::now();
        // What loads does not always attach.
        const auto attached = (*session)->attach(config);
        if (!attached) {
            last_error = config.attempts_by ? cant_see_attempts(mechanism, attached.error()) : attached.error();
            refused.push_back({mechanism, attached.error().message});
            log::capture().info("failed execs by {}: {}", name_of(mechanism), last_error->message);
            const auto at = std::find(mechanisms.begin(), mechanisms.end(), mechanism) - mechanisms.begin();
            mechanisms = mechanisms.subspan(static_cast<std::size_t>(at) + 1);
            continue;
        }
        const auto marked = (*session)->mark(config.processes);
        if (!marked) return marked.error();
        (*session)->set_refused(std::move(refused));
        log::capture().info("failed execs are seen by: {}", name_of(mechanism));
        log::capture().info("loaded in {} us, attached and marked in {} us",
                            duration_cast<microseconds>(loaded - began).count(),
                            duration_cast<microseconds>(steady_clock::now() - loaded).count());
        return std::unique_ptr<Session>(std::move(*session));
    }
    return of_machine(*last_error);
}

}  // namespace exectap
