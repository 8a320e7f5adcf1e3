// SPDX-License-Identifier: MIT OR Apache-2.0
// Steps of searches along PATH, and what a sink gets of them.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "exectap/sink.h"
#include "unit/events.h"

namespace exectap {

// What is searched for in a test: views need strings that stay.
inline Call call_of_step(std::string_view name, std::string_view directory) {
    static std::vector<std::unique_ptr<std::string>> kept;
    const auto keep = [](std::string text) -> std::string_view {
        for (const auto& known : kept)
            if (*known == text) return *known;
        return *kept.emplace_back(std::make_unique<std::string>(std::move(text)));
    };
    using namespace std::literals;
    Call call{.since_boot = 1s, .pid = 7, .tid = 7, .exec_id = {1s, 7, 3}};
    call.filename = Bytes{keep(std::string(directory) + "/" + std::string(name))};
    call.arguments = whole_arguments(keep(std::string(name) + '\0'));
    return call;
}

inline AttemptEvent step(std::string_view name, std::string_view directory) {
    return {.call = call_of_step(name, directory), .error = ENOENT};
}

inline ExecEvent ran(std::string_view name, std::string_view directory) {
    auto call = call_of_step(name, directory);
    call.exec_id.self_exec_id++;
    return {.call = call};
}

// "7 /bin/ls ENOENT +2"
inline std::string words_of(const Event& event) {
    struct Visitor {
        static std::string of(const Call& call, std::string_view what, std::string_view result) {
            auto text = std::to_string(call.tid) + std::string(what) +
                        std::string(call.filename ? call.filename->bytes : "?") + std::string(result);
            return call.folded_attempts > 0 ? text + " +" + std::to_string(call.folded_attempts) : text;
        }
        std::string operator()(const ExecEvent& exec) const { return of(exec.call, " ran ", ""); }
        std::string operator()(const AttemptEvent& attempt) const {
            return of(attempt.call, " ", attempt.error == ENOENT ? " ENOENT" : " EACCES") +
                   (attempt.is_fatal ? " fatal" : "");
        }
        std::string operator()(const ExitEvent& exit) const { return std::to_string(exit.pid) + " exit"; }
        std::string operator()(const ForkEvent& fork) const { return std::to_string(fork.pid) + " fork"; }
        std::string operator()(const LostEvent& /*lost*/) const { return "lost"; }
    };
    return std::visit(Visitor{}, event);
}

class Recorder final : public Sink {
public:
    void begin(const TraceStart& /*start*/) override {}
    void write(const ProcessInfo& /*process*/) override {}
    void write(const TargetChange& /*change*/) override {}
    void write(const Event& event) override { told.push_back(words_of(event)); }
    void end_events() override { has_ended = true; }
    void end(const TraceEnd& /*end*/) override {}
    void flush() override { flushed++; }
    SinkLosses losses() const override { return {}; }

    std::vector<std::string> told;
    int flushed = 0;
    bool has_ended = false;
};

}  // namespace exectap
