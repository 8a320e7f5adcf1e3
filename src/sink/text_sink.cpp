// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/text_sink.h"

#include <variant>

namespace exectap {
namespace {

std::uint32_t folded_attempts_of(const Event& event) {
    if (const auto* exec = std::get_if<ExecEvent>(&event)) return exec->call.folded_attempts;
    if (const auto* attempt = std::get_if<AttemptEvent>(&event)) return attempt->call.folded_attempts;
    return 0;
}

Told told_by(const Event& event) {
    if (std::holds_alternative<LostEvent>(event)) return Tells::aside;
    return {static_cast<Tells>(event.index()), folded_attempts_of(event)};
}

// A line this long is rare: its memory is given back.
constexpr std::size_t kKeptBytes = 1 << 20;

}  // namespace

void TextSink::put_aside() {
    if (!text_.empty()) output_.put_aside(text_);
    text_.clear();
}

void TextSink::begin(const TraceStart& start) {
    format_->begin(text_, start);
    put_aside();
}

void TextSink::write(const ProcessInfo& process) {
    format_->append(text_, process);
    put_aside();
}

// They have no number, so that no gap could tell of them; and nobody is to wait for room in the middle of a trace.
bool TextSink::put_changes() {
    std::string_view rest(changes_);
    while (!rest.empty()) {
        // One by one: all of them may be longer than the queue.
        const auto line = rest.substr(0, rest.find('\n') + 1);
        if (!output_.put(line, Tells::aside)) break;
        rest.remove_prefix(line.size());
    }
    changes_.erase(0, changes_.size() - rest.size());
    return changes_.empty();
}

void TextSink::write(const TargetChange& change) {
    // Whoever is so late has the last events that came before, and not what came and went since.
    constexpr std::size_t kMostBytes = 1 << 20;
    if (changes_.size() < kMostBytes) format_->append(changes_, change);
    put_changes();
}

void TextSink::write(const Event& event) {
    put_changes();
    if (gap_.first_seq != 0) tell_gap();
    if (gap_.first_seq != 0) {
        add_to_gap(event);
        return;
    }
    format_->append(text_, event);
    const bool is_taken = text_.empty() || output_.put(text_, told_by(event));
    if (!is_taken) add_to_gap(event);
    text_.clear();
    if (text_.capacity() > kKeptBytes) text_.shrink_to_fit();
}

void TextSink::add_to_gap(const Event& event) {
    const auto* lost = std::get_if<LostEvent>(&event);
    if (gap_.first_seq == 0) {
        gap_.first_seq = seq_of(event);
        gap_.from = lost != nullptr ? lost->from : time_of(event);
    }
    gap_.to = time_of(event);
    if (lost != nullptr) {
        gap_.lost_in_ring += lost->count;
    } else {
        const auto folded = folded_attempts_of(event);
        gap_.not_queued += 1 + folded;
        not_queued_.at(event.index())++;
        not_queued_.at(static_cast<std::size_t>(Tells::attempt)) += folded;
    }
}

// Not for each line that gets free: then every other one would be a gap.
void TextSink::tell_gap() {
    if (!output_.has_room_again()) return;
    tell_lost(gap_.first_seq, gap_.not_queued, LossReason::queue);
    tell_lost(gap_.first_seq + gap_.not_queued, gap_.lost_in_ring, LossReason::ring);
    gap_ = {};
}

void TextSink::tell_lost(std::uint64_t seq, std::uint64_t count, LossReason reason) {
    if (count == 0) return;
    format_->append(text_, LostEvent{seq, gap_.from, gap_.to, count, reason});
    put_aside();
}

void TextSink::flush() {
    put_changes();
    if (gap_.first_seq != 0) tell_gap();
    output_.flush();
}

void TextSink::end(const TraceEnd& end) {
    if (!put_changes()) output_.put_aside(changes_);
    format_->end(text_, end);
    put_aside();
}

SinkLosses TextSink::losses() const { return {not_queued_, output_.not_written()}; }

}  // namespace exectap
