// SPDX-License-Identifier: MIT OR Apache-2.0
// Responses as engines write them, whole and byte by byte, and such as nobody should.
#include "target/http_response.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace exectap {
namespace {

using Progress = HttpResponse::Progress;

struct Read {
    Progress progress = Progress::more;
    Progress at_end = Progress::more;
    int status = 0;
    std::string body;
    std::string problem;
};

Read read(std::string_view text, std::size_t piece_bytes, const HttpResponse::Limits& limits = {}) {
    HttpResponse response(limits);
    Read read;
    while (!text.empty()) {
        const auto piece = text.substr(0, piece_bytes);
        text.remove_prefix(piece.size());
        read.progress = response.take(piece);
        read.body += response.take_body();
    }
    read.at_end = response.end();
    read.status = response.status().value_or(0);
    read.problem = response.problem();
    return read;
}

struct Case {
    std::string what;
    std::string text;
    int status;
    std::string body;
    Progress progress;
    Progress at_end;
};

const std::string kOk = "HTTP/1.0 200 OK\r\n";
const std::string kChunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

const std::vector<Case> kCases = {
    {"to the end of the connection", kOk + "\r\nabc", 200, "abc", Progress::more, Progress::complete},
    {"an empty one", kOk + "\r\n", 200, "", Progress::more, Progress::complete},
    {"by its length", kOk + "Content-Length: 3\r\n\r\nabc", 200, "abc", Progress::complete, Progress::complete},
    {"what is behind it", kOk + "content-length:3 \r\n\r\nabcd", 200, "abc", Progress::complete, Progress::complete},
    {"of length 0", kOk + "Content-Length: 0\r\n\r\n", 200, "", Progress::complete, Progress::complete},
    {"shorter than it says", kOk + "Content-Length: 4\r\n\r\nabc", 200, "abc", Progress::more, Progress::broken},
    {"another status", "HTTP/1.1 404 Not Found\r\n\r\n{}", 404, "{}", Progress::more, Progress::complete},
    {"no reason", "HTTP/1.1 200\r\n\r\n", 200, "", Progress::more, Progress::complete},
    {"no carriage returns", "HTTP/1.1 200 OK\nA: b\n\nabc", 200, "abc", Progress::more, Progress::complete},
    {"other headers", kOk + "Api-Version: 1.43\r\nDate: now\r\n\r\nx", 200, "x", Progress::more, Progress::complete},
    {"chunks", kChunked + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", 200, "abcde", Progress::complete, Progress::complete},
    {"a chunk's extension", kChunked + "A;x=y\r\n0123456789\r\n0\r\n\r\n", 200, "0123456789", Progress::complete,
     Progress::complete},
    {"headers behind chunks", kChunked + "1\r\na\r\n0\r\nX: y\r\n\r\n", 200, "a", Progress::complete,
     Progress::complete},
    {"chunks and a length",
     "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n", 200, "ab",
     Progress::complete, Progress::complete},
    {"chunks without an end", kChunked + "3\r\nabc\r\n", 200, "abc", Progress::more, Progress::broken},
    {"a chunk that is too long", kChunked + "1\r\nab\r\n", 200, "a", Progress::broken, Progress::broken},
    {"a chunk without a size", kChunked + "\r\n", 200, "", Progress::broken, Progress::broken},
    {"a negative chunk", kChunked + "-1\r\n", 200, "", Progress::broken, Progress::broken},
    {"a chunk beyond 64 bits", kChunked + "10000000000000000\r\n", 200, "", Progress::broken, Progress::broken},
    {"a chunk's size that never ends", kChunked + std::string(300, '0'), 200, "", Progress::broken, Progress::broken},
    {"an unknown encoding", kOk + "Transfer-Encoding: gzip\r\n\r\nx", 0, "", Progress::broken, Progress::broken},
    {"a length that is none", kOk + "Content-Length: 3x\r\n\r\nabc", 0, "", Progress::broken, Progress::broken},
    {"a negative length", kOk + "Content-Length: -3\r\n\r\nabc", 0, "", Progress::broken, Progress::broken},
    {"two lengths", kOk + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", 0, "", Progress::broken,
     Progress::broken},
    {"a header without a colon", kOk + "what\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"another protocol", "SSH-2.0-OpenSSH_9.2\r\n", 0, "", Progress::broken, Progress::broken},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"a status of two digits", "HTTP/1.0 20\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"a status of four digits", "HTTP/1.0 2000\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"a signed status", "HTTP/1.0 -20 x\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"an informational one", "HTTP/1.1 100 Continue\r\n\r\n", 0, "", Progress::broken, Progress::broken},
    {"nothing", "", 0, "", Progress::more, Progress::broken},
    {"half a head", "HTTP/1.0 200 OK\r\nA:", 0, "", Progress::more, Progress::broken},
};

TEST(HttpResponse, IsReadInPiecesOfAnySize) {
    for (const auto& each : kCases) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{4096}}) {
            const auto found = read(each.text, piece);
            EXPECT_EQ(found.progress, each.progress) << each.what << ", " << piece;
            EXPECT_EQ(found.at_end, each.at_end) << each.what << ", " << piece;
            EXPECT_EQ(found.status, each.status) << each.what << ", " << piece;
            // In one piece the body of what turns out broken is not told.
            if (each.progress != Progress::broken) {
                EXPECT_EQ(found.body, each.body) << each.what << ", " << piece;
            }
            EXPECT_EQ(found.problem.empty(), each.at_end != Progress::broken) << each.what << ", " << piece;
        }
    }
}

TEST(HttpResponse, HasABoundedHead) {
    const HttpResponse::Limits limits{.head_bytes = 100};
    const auto fits = kOk + "A: " + std::string(100 - kOk.size() - 7, 'x') + "\r\n\r\n";
    EXPECT_EQ(read(fits, 9, limits).at_end, Progress::complete);
    EXPECT_EQ(read(kOk + "A: " + std::string(100 - kOk.size() - 6, 'x') + "\r\n\r\n", 9, limits).at_end,
              Progress::broken);
    std::string many = kOk;
    for (int i = 0; i < 40; i++) many += "A: b\r\n";
    EXPECT_EQ(read(many, 9, limits).progress, Progress::broken);
    EXPECT_EQ(read(std::string(200, 'H'), 9, limits).progress, Progress::broken);
    EXPECT_EQ(read(kChunked + "0\r\n" + many.substr(kOk.size()), 9, limits).progress, Progress::broken);
}

TEST(HttpResponse, HasABoundedBody) {
    const HttpResponse::Limits limits{.body_bytes = 10};
    EXPECT_EQ(read(kOk + "\r\n0123456789", 3, limits).at_end, Progress::complete);
    EXPECT_EQ(read(kOk + "\r\n0123456789a", 3, limits).at_end, Progress::broken);
    EXPECT_EQ(read(kOk + "Content-Length: 11\r\n\r\n", 3, limits).progress, Progress::broken);
    EXPECT_EQ(read(kChunked + "6\r\n012345\r\n5\r\n01234\r\n0\r\n\r\n", 3, limits).progress, Progress::broken);
    EXPECT_EQ(read(kChunked + "ffffffffffffffff\r\n0123456789a", 3, limits).progress, Progress::broken);
}

TEST(HttpResponse, IsNothingMoreAfterItsEnd) {
    HttpResponse response;
    EXPECT_EQ(response.take(kOk + "Content-Length: 1\r\n\r\nab"), Progress::complete);
    EXPECT_EQ(response.take("more"), Progress::complete);
    EXPECT_EQ(response.take_body(), "a");
    EXPECT_EQ(response.take_body(), "");
}

}  // namespace
}  // namespace exectap
