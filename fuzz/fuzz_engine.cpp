// SPDX-License-Identifier: MIT OR Apache-2.0
// What a container engine's socket says, which an ordinary user may own: the same however it is cut into pieces, never
// more than the limits, and no name or id but valid ones.
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "target.h"
#include "target/engine_messages.h"
#include "target/http_response.h"
#include "target/json_objects.h"

namespace exectap::fuzz {
namespace {

constexpr HttpResponse::Limits kLimits{.head_bytes = 512, .body_bytes = 1024};
constexpr std::size_t kMostObjectBytes = 256;

struct Answer {
    HttpResponse::Progress progress = HttpResponse::Progress::more;
    int status = 0;
    std::string body;
    std::vector<std::string> objects;
    bool is_complete = false;
    bool has_problem = false;
};

Answer read(std::string_view bytes, std::size_t piece_bytes, JsonObjects::Form form) {
    HttpResponse response(kLimits);
    JsonObjects objects(form, kMostObjectBytes);
    Answer answer;
    while (!bytes.empty()) {
        const auto piece = bytes.substr(0, piece_bytes);
        bytes.remove_prefix(piece.size());
        response.take(piece);
        const auto body = response.take_body();
        for (auto& object : objects.take(body)) answer.objects.push_back(std::move(object));
        answer.body += body;
    }
    answer.progress = response.end();
    answer.status = response.status().value_or(0);
    answer.is_complete = objects.is_complete();
    answer.has_problem = !objects.problem().empty();
    return answer;
}

bool is_name(std::string_view name) {
    bool is_first = true;
    for (const char c : name) {
        const bool is_alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!is_alphanumeric && (is_first || std::string_view("_.-").find(c) == std::string_view::npos)) return false;
        is_first = false;
    }
    return !name.empty() && name.size() <= 255;
}

void check_container(const NamedContainer& container) {
    check(container.id.size() == 64 && container.id.find_first_not_of("0123456789abcdef") == std::string::npos,
          "an id is 64 hexadecimal digits", container.id);
    check(is_name(container.name), "a name is one that engines take", container.name);
}

void check_object(std::string_view object) {
    check(object.starts_with('{') && object.ends_with('}'), "an object is within its braces", object);
    check(object.size() <= kMostObjectBytes, "an object is bounded", object);
    if (const auto container = read_listed_container(object)) check_container(*container);
    const auto change = read_container_event(object);
    if (change && change->kind == ContainerChange::Kind::named) check_container(change->container);
    if (change && change->kind == ContainerChange::Kind::removed)
        check(is_container_id(change->container.id), "an id is 64 hexadecimal digits", change->container.id);
}

}  // namespace

// The first byte says how long the pieces are.
void run(std::string_view input) {
    if (input.empty()) return;
    const auto piece_bytes = std::size_t{static_cast<unsigned char>(input.front())} + 1;
    input.remove_prefix(1);
    for (const auto form : {JsonObjects::Form::array, JsonObjects::Form::stream}) {
        const auto one = read(input, 1, form);
        const auto other = read(input, piece_bytes, form);
        check(one.progress == other.progress && one.status == other.status, "pieces change no answer", input);
        check(one.body.size() <= kLimits.body_bytes, "a body is bounded", one.body);
        check(one.status == 0 || (one.status >= 200 && one.status <= 999), "a status is one of an answer");
        for (const auto& object : one.objects) check_object(object);
        if (one.progress == HttpResponse::Progress::broken) continue;
        check(one.body == other.body && one.objects == other.objects, "pieces change no body", input);
        check(one.is_complete == other.is_complete && one.has_problem == other.has_problem, "nor its end", input);
        std::string together;
        for (const auto& object : one.objects) together += object;
        check(together.size() <= one.body.size(), "objects are of the body", one.body);
    }
    if (input.starts_with('{') && input.ends_with('}') && input.size() <= kMostObjectBytes) check_object(input);
}

}  // namespace exectap::fuzz
