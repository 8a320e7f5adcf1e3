// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/run.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <utility>

#include "cli/banner.h"
#include "cli/command.h"
#include "cli/signals.h"
#include "cli/trace_start.h"
#include "exectap/session.h"
#include "process/table.h"
#include "sink/json.h"
#include "sink/line.h"

namespace exectap::cli {
namespace {

constexpr int kStatusFailure = 1;
constexpr int kStatusIncomplete = 3;

// To stderr, in one write, so that lines of COMMAND do not come between.
void say(std::string_view text) {
    const auto line = fmt::format("exectap: {}\n", text);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

Result<Output> open_output(const Options& options) {
    if (options.output && *options.output != "-") return Output::open(*options.output);
    if (options.output || options.command.empty()) return Output::borrow(STDOUT_FILENO, "standard output");
    return Output::borrow(STDERR_FILENO, "standard error");
}

FieldNeeds needs_of(const Options& options) {
    return options.format == Format::json ? JsonSink::needs() : exectap::needs_of(options.fields);
}

std::unique_ptr<Sink> make_sink(const Options& options, Output& output, const Clock& clock, const ProcessTable* table) {
    switch (options.format) {
        case Format::json: return std::make_unique<JsonSink>(output, clock, table);
        case Format::line: break;
    }
    return std::make_unique<LineSink>(output, clock, LineOptions{options.fields, table});
}

// What was not asked for is delivered for the process table only.
bool is_asked_for(const Event& event) {
    struct SeqOf {
        std::uint64_t operator()(const ExecEvent& exec) const { return exec.call.seq; }
        std::uint64_t operator()(const AttemptEvent& attempt) const { return attempt.call.seq; }
        std::uint64_t operator()(const ExitEvent& exit) const { return exit.seq; }
        std::uint64_t operator()(const ForkEvent& fork) const { return fork.seq; }
        std::uint64_t operator()(const LostEvent& lost) const { return lost.seq; }
    };
    return std::visit(SeqOf{}, event) != 0;
}

Result<SessionConfig> resolve_config(const Options& options) {
    SessionConfig config;
    config.all = options.all;
    config.watch_children = options.watch_children;
    config.events = options.events;
    config.max_args_bytes = options.max_args_bytes;
    const auto needs = needs_of(options);
    config.wants_paths = needs.paths;
    config.wants_ancestry = needs.ancestry;
    for (const auto pid : options.pids) {
        auto process = open_process(pid);
        if (!process) return process.error();
        config.processes.push_back(std::move(*process));
    }
    for (const auto& text : options.terminals) {
        auto terminal = resolve_terminal(text);
        if (!terminal) return terminal.error();
        const bool is_known = std::any_of(config.terminals.begin(), config.terminals.end(),
                                          [&](const auto& known) { return known.device == terminal->device; });
        if (!is_known) config.terminals.push_back(std::move(*terminal));
    }
    return config;
}

// Readers of files don't go away, and of a terminal that does SIGHUP tells.
bool can_lose_its_reader(int fd) {
    struct stat file {};
    return ::fstat(fd, &file) == 0 && (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode));
}

class Run {
public:
    Run(const Options& options, Output output, Signals signals, std::optional<Command> command,
        std::unique_ptr<Session> session, const TraceStart& start)
        : options_(options),
          output_(std::move(output)),
          has_reader_to_lose_(can_lose_its_reader(output_.fd())),
          signals_(std::move(signals)),
          command_(std::move(command)),
          session_(std::move(session)),
          began_(start.clock.start_since_boot),
          table_(needs_of(options_).ancestry ? std::make_unique<ProcessTable>() : nullptr),
          sink_(make_sink(options_, output_, start.clock, table_.get())),
          handler_([this](const Event& event) { take(event); }) {
        tell_start(start);
    }

    Result<int> go();

private:
    void tell_start(const TraceStart& start);
    void take(const Event& event);
    void wait_and_serve();
    void on_signal(int signal);
    void on_events();
    void on_flushed(const Result<void>& flushed);
    void stop_quietly();
    Result<int> end();

    const Options& options_;
    Output output_;
    bool has_reader_to_lose_;
    Signals signals_;
    std::optional<Command> command_;
    std::unique_ptr<Session> session_;     // null: the events' reader has gone, only COMMAND is waited for
    std::chrono::nanoseconds began_;       // since boot
    std::unique_ptr<ProcessTable> table_;  // null: nobody asks for ancestry
    std::unique_ptr<Sink> sink_;
    Session::Handler handler_;
    bool is_done_ = false;
    bool has_write_error_ = false;
};

void Run::tell_start(const TraceStart& start) {
    sink_->begin(start);
    for (const auto& process : session_->seeded_processes()) {
        if (table_) table_->add(process);
        sink_->write(process);
    }
}

void Run::take(const Event& event) {
    if (table_) table_->apply(event);
    if (is_asked_for(event)) sink_->write(event);
}

Result<int> Run::go() {
    on_flushed(sink_->flush());
    if (command_) command_->release();
    while (!is_done_) wait_and_serve();
    return end();
}

void Run::wait_and_serve() {
    // A negative descriptor is left out by poll(2).
    std::array<pollfd, 4> ready = {
        pollfd{signals_.fd(), POLLIN, 0},
        pollfd{session_ ? session_->fd() : -1, POLLIN, 0},
        pollfd{command_ ? command_->pidfd() : -1, POLLIN, 0},
        pollfd{session_ && has_reader_to_lose_ ? output_.fd() : -1, 0, 0},
    };
    if (::poll(ready.data(), ready.size(), -1) < 0) return;
    if (ready[0].revents != 0) {
        while (const auto signal = signals_.next()) on_signal(*signal);
    }
    if (ready[1].revents != 0) on_events();
    if (ready[2].revents != 0) is_done_ = true;
    if ((ready[3].revents & POLLERR) != 0 && session_) stop_quietly();
}

void Run::on_signal(int signal) {
    if (signal == SIGUSR1) {
        const auto reopened = output_.reopen();
        if (!reopened) say(reopened.error().message);
        return;
    }
    if (command_) {
        // Ctrl-C and Ctrl-\ come from the terminal, which sends them to COMMAND too.
        if (signal == SIGTERM || signal == SIGHUP) command_->send(signal);
        return;
    }
    if (!options_.quiet) std::fputs("Exiting...\n", stderr);
    Signals::let_go();
    is_done_ = true;
}

void Run::on_events() {
    session_->dispatch(handler_);
    on_flushed(sink_->flush());
    const bool has_only_pids = !command_ && options_.terminals.empty();
    if (session_ && has_only_pids && session_->is_over()) is_done_ = true;
}

void Run::on_flushed(const Result<void>& flushed) {
    if (flushed) return;
    if (flushed.error().code == EPIPE) {
        stop_quietly();
        return;
    }
    has_write_error_ = true;
    say(flushed.error().message);
    if (!command_) is_done_ = true;
}

// Who read the events wants no more of them, and no word about it either.
void Run::stop_quietly() {
    session_.reset();
    if (!command_) is_done_ = true;
}

Result<int> Run::end() {
    bool is_complete = true;
    if (session_) {
        const auto summary = session_->finish(handler_);
        auto flushed = sink_->flush();
        sink_->end({summary, sink_->events_not_written(), since_boot_now() - began_});
        if (const auto ended = sink_->flush(); flushed) flushed = ended;
        if (const auto closed = output_.close(); flushed) flushed = closed;
        const bool has_reader = flushed || flushed.error().code != EPIPE;
        if (!flushed && has_reader) {
            has_write_error_ = true;
            say(flushed.error().message);
        }
        const auto not_written = has_reader ? sink_->events_not_written() : 0;
        is_complete = summary.is_complete() && not_written == 0;
        if (has_reader && (!options_.quiet || !is_complete)) say(verdict(summary, not_written));
    }
    if (!command_) return has_write_error_ ? kStatusFailure : is_complete ? 0 : kStatusIncomplete;
    const auto status = command_->wait();
    if (!status) return status.error();
    return options_.strict && !is_complete ? kStatusIncomplete : *status;
}

void notify(const Options& options, const SessionConfig& config, const Session& session) {
    if (options.quiet) return;
    const char* sudo_user = std::getenv("SUDO_USER");
    const char* sudo_uid = std::getenv("SUDO_UID");
    const bool is_sudo = sudo_user != nullptr && sudo_uid != nullptr && std::string_view(sudo_uid) != "0";
    if (!options.command.empty() && !options.user && ::geteuid() == 0 && is_sudo) {
        const std::string_view name = options.command.front();
        say(fmt::format("running {0} as root; --user {1} runs it as {1}", name, sudo_user));
    }
    if (session.attempt_mechanism() == AttemptMechanism::tracepoint)
        say("failed execs are watched by a tracepoint that slows every system call of this machine; --no-failed avoids "
            "it");
    if (options.events.attempts && session.attempt_mechanism() == AttemptMechanism::off)
        say("failed execs can't be watched on this machine; -v says why");
    if (const auto text = banner(options, config.terminals)) fmt::print(stderr, "{}\n", *text);
}

std::string no_match_text(const SessionConfig& config) {
    std::vector<std::string> paths;
    for (const auto& terminal : config.terminals) paths.push_back(fmt::format("\"{}\"", terminal.path));
    return fmt::format("No processes matched PID(s) [] or tty(s) [{}].", fmt::join(paths, ", "));
}

}  // namespace

Result<int> run(const Options& options) {
    auto config = resolve_config(options);
    if (!config) return config.error();
    auto output = open_output(options);
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

    const auto clock = Clock::now(options.time);
    auto session = Session::open(*config);
    if (!session) return session.error();
    const bool has_only_terminals = config->processes.empty() && !config->all;
    if (has_only_terminals && (*session)->processes_at_start() == 0) return Error{no_match_text(*config)};
    notify(options, *config, **session);
    const auto start = describe_start(options, *config, **session, clock);
    return Run(options, std::move(*output), std::move(*signals), std::move(command), std::move(*session), start).go();
}

}  // namespace exectap::cli
