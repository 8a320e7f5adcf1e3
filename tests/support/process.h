// SPDX-License-Identifier: MIT OR Apache-2.0
// A child process of the test, in a session of its own. It does not outlive its handle.
#pragma once

#include <sys/types.h>

#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "support/io.h"
#include "support/line_collector.h"
#include "support/pty.h"

namespace exectap::test {

struct ExitStatus {
    int code = 0;
    int signal = 0;  // not 0: ended by it, and there is no code

    friend bool operator==(const ExitStatus&, const ExitStatus&) = default;
    friend std::ostream& operator<<(std::ostream& out, const ExitStatus& status);
};

inline ExitStatus exited(int code) { return {code, 0}; }
inline ExitStatus killed_by(int signal) { return {0, signal}; }

struct ProcessOptions {
    static constexpr int kPipe = -1;

    std::vector<std::string> argv;  // argv[0] is looked for in PATH
    std::vector<std::string> env;   // NAME=value, beside the test's own less SUDO_*
    int in = kPipe;                 // or a descriptor, which stays the caller's
    int out = kPipe;
    int err = kPipe;
    const Pty* terminal = nullptr;  // becomes its controlling terminal
};

class Process {
public:
    explicit Process(const ProcessOptions& options);
    explicit Process(std::vector<std::string> argv) : Process(ProcessOptions{std::move(argv)}) {}
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t pid() const { return pid_; }
    std::string pid_text() const { return std::to_string(pid_); }

    // What it writes, where that is a pipe.
    LineCollector& out() { return *out_; }
    LineCollector& err() { return *err_; }
    bool has_out() const { return out_ != nullptr; }
    bool has_err() const { return err_ != nullptr; }

    void write(std::string_view text);
    void close_input() { input_.reset(); }

    // Harmless when it has ended.
    void send_signal(int signal) const;

    // Waits for its end, once or again.
    ExitStatus wait();

private:
    pid_t pid_ = -1;
    UniqueFd pidfd_;
    UniqueFd input_;
    std::unique_ptr<LineCollector> out_;
    std::unique_ptr<LineCollector> err_;
    bool is_waited_for_ = false;
    ExitStatus status_;
};

}  // namespace exectap::test
