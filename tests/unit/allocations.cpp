// SPDX-License-Identifier: MIT OR Apache-2.0
#include "unit/allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

std::atomic<std::uint64_t> calls;

}  // namespace

// For all the tests of this program: the others can't tell the difference.
void* operator new(std::size_t bytes) {
    calls++;
    if (void* memory = std::malloc(bytes)) return memory;  // NOLINT(cppcoreguidelines-owning-memory)
    throw std::bad_alloc();
}
// Else a sanitizer, which brings one of its own, would miss the memory that the ones below free.
void* operator new(std::size_t bytes, const std::nothrow_t& /*tag*/) noexcept {
    calls++;
    return std::malloc(bytes);  // NOLINT(cppcoreguidelines-owning-memory)
}
void operator delete(void* memory) noexcept { std::free(memory); }  // NOLINT(cppcoreguidelines-owning-memory)
void operator delete(void* memory, std::size_t /*bytes*/) noexcept {
    std::free(memory);  // NOLINT(cppcoreguidelines-owning-memory)
}

namespace exectap {

std::uint64_t allocations() { return calls; }

}  // namespace exectap
