// SPDX-License-Identifier: MIT OR Apache-2.0
// A container without an engine.
#include "support/hand_made_container.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <stdexcept>

#include "support/exectap.h"
#include "support/proc.h"

namespace exectap::test {

std::string own_container_id() {
    static int count = 0;
    // What differs comes first, so that a prefix is as much its own.
    return fmt::format("e{:07x}{:04x}{:052x}", ::getpid(), count++, 0);
}

void HandMadeContainer::start() {
    cgroup_.emplace(cgroup_path_);
    process_.emplace(engine({"new", root_.path()}, {"/bin/sh"}));
    run(":");
}

void HandMadeContainer::stop() {
    process_.reset();
    cgroup_.reset();
}

ExitStatus HandMadeContainer::exec(const std::vector<std::string>& command) const {
    Process process(engine({"into", first_process()}, command));
    return process.wait();
}

std::vector<std::string> HandMadeContainer::engine(std::initializer_list<std::string_view> arguments,
                                                   const std::vector<std::string>& command) const {
    std::vector<std::string> argv{test_program("container"), entrance_ == Entrance::kBorn ? "born" : "written",
                                  cgroup_->directory()};
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    argv.insert(argv.end(), command.begin(), command.end());
    return argv;
}

std::string HandMadeContainer::first_process() const {
    std::ifstream list(cgroup_->directory() / "cgroup.procs");
    for (pid_t pid = 0; list >> pid;) {
        // Its number in each pid namespace, the innermost last.
        if (status_of(pid, "NSpid").ends_with("\t1")) return std::to_string(pid);
    }
    throw std::runtime_error(fmt::format("nothing runs in {}", cgroup_path_));
}

}  // namespace exectap::test
