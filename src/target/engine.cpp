// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/engine.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "log/log.h"

namespace exectap {
namespace {

bool is_forbidden(int error) { return error == EACCES || error == EPERM; }

// More than that nobody has; what an engine says is to be bounded.
constexpr std::size_t kMostListed = 65'536;

// Of an engine that comes and goes: a user could fill the terminal with his.
constexpr unsigned kMostChangesTold = 16;

std::optional<struct stat> file_at(const std::string& path) {
    struct stat file {};
    if (::stat(path.c_str(), &file) != 0) return std::nullopt;
    return file;
}

std::string request_text(bool is_events, std::string_view id) {
    if (is_events) return events_request();
    return id.empty() ? list_request() : ask_request(id);
}

}  // namespace

bool Engine::is_reached() const {
    return std::any_of(requests_.begin(), requests_.end(),
                       [](const auto& each) { return each.purpose == Request::Purpose::events; });
}

bool Engine::is_listing() const {
    return std::any_of(requests_.begin(), requests_.end(),
                       [](const auto& each) { return each.purpose == Request::Purpose::list; });
}

bool Engine::is_same_as(const Engine& other) const {
    const auto one = file_at(place_.path);
    const auto two = file_at(other.place_.path);
    return one && two && one->st_dev == two->st_dev && one->st_ino == two->st_ino;
}

void Engine::reach(SteadyTime now, Because because) {
    if (is_reached()) return;
    retry_at_.reset();
    if (start(Request::Purpose::events, {}, now)) {
        start(Request::Purpose::list, {}, now);
        return;
    }
    on_unreachable(why_not_, because);
    if (state_ == State::gone) plan_retry(now);
}

bool Engine::ask(std::string_view id, SteadyTime now) { return is_reached() && start(Request::Purpose::ask, id, now); }

bool Engine::start(Request::Purpose purpose, std::string_view id, SteadyTime now) {
    const bool is_events = purpose == Request::Purpose::events;
    const auto form = is_events ? JsonObjects::Form::stream : JsonObjects::Form::array;
    auto connection = EngineConnection::open(place_, request_text(is_events, id), form);
    if (!connection) {
        log::target().debug("{}", connection.error().message);
        why_not_ = connection.error();
        return false;
    }
    std::optional<SteadyTime> deadline;
    if (purpose == Request::Purpose::list) deadline = now + times_.list;
    if (purpose == Request::Purpose::ask) deadline = now + times_.answer;
    requests_.push_back({purpose, std::string(id), std::move(*connection), deadline});
    poll(requests_.back(), EPOLL_CTL_ADD);
    return true;
}

// A descriptor that is closed leaves the epoll by itself: nobody else has it.
void Engine::poll(Request& request, int operation) const {
    request.polls_for_writing = request.connection.wants_to_write();
    epoll_event event{};
    event.events = request.polls_for_writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.fd = request.connection.fd();
    ::epoll_ctl(around_.epoll, operation, request.connection.fd(), &event);
}

bool Engine::serve(int fd, SteadyTime now) {
    const auto at = std::find_if(requests_.begin(), requests_.end(),
                                 [&](const auto& request) { return request.connection.fd() == fd; });
    if (at == requests_.end()) return false;
    const auto served = at->connection.serve();
    take(*at, served, now);
    if (served.progress != EngineConnection::Progress::more) {
        end(at, served.progress, now);
    } else if (at->polls_for_writing != at->connection.wants_to_write()) {
        poll(*at, EPOLL_CTL_MOD);
    }
    return true;
}

void Engine::take(Request& request, const EngineConnection::Served& served, SteadyTime now) {
    if (served.progress == EngineConnection::Progress::nonsense) return;
    if (request.purpose != Request::Purpose::ask && request.connection.status()) on_answer(now);
    for (const auto& object : served.objects) {
        if (request.purpose == Request::Purpose::events) {
            take_event(object);
        } else {
            take_listed(object, request.purpose);
        }
    }
}

void Engine::take_listed(const std::string& object, Request::Purpose purpose) {
    const auto container = read_listed_container(object);
    if (!container) {
        log::target().debug("{} lists something without a name: {} bytes", place_.path, object.size());
        return;
    }
    if (purpose == Request::Purpose::list) {
        is_list_too_long_ |= listed_.size() >= kMostListed;
        if (!is_list_too_long_) listed_.insert(container->id);
    }
    if (!changed_.contains(container->id)) tell(*container);
}

void Engine::take_event(const std::string& object) {
    const auto change = read_container_event(object);
    if (!change) return;
    if (is_listing()) {
        is_list_too_long_ |= changed_.size() >= kMostListed;
        if (!is_list_too_long_) changed_.insert(change->container.id);
    }
    if (change->kind == ContainerChange::Kind::removed) {
        around_.names.remove(change->container.id);
    } else {
        tell(change->container);
    }
}

void Engine::tell(const NamedContainer& container) {
    if (around_.names.set(container, around_.index) || std::exchange(has_said_it_is_full_, true)) return;
    around_.notices.push_back(
        fmt::format("the container engine at {} has too many containers: not all names are known", place_.path));
}

void Engine::end(Requests::iterator request, EngineConnection::Progress progress, SteadyTime now) {
    using Purpose = Request::Purpose;
    using Progress = EngineConnection::Progress;
    Requests ended;
    ended.splice(ended.end(), requests_, request);
    const auto& one = ended.front();
    switch (one.purpose) {
        case Purpose::events:
            if (progress == Progress::nonsense) return on_nonsense(one.connection.problem(), now);
            return on_lost(now);
        case Purpose::list:
            if (progress == Progress::nonsense) return on_nonsense(one.connection.problem(), now);
            if (progress == Progress::complete && !is_list_too_long_) {
                listed_.insert(changed_.begin(), changed_.end());
                around_.names.keep_only(listed_, around_.index);
            }
            return forget_list();
        case Purpose::ask:
            if (progress != Progress::complete)
                log::target().debug("{} does not answer: {}", place_.path, one.connection.problem());
            around_.names.answered(one.id, progress == Progress::complete, now);
    }
}

// Of a stream it says nothing yet that somebody takes the connection: a socket's systemd unit does that alone.
void Engine::on_answer(SteadyTime now) {
    if (state_ == State::gone) tell_change(fmt::format("the container engine at {} is back", place_.path));
    if (state_ != State::here) here_since_ = now;
    state_ = State::here;
}

void Engine::on_unreachable(const Error& error, Because because) {
    constexpr std::string_view kUnknown = "names of its containers are not known";
    if (error.code == EPERM && place_.owner)
        return complain(fmt::format("whoever listens at {} is not the user whose container engine should: {}",
                                    place_.path, kUnknown));
    if (!is_forbidden(error.code)) return;
    if (file_at(place_.path))
        return complain(fmt::format("may not ask the container engine at {}: {}; start exectap again, as root",
                                    place_.path, kUnknown));
    // Whether there is one nobody can see.
    if (because == Because::of_start || std::exchange(around_.has_said_directory_is_closed, true)) return;
    complain(fmt::format("may not look for the container engine that would be at {}: {}; start exectap again, as root",
                         place_.path, kUnknown));
}

void Engine::on_nonsense(std::string_view problem, SteadyTime now) {
    close_all(now);
    // It is tried again when a container is met whose name nobody has told.
    state_ = State::absent;
    complain(fmt::format(
        "what the container engine at {} answers makes no sense ({}): names of its containers are not known; it should "
        "be Docker or Podman",
        place_.path, problem));
}

void Engine::complain(std::string text) {
    if (!std::exchange(has_complained_, true)) around_.notices.push_back(std::move(text));
}

void Engine::tell_change(std::string text) {
    if (changes_told_ >= kMostChangesTold) return;
    changes_told_++;
    if (changes_told_ == kMostChangesTold) text += "; nothing more is said of it";
    around_.notices.push_back(std::move(text));
}

void Engine::on_lost(SteadyTime now) {
    close_all(now);
    if (state_ == State::absent) return;
    if (state_ == State::here) {
        tell_change(
            fmt::format("the container engine at {} has gone: names of new containers are not known until it is back",
                        place_.path));
        // One that comes and goes is tried less and less often.
        if (now - here_since_ >= times_.last_retry) retry_after_ = std::chrono::milliseconds(0);
    }
    state_ = State::gone;
    plan_retry(now);
}

void Engine::close_all(SteadyTime now) {
    const auto closed = std::exchange(requests_, {});
    for (const auto& request : closed)
        if (request.purpose == Request::Purpose::ask) around_.names.answered(request.id, false, now);
    forget_list();
}

void Engine::forget_list() {
    listed_.clear();
    changed_.clear();
    is_list_too_long_ = false;
}

void Engine::plan_retry(SteadyTime now) {
    retry_after_ = retry_after_.count() == 0 ? times_.first_retry : std::min(2 * retry_after_, times_.last_retry);
    retry_at_ = now + retry_after_;
}

void Engine::on_time(SteadyTime now) {
    for (auto at = requests_.begin(); at != requests_.end();) {
        const auto request = at++;
        if (request->deadline && *request->deadline <= now) end(request, EngineConnection::Progress::lost, now);
    }
    if (retry_at_ && *retry_at_ <= now) reach(now, Because::of_start);
}

std::optional<SteadyTime> Engine::next_time() const {
    auto next = retry_at_;
    for (const auto& request : requests_)
        if (request.deadline && (!next || *request.deadline < *next)) next = request.deadline;
    return next;
}

}  // namespace exectap
