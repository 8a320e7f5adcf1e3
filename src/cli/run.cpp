// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "cli/banner.h"
#include "cli/command.h"
#include "cli/config.h"
#include "cli/formats.h"
#include "cli/left_out.h"
#include "cli/notices.h"
#include "cli/observers.h"
#include "cli/rights.h"
#include "cli/signals.h"
#include "cli/target_watch.h"
#include "cli/trace_start.h"
#include "exectap/session.h"
#include "sink/folding_sink.h"
#include "sink/output.h"
#include "sink/text_sink.h"

namespace exectap::cli {
namespace {

constexpr int kStatusFailure = 1;
constexpr int kStatusIncomplete = 3;
constexpr int kStatusForbidden = 4;

Result<OutputFile> open_output(const Options& options) {
    if (options.output && *options.output != "-")
        return options.appends ? OutputFile::open_to_append(*options.output) : OutputFile::open(*options.output);
    if (options.output || options.command.empty()) return OutputFile::borrow(STDOUT_FILENO, "standard output");
    return OutputFile::borrow(STDERR_FILENO, "standard error");
}

class Run {
public:
    Run(const Options& options, Output output, Signals signals, std::optional<Command> command,
        std::unique_ptr<Session> session, Observers& observers, TargetWatch& targets, const TraceStart& start)
        : options_(options),
          output_(std::move(output)),
          has_reader_to_lose_(is_pipe(output_.fd())),
          signals_(std::move(signals)),
          command_(std::move(command)),
          session_(std::move(session)),
          began_(start.clock.start_since_boot),
          observers_(observers),
          targets_(targets),
          text_(output_, make_format(options_, start.clock, observers.lookups(), output_.fd())),
          sink_(text_, {.folds = folding_of(options_.format) != Folding::none,
                        .joins_exec = folding_of(options_.format) == Folding::with_exec}),
          handler_([this](const Event& event) { sink_.write(event); }) {
        output_.start();
        if (observers_.matches() != nullptr) observers_.matches()->start(output_);
        tell_start(start);
        targets_.on_change([this](const TargetChange& change) { on_target(change); });
    }

    Result<int> go();

private:
    void tell_start(const TraceStart& start);
    void wait_and_serve();
    void on_signal(int signal);
    void on_events();
    void on_targets();
    void on_target(const TargetChange& change);
    void serve_names();
    void tell_notices();
    void on_output();
    void stop_quietly();
    void wait_until_written();
    void wait_until_matches_are_written();
    SessionSummary tell_end();
    int status(int otherwise) const;
    Result<int> end();

    const Options& options_;
    Output output_;
    bool has_reader_to_lose_;
    Signals signals_;
    std::optional<Command> command_;
    std::unique_ptr<Session> session_;  // null: the events' reader has gone, only COMMAND is waited for
    std::chrono::nanoseconds began_;    // since boot
    Observers& observers_;
    TargetWatch& targets_;
    TextSink text_;
    FoldingSink sink_;
    Session::Handler handler_;
    bool is_done_ = false;
    bool has_lost_reader_ = false;
    bool has_write_error_ = false;
};

void Run::tell_start(const TraceStart& start) {
    sink_.begin(start);
    for (const auto& process : session_->seeded_processes()) {
        if (observers_.table() != nullptr) observers_.table()->add(process);
        sink_.write(process);
    }
    sink_.flush();
}

Result<int> Run::go() {
    if (command_) command_->release();
    while (!is_done_) wait_and_serve();
    return end();
}

void Run::wait_and_serve() {
    tell_notices();
    // A negative descriptor is left out by poll(2).
    std::array<pollfd, 7> ready = {
        pollfd{signals_.fd(), POLLIN, 0},
        pollfd{session_ ? session_->fd() : -1, POLLIN, 0},
        pollfd{command_ ? command_->pidfd() : -1, POLLIN, 0},
        pollfd{output_.event_fd(), POLLIN, 0},
        pollfd{session_ && has_reader_to_lose_ ? output_.fd() : -1, 0, 0},
        pollfd{session_ ? targets_.fd() : -1, POLLIN, 0},
        pollfd{session_ && observers_.names() != nullptr ? observers_.names()->fd() : -1, POLLIN, 0},
    };
    if (::poll(ready.data(), ready.size(), -1) < 0) return;
    if (ready[0].revents != 0) {
        while (const auto signal = signals_.next()) on_signal(*signal);
    }
    // Before the events: a container has its name before it does anything.
    if (ready[6].revents != 0) serve_names();
    if (ready[1].revents != 0) on_events();
    if (ready[2].revents != 0) is_done_ = true;
    if (ready[3].revents != 0) on_output();
    if (ready[5].revents != 0 && session_) on_targets();
    if ((ready[4].revents & POLLERR) != 0) stop_quietly();
}

void Run::on_signal(int signal) {
    if (signal == SIGUSR1) {
        const auto reopened = output_.reopen();
        if (!reopened) say(reopened.error().message);
        return;
    }
    if (command_) {
        // Ctrl-C and Ctrl-\ come from the terminal, which sends them to COMMAND too.
        if (signal != SIGTERM && signal != SIGHUP) return;
        const auto sent = command_->send(signal);
        if (!sent) say(sent.error().message);
        return;
    }
    if (!options_.quiet) std::fputs("Exiting...\n", stderr);
    signals_.take_as_the_end();
    is_done_ = true;
}

void Run::on_events() {
    session_->dispatch(handler_);
    sink_.flush();
    const bool has_only_pids = !command_ && !has_live_targets(options_);
    if (has_only_pids && session_->is_over()) is_done_ = true;
}

void Run::serve_names() {
    auto& names = *observers_.names();
    const auto known = names.version();
    names.serve();
    if (names.version() == known || !session_) return;
    const auto found = targets_.find_more(*session_);
    if (!found) say(found.error().message);
}

// A terminal may have been closed before anything that happened on it was read.
void Run::on_targets() {
    on_events();
    targets_.serve(*session_);
}

void Run::on_target(const TargetChange& change) {
    sink_.write(change);
    if (!options_.quiet) say(notice_of(change));
}

void Run::tell_notices() {
    for (const auto& notice : targets_.take_notices())
        if (!options_.quiet) say(notice);
    if (observers_.names() == nullptr) return;
    for (const auto& notice : observers_.names()->take_notices())
        if (!options_.quiet) say(notice);
}

void Run::on_output() {
    const auto failure = output_.failure();
    if (!failure || !session_) return;
    if (failure->code == EPIPE) {
        stop_quietly();
        return;
    }
    has_write_error_ = true;
    say(failure->message);
    if (!command_) is_done_ = true;
}

// Who read the events wants no more of them, and no word about it either.
void Run::stop_quietly() {
    has_reader_to_lose_ = false;
    // What must not happen is looked for to the end.
    has_lost_reader_ = command_ && options_.forbidden;
    if (has_lost_reader_) return;
    session_.reset();
    if (!command_) is_done_ = true;
}

// For as long as the reader likes; who does not want to wait so long sends a signal.
void Run::wait_until_written() {
    sink_.flush();
    while (!output_.is_written()) {
        std::array<pollfd, 2> ready = {pollfd{output_.event_fd(), POLLIN, 0}, pollfd{signals_.fd(), POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), -1) < 0) continue;
        while (const auto signal = signals_.next()) signals_.obey(*signal);
        on_output();
    }
    on_output();
}

// Then how many there were: the last line may be all that is looked at.
void Run::wait_until_matches_are_written() {
    auto* matches = observers_.matches();
    if (matches == nullptr) return;
    auto& output = matches->output();
    while (!output.is_written()) {
        std::array<pollfd, 2> ready = {pollfd{output.event_fd(), POLLIN, 0}, pollfd{signals_.fd(), POLLIN, 0}};
        if (::poll(ready.data(), ready.size(), -1) < 0) continue;
        while (const auto signal = signals_.next()) signals_.obey(*signal);
        output.failure();
    }
    const auto matched = *observers_.forbidden_matched();
    if (matched == 0) return;
    const auto not_told = matches->not_told();
    say(fmt::format("--fail-if matched {} {}{}", matched, matched == 1 ? "event" : "events",
                    not_told > 0 ? fmt::format("; {} lines found no room", not_told) : ""));
}

// Events that only --fail-if wanted to see were left out by nobody.
void forget_filtered(Tally& tally) {
    tally.seen -= tally.filtered;
    tally.filtered = 0;
}

void forget_what_is_not_told(const EventKinds& told, SessionSummary& summary) {
    if (!told.execs) forget_filtered(summary.execs);
    if (!told.attempts) forget_filtered(summary.attempts);
    if (!told.exits) forget_filtered(summary.exits);
    if (!told.forks) forget_filtered(summary.forks);
    if (!told.attempts) summary.attempt_mechanism = AttemptMechanism::off;
}

// What was written, and what was not, is known before the summary tells of it.
SessionSummary Run::tell_end() {
    // What is there already need not wait until the kernel has let go of the programs, which takes a tenth of a second.
    on_events();
    auto summary = session_->finish(handler_);
    sink_.end_events();
    summary.undecided = observers_.undecided();
    forget_what_is_not_told(options_.events, summary);
    wait_until_written();
    wait_until_written();
    // What nobody wanted to read is not missing.
    if (!has_lost_reader_) summary.subtract(sink_.losses());
    if (!session_) return summary;
    sink_.end({summary, since_boot_now() - began_, observers_.forbidden_matched()});
    wait_until_written();
    return summary;
}

Result<int> Run::end() {
    bool is_complete = true;
    if (session_) {
        const auto summary = tell_end();
        const auto closed = output_.close();
        if (!closed && session_) {
            has_write_error_ = true;
            say(closed.error().message);
        }
        wait_until_matches_are_written();
        signals_.let_go();
        if (session_) is_complete = summary.is_complete() && closed;
        // All of it left exectap, and yet the file system has refused some, nobody knows what: there is no verdict.
        const bool is_unknown = summary.is_complete() && !closed;
        const bool is_quiet = options_.quiet || has_lost_reader_;
        if (session_ && !is_unknown && (!is_quiet || !is_complete)) say(verdict(summary));
    } else {
        wait_until_matches_are_written();
    }
    if (!command_) return status(has_write_error_ ? kStatusFailure : is_complete ? 0 : kStatusIncomplete);
    const auto commands_status = command_->wait();
    if (!commands_status) return commands_status.error();
    return status(options_.strict && !is_complete ? kStatusIncomplete : *commands_status);
}

int Run::status(int otherwise) const {
    return observers_.forbidden_matched().value_or(0) > 0 ? kStatusForbidden : otherwise;
}

Duties duties_of(const Options& options) {
    const bool has_file = options.output && *options.output != "-";
    return {.signals_command = !options.command.empty(),
            .reopens_file = has_file ? options.output : std::nullopt,
            .asks_engines = needs_of(options).names};
}

// Targets that are not there yet: they are waited for, or that is the end.
Result<void> wait_for_targets(const Options& options, const SessionConfig& config, const TargetWatch& targets) {
    if (options.all) return {};
    const auto missing = targets.missing();
    if (missing.empty()) return {};
    const bool has_only_terminals = config.terminals.size() == missing.size() && config.processes.empty() &&
                                    config.cgroups.rules.empty() && !config.cgroups.find;
    if (!options.waits && has_only_terminals) {
        std::vector<std::string> paths;
        for (const auto& terminal : config.terminals) paths.push_back(fmt::format("\"{}\"", terminal.path));
        return Error{fmt::format("No processes matched PID(s) [] or tty(s) [{}].", fmt::join(paths, ", "))};
    }
    if (!options.waits) return Error{fmt::format("not there: {}", fmt::join(missing, ", "))};
    if (!options.quiet) say(fmt::format("waiting for {}", fmt::join(missing, ", ")));
    return {};
}

}  // namespace

Result<int> run(const Options& options) {
    auto config = resolve_config(options);
    if (!config) return config.error();
    auto file = open_output(options);
    if (!file) return file.error();
    auto output = Output::create(std::move(*file), options.buffer_bytes);
    if (!output) return output.error();
    std::optional<Command> command;
    if (!options.command.empty()) {
        auto started = Command::start_stopped(options.command, options.user);
        if (!started) return started.error();
        command = std::move(*started);
        auto target = command->target();
        if (!target) return target.error();
        config->processes.push_back(std::move(*target));
    }
    // After the fork: COMMAND shall find these as they were.
    ::signal(SIGPIPE, SIG_IGN);
    std::vector<int> taken = {SIGINT, SIGTERM, SIGHUP, SIGUSR1};
    if (command) taken.push_back(SIGQUIT);
    auto signals = Signals::take(taken);
    if (!signals) return signals.error();

    LeftOut left_out(output->fd(), options);
    if (is_pipe(output->fd())) config->find_left_out = [&] { return left_out.find(config->processes); };
    const auto clock = Clock::now(options.time);
    auto observers = Observers::create(options, clock);
    if (!observers) return observers.error();
    (*observers)->observe(*config);
    if (!options.containers.empty()) (*observers)->wait_for_names();
    auto targets = TargetWatch::create(options, *config, (*observers)->containers());
    if (!targets) return targets.error();
    (*targets)->configure(*config);
    auto session = Session::open(*config);
    if (!session) return session.error();
    const auto waiting = wait_for_targets(options, *config, **targets);
    if (!waiting) return waiting.error();
    const auto given_up = give_up_rights(duties_of(options));
    if (!given_up) return given_up.error();
    if (!options.quiet) {
        notify(options, *config, **session);
        left_out.tell();
        if (const auto text = banner(options, config->terminals)) fmt::print(stderr, "{}\n", *text);
    }
    const auto start = describe_start(options, *config, **targets, **session, clock);
    return Run(options, std::move(*output), std::move(*signals), std::move(command), std::move(*session), **observers,
               **targets, start)
        .go();
}

}  // namespace exectap::cli
