// SPDX-License-Identifier: MIT OR Apache-2.0
// What containers are called, as their engines (Docker, Podman) tell it: asked as they come up, and kept up to date.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/result.h"
#include "exectap/unique_fd.h"
#include "target/engine.h"
#include "target/owner_names.h"

namespace exectap {

// Where engines listen: below `run` docker.sock and podman/podman.sock, and the same in the directory of each user,
// user/UID. Another directory, and who is taken for the listener there, are for tests.
struct EngineSockets {
    std::string run = "/run";
    std::optional<uid_t> (*listener_of)(int socket) = exectap::listener_of;
};

// Whether any user has an engine's socket there.
bool has_users_engine(const EngineSockets& sockets = {});

struct FoundEngine {
    std::string path;     // of its socket
    std::string problem;  // why it can't be asked; empty: it can
};

// Those that have a socket, each connected to and left alone.
std::vector<FoundEngine> find_engines(const EngineSockets& sockets = {});

enum class Naming {
    known,
    unknown,     // it is no container with a name, or its engine says so. That is not asked again for some seconds
    unanswered,  // there is no engine to ask, or it has not answered. The same
    asked,       // the answer is to come, within two seconds
};

// No thread and no waiting: who owns it polls fd(). An engine is trusted with what it could do anyway: a user's names
// containers in that user's cgroups only, the system's only others.
class ContainerNames {
public:
    struct Limits {
        // Otherwise an engine is left alone, asleep if it is, until a container of it is to be named.
        bool connects_at_once = true;
        OwnerNames::Limits names;
        Engine::Times times;
        std::size_t owners = 1'024;
    };

    // Connects to all engines that are there, unless it shall not. An engine that is not there is no error.
    static Result<std::unique_ptr<ContainerNames>> open(const EngineSockets& sockets, const Limits& limits);
    static Result<std::unique_ptr<ContainerNames>> open(const EngineSockets& sockets = {}) { return open(sockets, {}); }

    // Readable: serve() has something to do. Not to be read.
    int fd() const { return epoll_.get(); }

    // There is an engine that has not told yet of all that it has.
    bool is_listing() const;

    // Never waits, and leaves what is too much for one call to the next.
    void serve();

    // The name of the container that this cgroup belongs to. No memory is asked for. The view lasts until something
    // else than this is called.
    std::optional<std::string_view> name_of(std::string_view cgroup) const;

    // Whether an answer is to come.
    bool is_asked(std::string_view cgroup) const;

    // Sees to it that the name becomes known, if it can. Memory is asked for only when a container is asked for.
    Naming learn(std::string_view cgroup);

    struct Container {
        EngineOwner owner;  // absent: the system's engines
        std::string id;
        std::string name;
    };
    // Those that there are, in no order.
    std::vector<Container> all() const;

    // Grows with each change of all().
    std::uint64_t version() const;

    // Lines for who looks on: engines that went and came back, or that could not be asked. Each is given once.
    std::vector<std::string> take_notices();

private:
    // In place for good: its engines keep references to the names.
    struct Owner {
        explicit Owner(const OwnerNames::Limits& limits) : names(limits) {}

        OwnerNames names;
        std::vector<std::unique_ptr<Engine>> engines;
        bool has_said_directory_is_closed = false;
    };

    ContainerNames(EngineSockets sockets, const Limits& limits, UniqueFd epoll, UniqueFd timer);

    Owner* owner_at(EngineOwner user);
    void find_users();
    static void reach_all(Owner& owner, Engine::Because because);
    void set_timer();
    void serve_one(int fd, SteadyTime now);

    EngineSockets sockets_;
    Limits limits_;
    UniqueFd epoll_;
    UniqueFd timer_;
    std::vector<std::string> notices_;
    std::map<EngineOwner, Owner> owners_;
};

}  // namespace exectap
