// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/container_names.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <limits>
#include <system_error>
#include <utility>

#include "process/cgroup_names.h"
#include "process/cgroup_owner.h"

namespace exectap {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

constexpr std::array kBelowRun = {"docker.sock", "podman/podman.sock"};
constexpr int kMostAtOnce = 16;

Error failure(const char* what) {
    return {fmt::format("can't {} for the answers of container engines: {}", what, std::strerror(errno)),
            ErrorKind::failure, errno};
}

// A container that engines could know of.
struct Subject {
    EngineOwner owner;
    std::string_view id;
};

std::optional<Subject> subject_of(std::string_view cgroup) {
    const auto id = container_id_of(cgroup);
    if (!id || !is_container_id(*id)) return std::nullopt;
    const auto owner = owner_of(cgroup);
    if (!owner) return std::nullopt;
    return Subject{owner->user, *id};
}

// Root's own directory is the system's.
std::vector<std::string> directories_of(EngineOwner user, const std::string& run) {
    if (user) return {fmt::format("{}/user/{}", run, *user)};
    return {run, run + "/user/0"};
}

// Those who are logged in, and those who linger; without root.
std::vector<uid_t> users_below(const std::string& run) {
    std::vector<uid_t> users;
    std::error_code error;
    // Not by a range: its step throws.
    for (std::filesystem::directory_iterator at(run + "/user", error), end; !error && at != end; at.increment(error)) {
        const auto name = at->path().filename().string();
        uid_t uid = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), uid);
        if (parsed.ec == std::errc() && parsed.ptr == name.data() + name.size() && uid != 0) users.push_back(uid);
    }
    return users;
}

// Zero would disarm it.
itimerspec timer_at(std::optional<SteadyTime> time) {
    itimerspec timer{};
    if (!time) return timer;
    const auto since_boot = std::max<nanoseconds>(time->time_since_epoch(), nanoseconds(1));
    timer.it_value.tv_sec = std::chrono::duration_cast<seconds>(since_boot).count();
    timer.it_value.tv_nsec = (since_boot % seconds(1)).count();
    return timer;
}

}  // namespace

bool has_users_engine(const EngineSockets& sockets) {
    const auto users = users_below(sockets.run);
    return std::any_of(users.begin(), users.end(), [&](uid_t user) {
        return std::any_of(kBelowRun.begin(), kBelowRun.end(), [&](const char* name) {
            std::error_code error;
            const auto path = std::filesystem::path(directories_of(user, sockets.run).front()) / name;
            return std::filesystem::is_socket(path, error);
        });
    });
}

std::vector<FoundEngine> find_engines(const EngineSockets& sockets) {
    std::vector<EngineOwner> owners = {std::nullopt};
    for (const auto user : users_below(sockets.run)) owners.emplace_back(user);
    std::vector<FoundEngine> found;
    for (const auto owner : owners) {
        for (const auto& directory : directories_of(owner, sockets.run)) {
            for (const auto* name : kBelowRun) {
                const auto path = fmt::format("{}/{}", directory, name);
                const auto connection =
                    EngineConnection::open({path, owner, sockets.listener_of}, "", JsonObjects::Form::stream);
                const int code = connection ? 0 : connection.error().code;
                if (code == ENOENT || code == ENOTDIR || code == ENAMETOOLONG) continue;
                found.push_back({path, code == 0 ? "" : std::strerror(code)});
            }
        }
    }
    return found;
}

Result<std::unique_ptr<ContainerNames>> ContainerNames::open(const EngineSockets& sockets, const Limits& limits) {
    UniqueFd epoll(::epoll_create1(EPOLL_CLOEXEC));
    if (!epoll) return failure("poll");
    UniqueFd timer(::timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK));
    if (!timer) return failure("set a timer");
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = timer.get();
    if (::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, timer.get(), &event) != 0) return failure("poll");
    std::unique_ptr<ContainerNames> names(new ContainerNames(sockets, limits, std::move(epoll), std::move(timer)));
    names->find_users();
    if (!limits.connects_at_once) return names;
    for (auto& [user, owner] : names->owners_) names->reach_all(owner, Engine::Because::of_start);
    names->set_timer();
    return names;
}

ContainerNames::ContainerNames(EngineSockets sockets, const Limits& limits, UniqueFd epoll, UniqueFd timer)
    : sockets_(std::move(sockets)), limits_(limits), epoll_(std::move(epoll)), timer_(std::move(timer)) {}

void ContainerNames::find_users() {
    owner_at(std::nullopt);
    for (const auto user : users_below(sockets_.run)) owner_at(user);
}

// Null: there are too many.
ContainerNames::Owner* ContainerNames::owner_at(EngineOwner user) {
    const auto at = owners_.find(user);
    if (at != owners_.end()) return &at->second;
    if (owners_.size() >= limits_.owners) return nullptr;
    auto& owner = owners_.emplace(user, limits_.names).first->second;
    for (const auto& directory : directories_of(user, sockets_.run)) {
        for (const auto* name : kBelowRun) {
            EngineConnection::Place place{fmt::format("{}/{}", directory, name), user, sockets_.listener_of};
            const Engine::Surroundings around{epoll_.get(), owner.engines.size(), owner.names, notices_,
                                              owner.has_said_directory_is_closed};
            owner.engines.push_back(std::make_unique<Engine>(std::move(place), limits_.times, around));
        }
    }
    return &owner;
}

void ContainerNames::reach_all(Owner& owner, Engine::Because because) {
    const auto now = steady_clock::now();
    for (const auto& engine : owner.engines) {
        const bool is_reached = std::any_of(owner.engines.begin(), owner.engines.end(), [&](const auto& other) {
            return other != engine && other->is_reached() && other->is_same_as(*engine);
        });
        if (!is_reached) engine->reach(now, because);
    }
}

void ContainerNames::serve() {
    // One at a time: what is closed on the way can't be among those that have been told of before.
    for (int served = 0; served < kMostAtOnce; served++) {
        epoll_event event{};
        if (::epoll_wait(epoll_.get(), &event, 1, 0) <= 0) break;
        serve_one(event.data.fd, steady_clock::now());
    }
    set_timer();
}

void ContainerNames::serve_one(int fd, SteadyTime now) {
    const bool is_timer = fd == timer_.get();
    std::uint64_t expirations = 0;
    if (is_timer && ::read(fd, &expirations, sizeof(expirations)) < 0) return;
    for (auto& [user, owner] : owners_) {
        for (const auto& engine : owner.engines) {
            if (is_timer) {
                engine->on_time(now);
            } else if (engine->serve(fd, now)) {
                return;
            }
        }
    }
}

void ContainerNames::set_timer() {
    std::optional<SteadyTime> next;
    for (const auto& [user, owner] : owners_) {
        for (const auto& engine : owner.engines) {
            const auto time = engine->next_time();
            if (time && (!next || *time < *next)) next = time;
        }
    }
    const auto timer = timer_at(next);
    ::timerfd_settime(timer_.get(), TFD_TIMER_ABSTIME, &timer, nullptr);
}

std::optional<std::string_view> ContainerNames::name_of(std::string_view cgroup) const {
    const auto subject = subject_of(cgroup);
    if (!subject) return std::nullopt;
    const auto owner = owners_.find(subject->owner);
    return owner == owners_.end() ? std::nullopt : owner->second.names.name_of(subject->id);
}

bool ContainerNames::is_listing() const {
    return std::any_of(owners_.begin(), owners_.end(), [](const auto& owner) {
        const auto& engines = owner.second.engines;
        return std::any_of(engines.begin(), engines.end(), [](const auto& engine) { return engine->is_listing(); });
    });
}

bool ContainerNames::is_asked(std::string_view cgroup) const {
    const auto subject = subject_of(cgroup);
    if (!subject) return false;
    const auto owner = owners_.find(subject->owner);
    return owner != owners_.end() && owner->second.names.is_asked(subject->id);
}

Naming ContainerNames::learn(std::string_view cgroup) {
    const auto subject = subject_of(cgroup);
    if (!subject) return Naming::unknown;
    auto* owner = owner_at(subject->owner);
    if (owner == nullptr) return Naming::unanswered;
    if (owner->names.name_of(subject->id)) return Naming::known;
    const auto now = steady_clock::now();
    switch (owner->names.state_of(subject->id, now)) {
        case OwnerNames::Asking::pending: return Naming::asked;
        case OwnerNames::Asking::refused: return Naming::unknown;
        case OwnerNames::Asking::unanswered: return Naming::unanswered;
        case OwnerNames::Asking::new_one: break;
    }
    reach_all(*owner, Engine::Because::of_container);
    const auto engines = std::count_if(owner->engines.begin(), owner->engines.end(),
                                       [&](const auto& engine) { return engine->ask(subject->id, now); });
    owner->names.asked(subject->id, static_cast<std::size_t>(engines), now);
    set_timer();
    return engines > 0 ? Naming::asked : Naming::unanswered;
}

std::vector<ContainerNames::Container> ContainerNames::all() const {
    std::vector<Container> containers;
    for (const auto& each : owners_)
        each.second.names.for_each([&](const std::string& id, const std::string& name) {
            containers.push_back({each.first, id, name});
        });
    return containers;
}

// Owners are never forgotten: the sum never falls.
std::uint64_t ContainerNames::version() const {
    std::uint64_t version = 0;
    for (const auto& [user, owner] : owners_) version += owner.names.version();
    return version;
}

std::vector<std::string> ContainerNames::take_notices() { return std::exchange(notices_, {}); }

}  // namespace exectap
