// SPDX-License-Identifier: MIT OR Apache-2.0
// What gzip made small, as the BPF object lies in the program.
#include "capture/object_bytes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>

namespace exectap {
namespace {

// printf 'exectap\n' | gzip -9n
constexpr std::array<std::uint8_t, 28> kCompressed{0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03,
                                                   0x4b, 0xad, 0x48, 0x4d, 0x2e, 0x49, 0x2c, 0xe0, 0x02, 0x00,
                                                   0xba, 0x7a, 0xa7, 0xc6, 0x08, 0x00, 0x00, 0x00};

std::optional<std::string> text_of(std::span<const std::uint8_t> compressed) {
    const auto bytes = inflated(std::as_bytes(compressed));
    if (!bytes) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

TEST(ObjectBytes, AreWhatWasCompressed) { EXPECT_EQ(text_of(kCompressed), "exectap\n"); }

TEST(ObjectBytes, AreNothingWhenAByteIsMissingOrWrong) {
    for (std::size_t size = 0; size < kCompressed.size(); size++)
        EXPECT_EQ(text_of(std::span(kCompressed).first(size)), std::nullopt) << size;
    // The method, what is compressed, its sum, its size.
    for (const std::size_t at : {0U, 2U, 10U, 20U, 24U}) {
        auto damaged = kCompressed;
        damaged.at(at) ^= 1;
        EXPECT_EQ(text_of(damaged), std::nullopt) << at;
    }
}

}  // namespace
}  // namespace exectap
