// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/target_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "exectap/clock.h"
#include "sink/escape.h"
#include "target/cgroup_words.h"

namespace exectap::cli {
namespace {

std::string plain(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

Result<std::optional<CgroupWatch>> cgroups_of(const Options& options, ContainerLookup containers) {
    if (options.cgroups.empty() && options.units.empty() && options.containers.empty())
        return std::optional<CgroupWatch>();
    auto hierarchy = CgroupHierarchy::find();
    if (!hierarchy) return hierarchy.error();
    CgroupWatch::Wanted wanted{.cgroups = {}, .units = options.units, .containers = options.containers};
    for (const auto& text : options.cgroups) {
        auto path = parse_cgroup(text, *hierarchy);
        if (!path) return path.error();
        if (std::find(wanted.cgroups.begin(), wanted.cgroups.end(), *path) == wanted.cgroups.end())
            wanted.cgroups.push_back(std::move(*path));
    }
    return std::optional<CgroupWatch>(std::in_place, std::move(*hierarchy), wanted, std::move(containers));
}

}  // namespace

Result<std::unique_ptr<TargetWatch>> TargetWatch::create(const Options& options, const SessionConfig& config,
                                                         ContainerLookup containers) {
    std::unique_ptr<TargetWatch> watch(new TargetWatch());
    // With --all everybody is watched, and nothing is told of those who were to be.
    watch->has_containers_ = !options.all && !options.containers.empty();
    auto cgroups = cgroups_of(options, std::move(containers));
    if (!cgroups) return cgroups.error();
    watch->cgroups_ = std::move(*cgroups);
    if (config.terminals.empty()) return watch;
    auto terminals = TerminalWatch::open(config.terminals);
    if (!terminals) return terminals.error();
    watch->terminals_ = std::move(*terminals);
    for (const auto& terminal : config.terminals) watch->paths_.push_back(terminal.path);
    watch->is_in_use_.resize(watch->paths_.size());
    return watch;
}

void TargetWatch::configure(SessionConfig& config) {
    if (cgroups_) cgroups_->configure(config);
    if (!terminals_) return;
    config.on_terminal = [this](std::size_t index) {
        is_in_use_.at(index) = true;
        tell_terminal(index, TargetChange::What::appeared);
    };
}

void TargetWatch::tell_terminal(std::size_t index, TargetChange::What what) const {
    TargetChange change;
    change.what = what;
    change.target = fmt::format("tty:{}", paths_.at(index));
    change.since_boot = since_boot_now();
    tell_(change);
}

void TargetWatch::on_change(std::function<void(const TargetChange&)> tell) {
    tell_ = std::move(tell);
    if (cgroups_) cgroups_->on_change(tell_);
}

std::vector<std::string> TargetWatch::names() const {
    std::vector<std::string> names;
    for (const auto& path : paths_) names.push_back(fmt::format("tty:{}", path));
    if (!cgroups_) return names;
    for (auto& name : cgroups_->names()) names.push_back(std::move(name));
    return names;
}

std::vector<std::string> TargetWatch::missing() const {
    std::vector<std::string> missing;
    for (std::size_t i = 0; i < paths_.size(); i++) {
        if (!is_in_use_[i]) missing.push_back(fmt::format("terminal {}", plain(paths_[i])));
    }
    if (!cgroups_) return missing;
    for (const auto& text : cgroups_->missing()) missing.push_back(plain(text));
    return missing;
}

std::vector<std::string> TargetWatch::take_notices() {
    return cgroups_ ? cgroups_->take_notices() : std::vector<std::string>();
}

void TargetWatch::serve(Session& session) {
    for (const auto index : terminals_->take_gone()) {
        if (!is_in_use_.at(index)) continue;
        is_in_use_.at(index) = false;
        // Before the word of it: whoever waits for that may open the next one at once.
        session.expect_terminal(index);
        tell_terminal(index, TargetChange::What::gone);
    }
}

Result<void> TargetWatch::find_more(Session& session) {
    if (!has_containers_) return {};
    const auto more = cgroups_->find_more();
    if (more.empty()) return {};
    return session.watch(more);
}

std::string notice_of(const TargetChange& change) {
    const auto colon = change.target.find(':');
    const auto kind = change.target.substr(0, colon);
    const auto name = fmt::format("{} {}", kind == "tty" ? "terminal" : kind, plain(change.target.substr(colon + 1)));
    switch (change.what) {
        case TargetChange::What::appeared: return fmt::format("{} {}", name, kind == "tty" ? "is in use" : "is there");
        case TargetChange::What::gone: return fmt::format("{} has gone: waiting for it", name);
        case TargetChange::What::changed: break;
    }
    return fmt::format("{} is {} {} now", name, change.places, change.places == 1 ? "cgroup" : "cgroups");
}

}  // namespace exectap::cli
