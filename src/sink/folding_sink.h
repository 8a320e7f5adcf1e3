// SPDX-License-Identifier: MIT OR Apache-2.0
// Tells a search along PATH once: execvp(3) tries the same program in one directory after the other, and each of them
// is a failed exec of its own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "exectap/sink.h"
#include "sink/owned_attempt.h"

namespace exectap {

// Consecutive attempts of one thread that fail with ENOENT, for one name in different directories, become one event
// with the last one's data and the number of the others (Call::folded_attempts). It is handed on with the thread's next
// event, or when none came for a moment.
class FoldingSink final : public Sink {
public:
    struct Options {
        bool folds = true;
        bool joins_exec = false;  // the exec that ends a search tells of it, too
    };

    // `next` outlives this one.
    FoldingSink(Sink& next, Options options) : next_(next), options_(options) {}

    void begin(const TraceStart& start) override { next_.begin(start); }
    void write(const ProcessInfo& process) override { next_.write(process); }
    void write(const TargetChange& change) override { next_.write(change); }
    void write(const Event& event) override;
    void end(const TraceEnd& end) override { next_.end(end); }
    // Also hands on what was held for too long.
    void flush() override;
    SinkLosses losses() const override { return next_.losses(); }

    void end_events() override {
        release_all();
        next_.end_events();
    }

private:
    // So many threads search at once before the oldest search is told unfinished.
    static constexpr std::size_t kMostSearches = 64;

    struct Search {
        OwnedAttempt last;
        std::string first_filename;
        bool is_held = false;
    };

    // `event` is the same one whole: what it holds is copied only where it is changed or held.
    void on(const Event& event, const ExecEvent& exec);
    void on(const Event& event, const AttemptEvent& attempt);
    void on(const Event& event, const ExitEvent& exit) { write_after_those_of(exit.pid, event); }
    void on(const Event& event, const ForkEvent& fork) { write_after_those_of(fork.pid, event); }
    void on(const Event& event, const LostEvent& lost);

    void write_after_those_of(std::uint32_t pid, const Event& event);
    Search* search_of(std::uint32_t tid);
    Search* oldest();
    void hold(const AttemptEvent& attempt);
    void release(Search& search);
    void release_all();

    Sink& next_;
    Options options_;
    std::array<Search, kMostSearches> searches_;
    std::size_t held_ = 0;
};

}  // namespace exectap
