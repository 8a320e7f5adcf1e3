// SPDX-License-Identifier: MIT OR Apache-2.0
// The reading end of a BPF ring buffer. The hot path: no system call, no allocation, no copy.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "exectap/result.h"

namespace exectap {

class Ring {
public:
    // `map_fd` is a map of type BPF_MAP_TYPE_RINGBUF with `bytes` of room; it stays the caller's.
    static Result<Ring> map(int map_fd, std::size_t bytes);

    // Calls visit(record) for each record that is complete, in order, until one returns false: that one stays. The
    // others' room is free again after their call. Returns how many those were.
    template <typename Visit>
    std::size_t drain(Visit visit);

    // Nothing reserved, complete or not. Only then may the reader sleep.
    bool is_empty() const { return __atomic_load_n(producer_position_, __ATOMIC_SEQ_CST) == *consumer_position_; }

    // By one part of so many, or more. Whoever lets records wait loses others soon.
    bool is_filled_by(std::uint64_t parts) const {
        return __atomic_load_n(producer_position_, __ATOMIC_ACQUIRE) - *consumer_position_ > mask_ / parts;
    }

private:
    struct Unmap {
        std::size_t bytes;
        void operator()(void* memory) const { ::munmap(memory, bytes); }
    };
    using Mapping = std::unique_ptr<void, Unmap>;

    // linux/bpf.h, struct bpf_ringbuf_hdr.
    struct Header {
        std::uint32_t length;  // of the record, with two flags on top
        std::uint32_t page_offset;
    };
    static constexpr std::uint32_t kBusy = 1U << 31;
    static constexpr std::uint32_t kDiscarded = 1U << 30;

    Ring(Mapping consumer, Mapping producer, std::size_t bytes, std::size_t page_bytes);

    Mapping consumer_;
    Mapping producer_;
    std::uint64_t* consumer_position_;
    const std::uint64_t* producer_position_;
    const std::byte* data_;  // mapped twice in a row, so that no record is split
    std::uint64_t mask_;
};

template <typename Visit>
std::size_t Ring::drain(Visit visit) {
    std::size_t count = 0;
    auto position = *consumer_position_;
    for (;;) {
        const auto end = __atomic_load_n(producer_position_, __ATOMIC_ACQUIRE);
        if (position == end) return count;
        while (position < end) {
            const auto* header = reinterpret_cast<const Header*>(data_ + (position & mask_));
            const auto length = __atomic_load_n(&header->length, __ATOMIC_ACQUIRE);
            if (length & kBusy) return count;
            const auto bytes = length & ~kDiscarded;
            if (!(length & kDiscarded)) {
                if (!visit(std::span(reinterpret_cast<const std::byte*>(header + 1), bytes))) return count;
                count++;
            }
            position += (sizeof(Header) + bytes + 7) & ~std::uint64_t{7};
            __atomic_store_n(consumer_position_, position, __ATOMIC_RELEASE);
        }
    }
}

}  // namespace exectap
