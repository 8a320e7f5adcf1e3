// SPDX-License-Identifier: MIT OR Apache-2.0
// A shell that a test tells what to run, and that is watched or is not.
#pragma once

#include <string_view>
#include <utility>

#include "support/process.h"

namespace exectap::test {

class Shell : public Process {
public:
    explicit Shell(ProcessOptions options = {}) : Process(with_shell(std::move(options))) {}

    // Runs a command line that prints nothing, and waits until it has ended.
    void run(std::string_view command) { run_in(*this, command); }

    // The same, of any process that reads a shell's commands from its stdin and has its stdout.
    static void run_in(Process& process, std::string_view command) {
        process.write(std::string(command) + "\necho done\n");
        const auto answer = process.out().next_line();
        if (answer != "done") throw std::runtime_error("the shell answers '" + answer + "'");
    }

    // The first line that a command line prints.
    std::string ask(std::string_view command) {
        write(std::string(command) + "\n");
        return out().next_line();
    }

private:
    // `options.argv` stands before the shell: a wrapper, or nothing.
    static ProcessOptions with_shell(ProcessOptions options) {
        options.argv.emplace_back("/bin/sh");
        return options;
    }
};

}  // namespace exectap::test
