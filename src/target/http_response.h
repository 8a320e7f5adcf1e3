// SPDX-License-Identifier: MIT OR Apache-2.0
// An HTTP/1.x response, piece by piece, as container engines answer a GET. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace exectap {

// Its body ends as the head says (Content-Length, chunks), or where the connection does. Nothing of it is believed: an
// ordinary user owns the socket of his own engine.
class HttpResponse {
public:
    struct Limits {
        std::size_t head_bytes = 64U << 10;
        std::uint64_t body_bytes = std::uint64_t{64} << 20;  // all of the body together
    };
    static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

    enum class Progress {
        more,      // is to come
        complete,  // what follows is no part of it
        broken,    // problem() says why; there is nothing to go on with
    };

    HttpResponse() = default;
    explicit HttpResponse(const Limits& limits) : limits_(limits) {}

    // The next bytes of the connection, in pieces of any size.
    Progress take(std::string_view bytes);

    // The connection has ended.
    Progress end();

    // Absent: the head is not there yet.
    std::optional<int> status() const { return is_head_read_ ? std::optional(status_) : std::nullopt; }

    // What has come of the body since it was asked for last.
    std::string take_body();

    std::string_view problem() const { return problem_; }

private:
    // Where in a response the next byte belongs. The order is that in which they come.
    enum class Place { status_line, header, body, chunk_size, chunk, chunk_end, trailer, complete, broken };

    Progress progress() const;
    void fail(std::string_view problem);
    void take_line(std::string_view line);
    void take_status_line(std::string_view line);
    void take_header(std::string_view line);
    void take_chunk_size(std::string_view line);
    void end_head();
    std::string_view take_part_of_line(std::string_view bytes);
    std::string_view take_part_of_body(std::string_view bytes);

    Limits limits_;
    Place place_ = Place::status_line;
    std::string line_;  // without its end, as far as it is there
    std::size_t head_bytes_ = 0;
    std::uint64_t body_bytes_ = 0;
    std::optional<std::uint64_t> content_length_;
    std::uint64_t left_ = 0;  // of the body by its length, or of a chunk
    int status_ = 0;
    bool is_head_read_ = false;
    bool is_chunked_ = false;
    std::string body_;
    std::string_view problem_;
};

}  // namespace exectap
