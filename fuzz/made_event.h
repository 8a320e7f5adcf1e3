// SPDX-License-Identifier: MIT OR Apache-2.0
// Events made of a fuzzer's bytes, within what the headers promise of them.
#pragma once

#include <fuzzer/FuzzedDataProvider.h>

#include <deque>
#include <string>

#include "exectap/clock.h"
#include "exectap/event.h"
#include "exectap/trace.h"

namespace exectap::fuzz {

// Owns what its events point into.
class EventMaker {
public:
    explicit EventMaker(FuzzedDataProvider& bytes) : bytes_(bytes) {}

    Event event();
    ProcessInfo process();
    TraceStart start();
    TraceEnd end();
    Clock clock();

private:
    ExecEvent exec();
    AttemptEvent attempt();
    ExitEvent exit();
    ForkEvent fork();
    LostEvent lost();

    Call call();
    Bytes text();
    Path path();
    Arguments arguments();
    ExecId exec_id();
    std::chrono::nanoseconds time();
    std::string_view kept(std::string text);
    std::vector<std::string> texts();

    template <typename T>
    T number() {
        return bytes_.ConsumeIntegral<T>();
    }
    bool coin() { return bytes_.ConsumeBool(); }

    FuzzedDataProvider& bytes_;
    std::deque<std::string> texts_;  // its elements stay where they are
};

}  // namespace exectap::fuzz
