// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/line_queue.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace exectap {
namespace {

// A piece is remembered as its length and, in the low bits, what it tells of. No line is shorter than this.
constexpr std::size_t kShortestLine = 32;
constexpr unsigned kTellsBits = 4;
using Piece = std::uint32_t;

// So much memory is kept when a rush is over.
constexpr std::size_t kKept = 1 << 20;

}  // namespace

void LineQueue::Unmap::operator()(void* memory) const { ::munmap(memory, bytes); }

Result<LineQueue::Memory> LineQueue::map(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        return Error{fmt::format("can't have a buffer of {} bytes for the events: {}; choose a smaller --buffer", bytes,
                                 std::strerror(errno)),
                     ErrorKind::failure, errno};
    return Memory(memory, Unmap{bytes});
}

Result<std::unique_ptr<LineQueue>> LineQueue::create(std::size_t bytes) {
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto text_bytes = (bytes + page_bytes - 1) / page_bytes * page_bytes;
    auto text = map(text_bytes);
    if (!text) return text.error();
    auto pieces = map(text_bytes / kShortestLine * sizeof(Piece));
    if (!pieces) return pieces.error();
    return std::unique_ptr<LineQueue>(new LineQueue(std::move(*text), std::move(*pieces)));
}

LineQueue::LineQueue(Memory text, Memory pieces)
    : text_(std::move(text)),
      pieces_(std::move(pieces)),
      bytes_(text_.get_deleter().bytes),
      pieces_most_(pieces_.get_deleter().bytes / sizeof(Piece)) {}

void LineQueue::forget_taken(std::uint64_t taken) {
    const auto* pieces = static_cast<const Piece*>(pieces_.get());
    while (pieces_forgotten_ != pieces_pushed_) {
        const auto length = pieces[pieces_forgotten_ % pieces_most_] >> kTellsBits;
        if (forgotten_ + length > taken) return;
        forgotten_ += length;
        pieces_forgotten_++;
    }
}

// All was taken. Else a slow rush would touch all the memory there is, and keep it.
void LineQueue::begin_anew() {
    base_ = pushed_;
    if (pieces_forgotten_ == pieces_pushed_) pieces_forgotten_ = pieces_pushed_ = 0;
    if (highest_ <= kKept) return;
    ::madvise(static_cast<char*>(text_.get()) + kKept, bytes_ - kKept, MADV_DONTNEED);
    ::madvise(pieces_.get(), pieces_most_ * sizeof(Piece), MADV_DONTNEED);
    highest_ = 0;
}

void LineQueue::push_piece(std::size_t length, Tells tells) {
    static_cast<Piece*>(pieces_.get())[pieces_pushed_ % pieces_most_] =
        static_cast<Piece>(length << kTellsBits | static_cast<unsigned>(tells));
    pieces_pushed_++;
}

bool LineQueue::push(std::string_view text, Told told) {
    const auto taken = taken_.load(std::memory_order_acquire);
    forget_taken(taken);
    if (taken == pushed_) begin_anew();
    const bool has_room = text.size() <= bytes_ - (pushed_ - taken);
    if (!has_room || pieces_most_ - (pieces_pushed_ - pieces_forgotten_) <= told.folded_attempts) return false;

    auto* memory = static_cast<char*>(text_.get());
    const auto offset = (pushed_ - base_) % bytes_;
    const auto first = std::min(text.size(), bytes_ - offset);
    std::memcpy(memory + offset, text.data(), first);
    std::memcpy(memory, text.data() + first, text.size() - first);
    highest_ = std::max(highest_, first == text.size() ? offset + first : bytes_);
    push_piece(text.size(), told.tells);
    // Of no length, behind the text: they are forgotten once it was taken whole, and not before.
    for (std::uint32_t i = 0; i < told.folded_attempts; i++) push_piece(0, Tells::attempt);
    pushed_ += text.size();
    return true;
}

bool LineQueue::is_half_empty() {
    const auto taken = taken_.load(std::memory_order_acquire);
    forget_taken(taken);
    return pushed_ - taken <= bytes_ / 2 && pieces_pushed_ - pieces_forgotten_ <= pieces_most_ / 2;
}

EventCounts LineQueue::clear() {
    EventCounts counts{};
    forget_taken(taken_.load(std::memory_order_acquire));
    const auto* pieces = static_cast<const Piece*>(pieces_.get());
    for (; pieces_forgotten_ != pieces_pushed_; pieces_forgotten_++) {
        const auto tells = pieces[pieces_forgotten_ % pieces_most_] & ((1U << kTellsBits) - 1);
        if (tells < counts.size()) counts.at(tells)++;
    }
    forgotten_ = pushed_;
    publish();
    taken_.store(pushed_, std::memory_order_seq_cst);
    return counts;
}

std::string_view LineQueue::front() const {
    const auto taken = taken_.load(std::memory_order_relaxed);
    const auto bytes = published_.load(std::memory_order_acquire) - taken;
    if (bytes == 0) return {};
    const auto offset = (taken - base_) % bytes_;
    return {static_cast<const char*>(text_.get()) + offset, std::min<std::size_t>(bytes, bytes_ - offset)};
}

void LineQueue::pop(std::size_t bytes) { taken_.fetch_add(bytes, std::memory_order_seq_cst); }

}  // namespace exectap
