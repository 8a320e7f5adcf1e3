// SPDX-License-Identifier: MIT OR Apache-2.0
// end_together PROCESSES THREADS alone|all at-once|in-turn: at a word from the test starts so many processes of so many
// threads, and all threads end at once: each alone, or each with all of its process. All processes do it at once, or
// one after the other. Each thread has a status of its own. Says "PID STATUS" of each process, as wait(2) has it.
#include <sys/mman.h>

#include <atomic>
#include <thread>

#include "program.h"

namespace {

constexpr int kMostStatuses = 256;

struct Crowd {
    long processes;
    long threads;
    long call;
    bool is_in_turn;
};

// Shared by all processes.
struct Gate {
    std::atomic<long> arrived;

    // In turn there are few, who spin, so that they are on CPUs when the last one comes.
    void pass(long all, bool is_patient) {
        arrived++;
        while (arrived < all) {
            if (is_patient) ::sched_yield();
        }
    }
};

[[noreturn]] void end_at(Gate& gate, const Crowd& crowd, long number) {
    // In turn, those of earlier processes have all arrived.
    const long process = number / crowd.threads;
    gate.pass(crowd.threads * (crowd.is_in_turn ? process + 1 : crowd.processes), !crowd.is_in_turn);
    ::syscall(crowd.call, number % kMostStatuses);
    std::abort();
}

[[noreturn]] void be_process(Gate& gate, const Crowd& crowd, long first_number) {
    program::end_with_parent();
    for (long i = 1; i < crowd.threads; i++)
        std::thread([&gate, &crowd, first_number, i] { end_at(gate, crowd, first_number + i); }).detach();
    end_at(gate, crowd, first_number);
}

void report_end(std::string& report) {
    int status = 0;
    const pid_t pid = ::wait(&status);
    report += std::to_string(pid) + " " + std::to_string(WIFEXITED(status) ? WEXITSTATUS(status) : -1) + "\n";
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() != 4) return 2;
    const Crowd crowd{std::stol(arguments[0]), std::stol(arguments[1]),
                      arguments[2] == "all" ? SYS_exit_group : SYS_exit, arguments[3] == "in-turn"};
    void* memory = ::mmap(nullptr, sizeof(Gate), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 1;
    auto& gate = *new (memory) Gate{};
    program::say("ready");
    program::wait_for_go();
    std::string report;
    for (long i = 0; i < crowd.processes; i++) {
        program::in_child([&] { be_process(gate, crowd, i * crowd.threads); });
        if (crowd.is_in_turn) report_end(report);
    }
    for (long i = 0; i < crowd.processes && !crowd.is_in_turn; i++) report_end(report);
    program::say(report + "end");
}
