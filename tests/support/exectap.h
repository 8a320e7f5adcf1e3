// SPDX-License-Identifier: MIT OR Apache-2.0
// The program under test, run as a user runs it, and what a run came to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/event_line.h"
#include "support/process.h"

namespace exectap::test {

// The last line that exectap writes.
struct Verdict {
    std::uint64_t execs = 0;
    std::optional<std::uint64_t> attempts;  // absent with --no-failed
    std::uint64_t still_alive = 0;
};

// Absent when the line is no verdict of a complete run.
std::optional<Verdict> parse_complete_verdict(std::string_view line);

struct Outcome {
    ExitStatus status;
    std::vector<std::string> out;  // lines; empty where the test gave a descriptor
    std::vector<std::string> err;

    // The last line of stderr. Throws when there is none.
    std::string last_words() const;

    // Throws unless the run ends with a verdict that it is complete.
    Verdict verdict() const;

    // Everything on stdout must be an event.
    std::vector<EventLine> events() const { return parse_events(out); }

    // With COMMAND: the events among the lines of stderr. The others must be exectap's own messages.
    std::vector<EventLine> events_on_stderr() const;
};

// Fails the test unless the run ended so, with nothing on stdout and one line of exectap on stderr that holds `words`.
void expect_one_error(const Outcome& outcome, int status, const std::vector<std::string>& words);

// The options of what runs a script in a mount namespace of its own; in it, "$@" is exectap.
ProcessOptions in_own_mounts(const std::string& script);

// Is it the line that says what is being watched?
bool is_banner(std::string_view line);

class Exectap : public Process {
public:
    // `options.argv` stands before the program: a wrapper that runs it, or nothing.
    explicit Exectap(const std::vector<std::string>& arguments, ProcessOptions options = {});

    // Everything that was asked for is watched from here on.
    void wait_until_ready();

    // SIGINT, then as finish().
    Outcome stop();

    // Waits until it ends by itself, and its output too.
    Outcome finish();
};

// One that is ready.
class Watching : public Exectap {
public:
    explicit Watching(const std::vector<std::string>& arguments, ProcessOptions options = {})
        : Exectap(arguments, std::move(options)) {
        wait_until_ready();
    }
};

// Runs it to its end, with an empty stdin.
Outcome run_exectap(const std::vector<std::string>& arguments, ProcessOptions options = {});

// Watches a program that says "ready", tells it to go on, and waits for the end of both.
Outcome watch_to_its_end(Process& program, const std::vector<std::string>& options = {});

// What -o FILE took: all of it must be events.
std::vector<EventLine> events_in(const std::string& path);

// One of tests/kernel/programs.
std::string test_program(std::string_view name);

}  // namespace exectap::test
