// SPDX-License-Identifier: MIT OR Apache-2.0
// One container engine: what it tells of names as they change, what it is asked, and whether it is there.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "target/engine_connection.h"
#include "target/owner_names.h"

namespace exectap {

class Engine {
public:
    struct Times {
        std::chrono::milliseconds answer{2'000};  // to what is asked of one container
        std::chrono::milliseconds list{30'000};   // of all containers
        std::chrono::milliseconds first_retry{1'000};
        std::chrono::milliseconds last_retry{30'000};  // each is twice as long as the one before
    };

    // What it needs from who owns it; all of that outlives it. `index` is its own, among all engines.
    struct Surroundings {
        int epoll = -1;
        std::size_t index = 0;
        OwnerNames& names;
        std::vector<std::string>& notices;
        bool& has_said_directory_is_closed;  // of its owner
    };

    Engine(EngineConnection::Place place, const Times& times, const Surroundings& surroundings)
        : place_(std::move(place)), times_(times), around_(surroundings) {}
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;
    ~Engine() = default;

    enum class Because {
        of_start,      // whoever may not connect says so only if there is something
        of_container,  // one has been made: there must be an engine
    };

    // Connects, unless it is connected: to its events first, and then for the list, so that nothing is between them.
    void reach(SteadyTime now, Because because);

    bool is_reached() const;
    // All that it has are being told.
    bool is_listing() const;
    // Podman's socket is often linked to where Docker's would be.
    bool is_same_as(const Engine& other) const;

    // False: it can't be asked.
    bool ask(std::string_view id, SteadyTime now);

    // Of the descriptor that the epoll has told of. False: it is another engine's.
    bool serve(int fd, SteadyTime now);

    // Gives up what has taken too long, and tries again to reach it when it is time for that.
    void on_time(SteadyTime now);
    // When on_time() is wanted.
    std::optional<SteadyTime> next_time() const;

private:
    struct Request {
        enum class Purpose { events, list, ask };

        Purpose purpose;
        std::string id;  // asked for
        EngineConnection connection;
        std::optional<SteadyTime> deadline;
        bool polls_for_writing = false;
    };
    using Requests = std::list<Request>;

    // What is known of it. Each change is said once.
    enum class State { absent, here, gone };

    bool start(Request::Purpose purpose, std::string_view id, SteadyTime now);
    void poll(Request& request, int operation) const;
    void take(Request& request, const EngineConnection::Served& served, SteadyTime now);
    void take_listed(const std::string& object, Request::Purpose purpose);
    void take_event(const std::string& object);
    void tell(const NamedContainer& container);
    void end(Requests::iterator request, EngineConnection::Progress progress, SteadyTime now);
    void on_answer(SteadyTime now);
    void on_unreachable(const Error& error, Because because);
    void on_nonsense(std::string_view problem, SteadyTime now);
    void on_lost(SteadyTime now);
    void close_all(SteadyTime now);
    void forget_list();
    void plan_retry(SteadyTime now);
    void complain(std::string text);
    void tell_change(std::string text);

    EngineConnection::Place place_;
    Times times_;
    Surroundings around_;
    Requests requests_;
    State state_ = State::absent;
    SteadyTime here_since_;
    unsigned changes_told_ = 0;
    bool has_complained_ = false;
    bool has_said_it_is_full_ = false;
    Error why_not_;  // the last attempt to connect
    std::optional<SteadyTime> retry_at_;
    std::chrono::milliseconds retry_after_{0};
    StringSet listed_;   // while a list comes in
    StringSet changed_;  // by events meanwhile: the list may be older than they are
    bool is_list_too_long_ = false;
};

}  // namespace exectap
