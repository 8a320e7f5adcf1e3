// SPDX-License-Identifier: MIT OR Apache-2.0
// The cgroups, units and containers that are targets: which cgroups these are, and whether they are there.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "exectap/session.h"
#include "exectap/target.h"
#include "exectap/trace.h"
#include "target/cgroup_hierarchy.h"

namespace exectap {

// What an engine says of the container that a cgroup belongs to.
struct ContainerNaming {
    enum class State {
        known,       // there may be no name
        asked,       // it has not answered yet
        unanswered,  // nobody could be asked, or has answered
    };

    State state = State::known;
    std::optional<std::string> name;
};

// Who knows the names of containers.
struct ContainerLookup {
    std::function<ContainerNaming(std::string_view cgroup)> naming_of;
    std::function<std::vector<std::string>()> names;  // all that are known
};

class CgroupWatch {
public:
    struct Wanted {
        std::vector<std::string> cgroups;     // as parse_cgroup() has them
        std::vector<std::string> units;       // as parse_unit()
        std::vector<std::string> containers;  // as parse_container()
    };

    CgroupWatch(CgroupHierarchy hierarchy, const Wanted& wanted, ContainerLookup containers);

    // So that a session watches them, and this is told of what comes and goes. It outlives the session.
    void configure(SessionConfig& config);

    // Is told of what comes and goes from now on, in the order of events.
    void on_change(std::function<void(const TargetChange&)> tell) { tell_ = std::move(tell); }

    // Lines for who looks on, each given once.
    std::vector<std::string> take_notices() { return std::exchange(notices_, {}); }

    // Looks for containers that have got their name only now. Those are to be watched, too.
    std::vector<Cgroup> find_more();

    // "unit:nginx.service", for each target.
    std::vector<std::string> names() const;

    // "unit nginx.service", for each target that is not there; with the nearest name that is, if there is one near.
    std::vector<std::string> missing() const;

private:
    enum class Kind { cgroup, unit, container };

    static std::string_view name_of(Kind kind);

    struct Target {
        Kind kind;
        std::string text;
        std::map<std::uint64_t, std::string> present;  // paths by id
    };

    std::vector<CgroupRule> rules() const;
    std::vector<Cgroup> find();
    CgroupDecision decide(const Cgroup& cgroup);
    void apply(const CgroupChange& change);
    bool is_at(const Cgroup& cgroup, const std::string& path) const;
    bool matches(const Target& target, const Cgroup& cgroup) const;
    CgroupDecision is_container(const Target& target, std::string_view path) const;
    void tell(const Target& target, std::size_t places_before, const CgroupChange& change);
    std::string nearest_to(const Target& target) const;

    CgroupHierarchy hierarchy_;
    std::vector<Target> targets_;
    ContainerLookup containers_;
    std::function<void(const TargetChange&)> tell_;  // null: nobody listens yet
    std::vector<std::string> notices_;
    bool has_said_unknowable_ = false;
};

}  // namespace exectap
