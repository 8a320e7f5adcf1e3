// SPDX-License-Identifier: MIT OR Apache-2.0
// cpu_chains CHAINS: at a word from the test makes so many processes that each exec this program again on one CPU, as
// "cpu_chains parent NUMBER CPU", and then have a child that execs /bin/true with the number on another CPU. Says
// a word for every hundredth of them, and "all" at the end.
#include <sched.h>

#include "program.h"

namespace {

void pin_to(std::size_t cpu) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    if (::sched_setaffinity(0, sizeof(set), &set) != 0) std::_Exit(3);
}

// The first two that this process may use.
std::array<std::size_t, 2> two_cpus() {
    cpu_set_t set;
    std::array<std::size_t, 2> cpus{};
    std::size_t found = 0;
    if (::sched_getaffinity(0, sizeof(set), &set) != 0) std::_Exit(3);
    for (std::size_t cpu = 0; cpu < CPU_SETSIZE && found < cpus.size(); cpu++) {
        if (CPU_ISSET(cpu, &set)) cpus.at(found++) = cpu;
    }
    if (found != cpus.size()) std::_Exit(3);
    return cpus;
}

int be_parent(const std::string& number, std::size_t childs_cpu) {
    const pid_t child = program::in_child([&] {
        pin_to(childs_cpu);
        program::exec("/bin/true", {"true", number});
    });
    return program::wait_for(child);
}

void run_chain(const std::string& path, int number, const std::array<std::size_t, 2>& cpus) {
    const auto one = static_cast<std::size_t>(number) % 2;
    const pid_t parent = program::in_child([&] {
        pin_to(cpus.at(one));
        program::exec(path, {"cpu_chains", "parent", std::to_string(number), std::to_string(cpus.at(1 - one))});
    });
    if (program::wait_for(parent) != 0) program::say_number("failed chain", number);
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() == 3) return be_parent(arguments[1], std::stoul(arguments[2]));
    if (arguments.size() != 1) return 2;
    const auto cpus = two_cpus();
    const auto path = program::own_path();
    const int chains = std::stoi(arguments[0]);
    program::say("ready");
    program::wait_for_go();
    // So many at a time that both CPUs are busy, also while others use them.
    constexpr int kAtOnce = 16;
    for (int first = 0; first < kAtOnce; first++) {
        program::in_child([&] {
            program::end_with_parent();
            for (int number = first; number < chains; number += kAtOnce) {
                run_chain(path, number, cpus);
                if (number % 100 == 0) program::say_number("chain", number);
            }
        });
    }
    program::reap_all();
    program::say("all");
}
