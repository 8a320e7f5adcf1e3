// SPDX-License-Identifier: MIT OR Apache-2.0
// The targets of a run that come and go: terminals, cgroups, units and containers. Which of them are there, and word of
// each that appears, changes or goes.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/options.h"
#include "exectap/result.h"
#include "exectap/session.h"
#include "exectap/trace.h"
#include "target/cgroup_watch.h"
#include "target/terminal_watch.h"

namespace exectap::cli {

class TargetWatch {
public:
    // `config` has the terminals.
    static Result<std::unique_ptr<TargetWatch>> create(const Options& options, const SessionConfig& config,
                                                       ContainerLookup containers);

    // A session opened with this configuration tells of them; they outlive it.
    void configure(SessionConfig& config);

    // As TraceStart::targets has them.
    std::vector<std::string> names() const;

    // For people: each that nobody has or that is not there.
    std::vector<std::string> missing() const;

    // Lines for who looks on, each given once.
    std::vector<std::string> take_notices();

    // What changes from here on is told.
    void on_change(std::function<void(const TargetChange&)> tell);

    // Readable when serve() has work. Negative: never.
    int fd() const { return terminals_ ? terminals_->fd() : -1; }
    void serve(Session& session);

    // Names of containers have become known.
    Result<void> find_more(Session& session);

private:
    TargetWatch() = default;

    void tell_terminal(std::size_t index, TargetChange::What what) const;

    std::vector<std::string> paths_;  // of the terminals
    std::vector<bool> is_in_use_;
    std::optional<TerminalWatch> terminals_;
    std::optional<CgroupWatch> cgroups_;
    bool has_containers_ = false;
    std::function<void(const TargetChange&)> tell_ = [](const TargetChange& /*change*/) {};
};

// For people: "unit nginx.service has gone: waiting for it".
std::string notice_of(const TargetChange& change);

}  // namespace exectap::cli
