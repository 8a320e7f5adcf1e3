// SPDX-License-Identifier: MIT OR Apache-2.0
// A format, and the output that its lines go to. Events that find no room there are counted, and told in their place
// once there is room again.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "exectap/sink.h"
#include "sink/format.h"
#include "sink/output.h"

namespace exectap {

class TextSink final : public Sink {
public:
    // `output` outlives the sink.
    TextSink(Output& output, std::unique_ptr<Format> format) : output_(output), format_(std::move(format)) {}

    void begin(const TraceStart& start) override;
    void write(const ProcessInfo& process) override;
    void write(const TargetChange& change) override;
    void write(const Event& event) override;
    // Everything must have been written: what it says includes what was not.
    void end(const TraceEnd& end) override;
    void flush() override;
    SinkLosses losses() const override;

private:
    // Events that follow each other and were not told: what found no room, and what was lost before it came here.
    struct Gap {
        std::uint64_t first_seq = 0;  // 0: there is none
        std::chrono::nanoseconds from{};
        std::chrono::nanoseconds to{};
        std::uint64_t not_queued = 0;
        std::uint64_t lost_in_ring = 0;
    };

    void put_aside();
    bool put_changes();
    void add_to_gap(const Event& event);
    void tell_gap();
    void tell_lost(std::uint64_t seq, std::uint64_t count, LossReason reason);

    Output& output_;
    std::unique_ptr<Format> format_;
    std::string text_;     // of the event at hand; kept for its memory
    std::string changes_;  // of targets, that found no room yet
    Gap gap_;
    EventCounts not_queued_{};
};

}  // namespace exectap
