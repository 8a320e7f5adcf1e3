// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/object_bytes.h"

#include <endian.h>
#include <zlib.h>

#include <cstdint>
#include <cstring>

namespace exectap {
namespace {

// RFC 1952: a file ends with the size of what was compressed, four bytes, the lowest first.
using Trailer = std::uint32_t;
// To inflateInit2: the largest window, and a header of gzip, not of zlib.
constexpr int kGzip = MAX_WBITS + 16;
// No byte of deflate stands for more.
constexpr std::size_t kMostRatio = 1032;

}  // namespace

std::optional<std::vector<std::byte>> inflated(std::span<const std::byte> compressed) {
    if (compressed.size() < sizeof(Trailer)) return std::nullopt;
    Trailer size = 0;
    std::memcpy(&size, compressed.last(sizeof size).data(), sizeof size);
    size = le32toh(size);
    if (size / kMostRatio > compressed.size()) return std::nullopt;
    std::vector<std::byte> bytes(size);

    z_stream stream{};
    if (::inflateInit2(&stream, kGzip) != Z_OK) return std::nullopt;
    // zlib's interface has no const; it writes to next_out alone.
    stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    stream.next_out = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_out = static_cast<uInt>(bytes.size());
    const int code = ::inflate(&stream, Z_FINISH);
    const bool is_whole = code == Z_STREAM_END && stream.avail_out == 0;
    ::inflateEnd(&stream);
    if (!is_whole) return std::nullopt;
    return bytes;
}

}  // namespace exectap
