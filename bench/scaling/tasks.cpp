// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include <iostream>
#include <set>
#include <sstream>

#include "bench/harness/cpu_time.h"
#include "bench/scaling/cost.h"
#include "bench/scaling/rounds.h"

namespace exectap::bench {
namespace {

// Each process has a second thread: every thread has a mark of its own.
constexpr unsigned kTasksOfAProcess = 2;

class Sleepers {
public:
    explicit Sleepers(unsigned tasks)
        : process_({bench_program("sleepers"), std::to_string(tasks / kTasksOfAProcess),
                    std::to_string(kTasksOfAProcess - 1)}) {
        const auto answer = process_.out().next_line();
        if (answer != "ready") throw std::runtime_error("the sleepers say: " + answer);
    }
    ~Sleepers() {
        process_.close_input();
        process_.wait();
    }
    Sleepers(const Sleepers&) = delete;
    Sleepers& operator=(const Sleepers&) = delete;

    std::string pid_text() const { return process_.pid_text(); }

private:
    test::Process process_;
};

// The fourth word of /proc/loadavg is RUNNING/TASKS.
unsigned tasks_there() {
    const auto text = test::read_file("/proc/loadavg");
    return static_cast<unsigned>(std::stoul(text.substr(text.find('/') + 1)));
}

bool fit(unsigned tasks) {
    // For the storm and who else starts programs meanwhile.
    constexpr unsigned kSpare = 500;
    static std::set<unsigned> told;
    const auto most = std::stoul(test::read_file("/proc/sys/kernel/pid_max"));
    const auto there = tasks_there();
    if (there + tasks + kSpare <= most) return true;
    if (told.insert(tasks).second) {
        std::cerr << fmt::format(
            "scale: left out: {} tasks have no room here: kernel.pid_max is {}, and {} are there\n", tasks, most,
            there);
    }
    return false;
}

}  // namespace

TaskCurves task_curves() {
    constexpr auto* kTasks = "live watched tasks, two threads to a process";
    return {
        Curves("scale-tasks",
               {.title = "Cost of a watched event, by watched tasks",
                .description = "Time in the kernel for an exec, a fork and an exit, and exectap's own CPU time.",
                .x = {kTasks, Unit::plain, true},
                .y = {"time in the kernel for each; exectap's own CPU time for any of them", Unit::nanoseconds, true}}),
        Curves("scale-ready",
               {.title = "Time until exectap is ready, by watched tasks",
                .description = "From the start of exectap until all tasks are marked.",
                .x = {kTasks, Unit::plain, false},
                .y = {"from the start of exectap until all of them are watched", Unit::nanoseconds, false}})};
}

void measure_tasks(const RoundOptions& options, TaskCurves& curves) {
    constexpr double kEventsOfAnExec = 3;
    const test::TempDir folder;
    for (const auto tasks : in_order({10, 100, 1000, 10000, 30000}, options)) {
        if (!fit(tasks)) continue;
        const Sleepers sleepers(tasks);
        Storm storm;
        Tracer tracer({.arguments = {"--no-failed", "--events", "exec,fork,exit", "-o", folder.path("events"),
                                     sleepers.pid_text(), storm.pid_text()}});
        const auto cpu_before = cpu_time_of(tracer.pid());
        const auto cost = cost_of_watched(storm, tracer, options.execs);
        wait_until_quiet(tracer.pid());
        const auto cpu = cpu_time_of(tracer.pid()) - cpu_before;
        curves.cost.add("exec", tasks, cost.exec);
        curves.cost.add("fork", tasks, cost.fork);
        curves.cost.add("exit", tasks, cost.exit);
        curves.cost.add("exectap's CPU", tasks,
                        static_cast<double>(cpu.count()) / static_cast<double>(options.execs) / kEventsOfAnExec);
        curves.ready.add("ready", tasks, static_cast<double>(tracer.ready_after().count()));
        tracer.stop();
    }
}

}  // namespace exectap::bench
