// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>

#include <iostream>
#include <set>
#include <sstream>

#include "harness/cpu_time.h"
#include "scaling/cost.h"
#include "scaling/rounds.h"

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
        std::cerr << fmt::format("scale: left out: {} tasks have no room here: kernel.pid_max is {}, and {} are there\n",
                                 tasks, most, there);
    }
    return false;
}

}  // namespace

TaskFigures task_figures() {
    const Axis tasks = {"live watched tasks: processes and threads", Unit::plain, true};
    return {Figure("scale-tasks", {"Watching many costs no event more",
                                   "The cost of a watched exec, fork and exit, against watched tasks",
                                   tasks,
                                   {"time in the kernel for one event; exectap's own CPU time for one event"
                                    , Unit::nanoseconds, true},
                                   {}}),
            Figure("scale-ready", {"Ready soon, whatever runs already",
                                   "The time until exectap is ready, against the tasks that it has to mark",
                                   tasks,
                                   {"time from the start of exectap until all is watched", Unit::nanoseconds, false},
                                   {}})};
}

void measure_tasks(const RoundOptions& options, TaskFigures& figures) {
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
        figures.cost.add("exec", tasks, cost.exec);
        figures.cost.add("fork", tasks, cost.fork);
        figures.cost.add("exit", tasks, cost.exit);
        figures.cost.add("exectap's CPU", tasks,
                         static_cast<double>(cpu.count()) / static_cast<double>(options.execs) / kEventsOfAnExec);
        figures.ready.add("ready", tasks, static_cast<double>(tracer.ready_after().count()));
        tracer.stop();
    }
}

}  // namespace exectap::bench
