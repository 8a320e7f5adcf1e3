// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/cgroup_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "exectap/clock.h"
#include "process/cgroup_names.h"
#include "sink/nearest.h"
#include "target/cgroup_words.h"

namespace exectap {
namespace {

constexpr std::uint64_t kRootId = 1;  // of the kernel's own root, see kernfs_create_root()

constexpr std::size_t kWholeId = 64;
constexpr std::size_t kShortId = 12;  // as engines show it

// A path that was cut begins with "...", above which there is nothing.
std::string_view parent_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view last_of(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::vector<std::string> components_of(std::string_view path) {
    std::vector<std::string> names;
    for (const auto& name : std::filesystem::path(path).relative_path()) names.push_back(name);
    return names;
}

// What the name of a container that no engine has to be asked for can be in the path of its cgroup.
std::vector<CgroupRule> rules_of_container(const std::string& name, std::uint64_t top_id) {
    const auto escaped = escaped_for_unit(name);
    // Of the old "lxc" at the top only: anybody may call a cgroup of his own so.
    std::vector<CgroupRule> rules = {{{"lxc.payload." + name}, 0},
                                     {{"lxc", name}, top_id},
                                     {{"machine.slice", "machine-" + escaped + ".scope"}, 0},
                                     {{"machine.slice", "systemd-nspawn@" + escaped + ".service"}, 0}};
    // machinectl of newer versions of systemd does not escape it.
    if (escaped != name) rules.push_back({{"machine.slice", "systemd-nspawn@" + name + ".service"}, 0});
    return rules;
}

bool is_unit(std::string_view cgroup, std::string_view unit) {
    const auto names = cgroup_names_of_unit(unit);
    return std::find(names.begin(), names.end(), last_of(cgroup)) != names.end();
}

}  // namespace

std::string_view CgroupWatch::name_of(Kind kind) {
    switch (kind) {
        case Kind::cgroup: return "cgroup";
        case Kind::unit: return "unit";
        case Kind::container: break;
    }
    return "container";
}

CgroupWatch::CgroupWatch(CgroupHierarchy hierarchy, const Wanted& wanted, ContainerLookup containers)
    : hierarchy_(std::move(hierarchy)), containers_(std::move(containers)) {
    for (const auto& path : wanted.cgroups) targets_.push_back({Kind::cgroup, path, {}});
    for (const auto& unit : wanted.units) targets_.push_back({Kind::unit, unit, {}});
    for (const auto& container : wanted.containers) targets_.push_back({Kind::container, container, {}});
}

std::vector<CgroupRule> CgroupWatch::rules() const {
    std::vector<CgroupRule> rules;
    for (const auto& target : targets_) {
        switch (target.kind) {
            case Kind::cgroup:
                // The one above all is there.
                if (target.text != "/") rules.push_back({components_of(target.text), hierarchy_.top_id()});
                break;
            case Kind::unit:
                for (auto& name : cgroup_names_of_unit(target.text)) rules.push_back({{std::move(name)}, 0});
                break;
            case Kind::container:
                for (auto& rule : rules_of_container(target.text, hierarchy_.top_id()))
                    rules.push_back(std::move(rule));
                break;
        }
    }
    return rules;
}

void CgroupWatch::configure(SessionConfig& config) {
    config.cgroups.rules = rules();
    config.cgroups.find = [this] { return find(); };
    config.cgroups.on_change = [this](const CgroupChange& change) { apply(change); };
    const bool has_containers = std::any_of(targets_.begin(), targets_.end(),
                                            [](const auto& target) { return target.kind == Kind::container; });
    if (has_containers) config.cgroups.decide = [this](const Cgroup& cgroup) { return decide(cgroup); };
}

// What is in a container's cgroup is the container's, but not itself it.
CgroupDecision CgroupWatch::is_container(const Target& target, std::string_view path) const {
    using State = ContainerNaming::State;
    const auto id = container_id_of(path);
    if (!id || container_id_of(parent_of(path)) == id) return CgroupDecision::not_watched;
    if (*id == target.text || *id == escaped_for_unit(target.text)) return CgroupDecision::watched;
    if (is_long_id_prefix(target.text))
        return id->starts_with(target.text) ? CgroupDecision::watched : CgroupDecision::not_watched;
    const auto naming = containers_.naming_of ? containers_.naming_of(path) : ContainerNaming{};
    if (naming.name == target.text) return CgroupDecision::watched;
    if (is_id_prefix(target.text) && id->size() == kWholeId && id->starts_with(target.text))
        return CgroupDecision::watched;
    if (naming.state == State::asked) return CgroupDecision::not_yet;
    const bool has_name = naming.state == State::unanswered && !naming.name && has_name_of_engine(path);
    return has_name ? CgroupDecision::unknowable : CgroupDecision::not_watched;
}

// In a cgroup namespace the kernel's paths begin above the hierarchy's top: then the id tells, as long as it is there.
bool CgroupWatch::is_at(const Cgroup& cgroup, const std::string& path) const {
    if (hierarchy_.top_id() == kRootId) return cgroup.path == path;
    if (!cgroup.path.ends_with(path)) return false;
    const auto there = hierarchy_.at(path);
    return !there || there->id == cgroup.id;
}

bool CgroupWatch::matches(const Target& target, const Cgroup& cgroup) const {
    switch (target.kind) {
        case Kind::cgroup: return is_at(cgroup, target.text);
        case Kind::unit: return is_unit(cgroup.path, target.text);
        case Kind::container: return is_container(target, cgroup.path) == CgroupDecision::watched;
    }
    return false;
}

// It may be in a target, too.
CgroupDecision CgroupWatch::decide(const Cgroup& cgroup) {
    auto decision = CgroupDecision::not_watched;
    for (std::string_view path = cgroup.path; !path.empty(); path = parent_of(path)) {
        for (const auto& target : targets_) {
            if (target.kind != Kind::container) continue;
            const auto of_this = is_container(target, path);
            if (of_this == CgroupDecision::watched) return of_this;
            if (decision != CgroupDecision::not_yet && of_this != CgroupDecision::not_watched) decision = of_this;
        }
    }
    if (decision == CgroupDecision::unknowable && !std::exchange(has_said_unknowable_, true))
        notices_.push_back(fmt::format(
            "nobody says what the new container {0} is called, so it is not watched, nor are others of which "
            "that holds; by its id it can be: -c {0}",
            container_id_of(cgroup.path)->substr(0, kShortId)));
    return decision;
}

std::vector<Cgroup> CgroupWatch::find() {
    for (auto& target : targets_) target.present.clear();
    std::vector<Cgroup> found;
    const auto look_at = [&](const Cgroup& cgroup) {
        bool is_target = false;
        for (auto& target : targets_) {
            if (!matches(target, cgroup)) continue;
            target.present[cgroup.id] = cgroup.path;
            is_target = true;
        }
        if (is_target) found.push_back(cgroup);
        return true;
    };
    // A path is found without looking at all.
    const bool has_names =
        std::any_of(targets_.begin(), targets_.end(), [](const auto& target) { return target.kind != Kind::cgroup; });
    if (has_names) {
        hierarchy_.walk(look_at);
        return found;
    }
    for (const auto& target : targets_) {
        if (const auto cgroup = hierarchy_.at(target.text)) look_at(*cgroup);
    }
    return found;
}

void CgroupWatch::tell(const Target& target, std::size_t places_before, const CgroupChange& change) {
    using What = TargetChange::What;
    const auto places = target.present.size();
    if (!tell_ || places == places_before) return;
    TargetChange told;
    told.what = places_before == 0 ? What::appeared : places == 0 ? What::gone : What::changed;
    told.target = fmt::format("{}:{}", name_of(target.kind), target.text);
    told.cgroup = change.cgroup.path;
    if (const auto id = container_id_of(change.cgroup.path)) told.container_id = *id;
    told.places = places;
    told.since_boot = change.since_boot;
    tell_(told);
}

void CgroupWatch::apply(const CgroupChange& change) {
    for (auto& target : targets_) {
        const auto before = target.present.size();
        if (change.is_removed) {
            target.present.erase(change.cgroup.id);
        } else if (matches(target, change.cgroup)) {
            target.present[change.cgroup.id] = change.cgroup.path;
        }
        tell(target, before, change);
    }
}

std::vector<Cgroup> CgroupWatch::find_more() {
    std::vector<Cgroup> more;
    hierarchy_.walk([&](const Cgroup& cgroup) {
        for (auto& target : targets_) {
            if (target.kind != Kind::container || target.present.contains(cgroup.id)) continue;
            if (!matches(target, cgroup)) continue;
            more.push_back(cgroup);
            apply({cgroup, false, since_boot_now()});
        }
        return true;
    });
    return more;
}

std::string CgroupWatch::nearest_to(const Target& target) const {
    std::vector<std::string> names;
    if (target.kind == Kind::container) {
        if (containers_.names) names = containers_.names();
        // It is known, but does not run.
        std::erase(names, target.text);
    } else {
        hierarchy_.walk([&](const Cgroup& cgroup) {
            names.emplace_back(target.kind == Kind::unit ? last_of(cgroup.path) : cgroup.path);
            return true;
        });
    }
    const std::vector<std::string_view> views(names.begin(), names.end());
    return std::string(nearest(target.text, views));
}

std::vector<std::string> CgroupWatch::names() const {
    std::vector<std::string> names;
    for (const auto& target : targets_) names.push_back(fmt::format("{}:{}", name_of(target.kind), target.text));
    return names;
}

std::vector<std::string> CgroupWatch::missing() const {
    std::vector<std::string> missing;
    for (const auto& target : targets_) {
        if (!target.present.empty()) continue;
        auto text = fmt::format("{} {}", name_of(target.kind), target.text);
        const auto near = nearest_to(target);
        if (!near.empty()) text += fmt::format(" (there is {})", near);
        missing.push_back(std::move(text));
    }
    return missing;
}

}  // namespace exectap
