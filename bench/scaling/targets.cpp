// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <deque>

#include "bench/scaling/cost.h"
#include "bench/scaling/rounds.h"
#include "support/cgroup.h"
#include "support/pty.h"

namespace exectap::bench {
namespace {

// On a terminal, and in a cgroup.
class StormSomewhere : public Storm {
public:
    StormSomewhere(const test::Pty& terminal, const test::Cgroup& cgroup) : Storm(StormOptions{.terminal = &terminal}) {
        test::write_file(cgroup.entrance(), pid_text());
    }
};

// All that can be targets, as many as there may be. The first of each kind is the watched storm's, or the storm; the
// other storm is in none of them, and has a cgroup and a terminal too.
class Scene {
public:
    enum class Kind { processes, cgroups, terminals };

    explicit Scene(unsigned most) {
        for (unsigned i = 0; i < most; i++) {
            processes_.emplace_back(std::vector<std::string>{"sleep", "infinity"});
            cgroups_.emplace_back(fmt::format("{}/{}", folder_.path(), i));
            terminals_.emplace_back();
        }
        watched_.emplace(terminals_.front(), cgroups_.front());
        unwatched_.emplace(other_terminal_, other_cgroup_);
    }

    Storm& watched() { return *watched_; }
    Storm& unwatched() { return *unwatched_; }

    std::vector<std::string> options(Kind kind, unsigned count) const {
        std::vector<std::string> options;
        for (unsigned i = 0; i < count; i++) {
            switch (kind) {
                case Kind::processes:
                    options.push_back(i == 0 ? watched_->pid_text() : processes_[i].pid_text());
                    break;
                case Kind::cgroups: options.insert(options.end(), {"--cgroup", cgroups_[i].path()}); break;
                case Kind::terminals: options.insert(options.end(), {"--tty", terminals_[i].path()}); break;
            }
        }
        return options;
    }

private:
    test::Cgroup folder_{fmt::format("/exectap-bench-{}", ::getpid())};
    test::Cgroup other_cgroup_{folder_.path() + "/other"};
    test::Pty other_terminal_;
    std::deque<test::Process> processes_;
    std::deque<test::Cgroup> cgroups_;
    std::deque<test::Pty> terminals_;
    std::optional<StormSomewhere> watched_;
    std::optional<StormSomewhere> unwatched_;
};

std::string_view name_of(Scene::Kind kind) {
    switch (kind) {
        case Scene::Kind::processes: return "processes";
        case Scene::Kind::cgroups: return "cgroups";
        case Scene::Kind::terminals: return "terminals";
    }
    return "";
}

}  // namespace

Curves targets_curves() {
    return {"scale-targets",
            {.title = "Cost of an exec, by targets",
             .description = "Time in the kernel for an exec that is watched, and for one that is not.",
             .x = {"targets", Unit::plain, true},
             .y = {"time in the kernel for an exec in one of the targets, and for others", Unit::nanoseconds, true}}};
}

void measure_targets(const RoundOptions& options, Curves& curves) {
    const std::vector<unsigned> counts = {1, 2, 4, 8, 16, 32, 64};
    const test::TempDir folder;
    Scene scene(counts.back());
    for (const auto count : in_order(counts, options)) {
        for (const auto kind : {Scene::Kind::processes, Scene::Kind::cgroups, Scene::Kind::terminals}) {
            TracerOptions with{.arguments = {"--no-failed", "-o", folder.path("events")}};
            const auto targets = scene.options(kind, count);
            with.arguments.insert(with.arguments.end(), targets.begin(), targets.end());
            Tracer tracer(with);
            const auto watched = cost_of_watched(scene.watched(), tracer, options.execs);
            const auto unwatched = cost_of_unwatched(scene.unwatched(), tracer, options.execs);
            tracer.stop();
            curves.add(fmt::format("watched, {}", name_of(kind)), count, watched.exec);
            curves.add(fmt::format("others, {}", name_of(kind)), count, unwatched.exec);
        }
    }
}

}  // namespace exectap::bench
