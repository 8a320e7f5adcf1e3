// SPDX-License-Identifier: MIT OR Apache-2.0
// Text that waits to be written, between a thread that never waits and one that may: bounded, and it knows which events
// are in it. One thread fills it and one empties it, without a lock.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "exectap/result.h"
#include "exectap/sink.h"

namespace exectap {

// What a piece of text tells of: an event, by the alternative of Event, or nothing that is counted.
enum class Tells : std::uint8_t { exec, attempt, exit, fork, aside };

struct Told {
    Told(Tells its_event, std::uint32_t its_folded_attempts = 0)  // NOLINT(google-explicit-constructor)
        : tells(its_event), folded_attempts(its_folded_attempts) {}

    Tells tells;
    std::uint32_t folded_attempts;  // told by the same text
};

class LineQueue {
public:
    // Of so many bytes of text, in whole pages. Memory is taken when it is first needed, and given back when a rush is
    // over.
    static Result<std::unique_ptr<LineQueue>> create(std::size_t bytes);

    // The most that it takes at one time.
    std::size_t bytes() const { return bytes_; }

    // The functions below are for the thread that fills it.

    // False: there is no room, and nothing of it was taken.
    bool push(std::string_view text, Told told);

    // Lets the other thread see what was pushed so far.
    void publish() { published_.store(pushed_, std::memory_order_release); }

    // Of text, and of what is remembered of it.
    bool is_half_empty();
    bool is_empty() const { return pushed_ == taken_.load(std::memory_order_seq_cst); }

    // Throws away what was not taken, and says which events those were: one of which a part was taken is one of them.
    // Only while the other thread keeps away.
    EventCounts clear();

    // The two below are for the thread that empties it.

    // What was published and not taken, or its first part. Empty when there is nothing.
    std::string_view front() const;
    void pop(std::size_t bytes);

private:
    struct Unmap {
        std::size_t bytes;
        void operator()(void* memory) const;
    };
    using Memory = std::unique_ptr<void, Unmap>;

    LineQueue(Memory text, Memory pieces);
    static Result<Memory> map(std::size_t bytes);

    void push_piece(std::size_t length, Tells tells);
    void forget_taken(std::uint64_t taken);
    void begin_anew();

    Memory text_;
    Memory pieces_;
    std::size_t bytes_;  // of text
    std::size_t pieces_most_;

    // Positions count on for ever. Those of the filling thread:
    std::uint64_t pushed_ = 0;
    std::uint64_t base_ = 0;  // the position that lies at the beginning of the memory
    std::uint64_t pieces_pushed_ = 0;
    std::uint64_t pieces_forgotten_ = 0;
    std::uint64_t forgotten_ = 0;  // where the oldest piece that is remembered begins
    std::size_t highest_ = 0;      // that memory was used up to, since it was last given back

    std::atomic<std::uint64_t> published_ = 0;
    std::atomic<std::uint64_t> taken_ = 0;
};

}  // namespace exectap
