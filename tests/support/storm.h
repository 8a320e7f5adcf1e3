// SPDX-License-Identifier: MIT OR Apache-2.0
// The program storm, as one that goes on until it is told to stop.
#pragma once

#include <sched.h>

#include <cstdint>
#include <stdexcept>
#include <string>

#include "support/exectap.h"

namespace exectap::test {

class Storm {
public:
    static constexpr int kWorkers = 2;

    // Each exec has so many bytes of arguments beside its own.
    explicit Storm(std::size_t bytes = 0)
        : process_({test_program("storm"), std::to_string(kWorkers), "on", "fork", std::to_string(bytes)}) {
        if (process_.out().next_line() != "ready") throw std::runtime_error("the storm is not ready");
    }

    std::string pid_text() const { return process_.pid_text(); }
    void start() { process_.write("go\n"); }

    // How many execs it counts itself.
    std::uint64_t so_far() { return answer_to("how many", "so far "); }
    std::uint64_t stop() { return answer_to("stop", "execs "); }

    void wait_for(std::uint64_t execs) {
        while (so_far() < execs) ::sched_yield();
    }

private:
    std::uint64_t answer_to(const std::string& word, const std::string& beginning) {
        process_.write(word + "\n");
        const auto line = process_.out().next_line();
        if (!line.starts_with(beginning)) throw std::runtime_error("the storm says " + line);
        return std::stoull(line.substr(beginning.size()));
    }

    Process process_;
};

}  // namespace exectap::test
