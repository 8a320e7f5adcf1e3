// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/ring.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>

#include "exectap/session.h"
#include "wire.h"

namespace exectap {

std::size_t fitting_ring_bytes(std::uint64_t bytes, std::uint64_t max_args_bytes) {
    constexpr auto kClasses = std::to_array<std::uint64_t>(
        {WIRE_CLASS_32K, WIRE_CLASS_128K, WIRE_CLASS_512K, WIRE_CLASS_2304K, WIRE_CLASS_MAX});
    const auto* const largest = std::find_if(kClasses.begin(), kClasses.end() - 1,
                                             [&](auto size) { return size >= max_args_bytes + WIRE_BESIDE_ARGS; });
    const auto page_bytes = static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
    // The record has a header in the ring, so it does not fit into one of its own size.
    return std::bit_ceil(std::max({bytes, *largest + 1, page_bytes}));
}

Ring::Ring(Mapping consumer, Mapping producer, std::size_t bytes, std::size_t page_bytes)
    : consumer_(std::move(consumer)),
      producer_(std::move(producer)),
      consumer_position_(static_cast<std::uint64_t*>(consumer_.get())),
      producer_position_(static_cast<const std::uint64_t*>(producer_.get())),
      data_(static_cast<const std::byte*>(producer_.get()) + page_bytes),
      mask_(bytes - 1) {}

Result<Ring> Ring::map(int map_fd, std::size_t bytes) {
    const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const auto failure = [] {
        return Error{fmt::format("can't map the ring buffer: {}", std::strerror(errno)), ErrorKind::failure, errno};
    };
    void* consumer = ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
    if (consumer == MAP_FAILED) return failure();
    Mapping owned_consumer(consumer, Unmap{page_bytes});

    const auto producer_bytes = page_bytes + 2 * bytes;
    void* producer = ::mmap(nullptr, producer_bytes, PROT_READ, MAP_SHARED, map_fd, static_cast<off_t>(page_bytes));
    if (producer == MAP_FAILED) return failure();
    return Ring(std::move(owned_consumer), Mapping(producer, Unmap{producer_bytes}), bytes, page_bytes);
}

}  // namespace exectap
