// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/http_response.h"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace exectap {
namespace {

// A chunk's size and what may stand behind it, which Go never writes.
constexpr std::size_t kMostChunkLineBytes = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_but_for_case(std::string_view one, std::string_view other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                      [](char a, char b) { return lower(a) == lower(b); });
}

std::string_view trimmed(std::string_view text) {
    const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

// The whole text, and digits only: from_chars alone would take what is before something else.
std::optional<std::uint64_t> number_of(std::string_view text, int base) {
    std::uint64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number, base);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

}  // namespace

HttpResponse::Progress HttpResponse::take(std::string_view bytes) {
    while (!bytes.empty() && progress() == Progress::more) {
        const bool is_in_body = place_ == Place::body || place_ == Place::chunk;
        bytes = is_in_body ? take_part_of_body(bytes) : take_part_of_line(bytes);
    }
    return progress();
}

// Without a length the end of the connection is that of the body.
HttpResponse::Progress HttpResponse::end() {
    if (place_ == Place::body && !content_length_) place_ = Place::complete;
    if (progress() == Progress::more) fail("the answer ended before its end");
    return progress();
}

std::string HttpResponse::take_body() { return std::exchange(body_, {}); }

HttpResponse::Progress HttpResponse::progress() const {
    if (place_ == Place::broken) return Progress::broken;
    return place_ == Place::complete ? Progress::complete : Progress::more;
}

void HttpResponse::fail(std::string_view problem) {
    place_ = Place::broken;
    problem_ = problem;
    line_ = {};
    body_ = {};
}

// Lines are the head, what frames the chunks, and the headers behind them, all within one bound.
std::string_view HttpResponse::take_part_of_line(std::string_view bytes) {
    const auto end = bytes.find('\n');
    const auto part = bytes.substr(0, end);
    const bool is_of_head = place_ == Place::status_line || place_ == Place::header || place_ == Place::trailer;
    if (is_of_head) head_bytes_ += part.size() + (end == std::string_view::npos ? 0 : 1);
    if (head_bytes_ > limits_.head_bytes || (!is_of_head && line_.size() + part.size() > kMostChunkLineBytes)) {
        fail("the head of the answer is too long");
        return {};
    }
    line_ += part;
    if (end == std::string_view::npos) return {};
    const auto line = std::exchange(line_, {});
    take_line({line.data(), line.size() - (line.ends_with('\r') ? 1 : 0)});
    return bytes.substr(end + 1);
}

void HttpResponse::take_line(std::string_view line) {
    switch (place_) {
        case Place::status_line: return take_status_line(line);
        case Place::header: return line.empty() ? end_head() : take_header(line);
        case Place::chunk_size: return take_chunk_size(line);
        case Place::chunk_end:
            if (!line.empty()) return fail("a chunk of the answer is longer than it says");
            place_ = Place::chunk_size;
            return;
        case Place::trailer:
            if (line.empty()) place_ = Place::complete;
            return;
        case Place::body:
        case Place::chunk:
        case Place::complete:
        case Place::broken: return;
    }
}

// "HTTP/1.1 200 OK"; the reason may be missing.
void HttpResponse::take_status_line(std::string_view line) {
    constexpr std::string_view kVersion = "HTTP/1.";
    const bool has_version = line.starts_with(kVersion) && line.size() >= 12 && is_digit(line[7]) && line[8] == ' ';
    const bool has_status = has_version && std::all_of(line.begin() + 9, line.begin() + 12, is_digit) &&
                            (line.size() == 12 || line[12] == ' ');
    if (!has_status) return fail("this is no HTTP");
    status_ = static_cast<int>(number_of(line.substr(9, 3), 10).value_or(0));
    // One that only announces the answer proper: nobody asked for that.
    if (status_ < 200) return fail("this is no answer to a request");
    place_ = Place::header;
}

void HttpResponse::take_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return fail("a header has no value");
    const auto name = line.substr(0, colon);
    const auto value = trimmed(line.substr(colon + 1));
    if (equal_but_for_case(name, "Content-Length")) {
        const auto length = number_of(value, 10);
        if (!length || (content_length_ && content_length_ != length)) return fail("its Content-Length is no number");
        content_length_ = length;
    } else if (equal_but_for_case(name, "Transfer-Encoding")) {
        if (!equal_but_for_case(value, "chunked")) return fail("its Transfer-Encoding is not known");
        is_chunked_ = true;
    }
}

// Chunks win over a length that is told besides: RFC 9112, 6.3.
void HttpResponse::end_head() {
    is_head_read_ = true;
    if (is_chunked_) {
        place_ = Place::chunk_size;
        return;
    }
    place_ = Place::body;
    if (!content_length_) return;
    left_ = *content_length_;
    if (left_ > limits_.body_bytes) return fail("the answer is too long");
    if (left_ == 0) place_ = Place::complete;
}

void HttpResponse::take_chunk_size(std::string_view line) {
    const auto size = number_of(trimmed(line.substr(0, line.find(';'))), 16);
    if (!size) return fail("a chunk of the answer has no size");
    left_ = *size;
    place_ = left_ == 0 ? Place::trailer : Place::chunk;
}

std::string_view HttpResponse::take_part_of_body(std::string_view bytes) {
    const bool is_bounded = place_ == Place::chunk || content_length_.has_value();
    const auto part = is_bounded ? bytes.substr(0, std::min<std::uint64_t>(left_, bytes.size())) : bytes;
    if (part.size() > limits_.body_bytes - body_bytes_) {
        fail("the answer is too long");
        return {};
    }
    body_ += part;
    // Of an endless one nothing has to be counted.
    if (limits_.body_bytes != kEndless) body_bytes_ += part.size();
    if (is_bounded) left_ -= part.size();
    if (is_bounded && left_ == 0) place_ = place_ == Place::chunk ? Place::chunk_end : Place::complete;
    return bytes.substr(part.size());
}

}  // namespace exectap
