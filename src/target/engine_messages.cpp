// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/engine_messages.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace exectap {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMostNameBytes = 255;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string get(std::string_view target) {
    return fmt::format("GET {} HTTP/1.0\r\nHost: localhost\r\nConnection: close\r\n\r\n", target);
}

// Discarded: it is no JSON.
Json parsed(std::string_view object) { return Json::parse(object, nullptr, false); }

// Null: there is none, or it is no string.
const std::string* string_in(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto at = object.find(key);
    return at == object.end() ? nullptr : at->get_ptr<const std::string*>();
}

// Null: there is none.
const Json* member_of(const Json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto at = object.find(key);
    return at == object.end() ? nullptr : &*at;
}

// Docker writes "/web". One with a second slash, "/other/db", is what another container calls it: a legacy link.
std::optional<std::string> own_name(const Json& names) {
    if (!names.is_array()) return std::nullopt;
    for (const auto& each : names) {
        const auto* name = each.get_ptr<const std::string*>();
        if (name == nullptr) continue;
        std::string_view own = *name;
        if (own.starts_with('/')) own.remove_prefix(1);
        if (is_container_name(own)) return std::string{own};
    }
    return std::nullopt;
}

// Before API 1.22 (Docker 1.10) events had "status" and "id" only; both are still written besides.
const std::string* action_of(const Json& event) {
    const auto* action = string_in(event, "Action");
    return action != nullptr ? action : string_in(event, "status");
}

const std::string* id_of(const Json& event) {
    const auto* actor = member_of(event, "Actor");
    const auto* id = actor == nullptr ? nullptr : string_in(*actor, "ID");
    return id != nullptr ? id : string_in(event, "id");
}

const std::string* name_of(const Json& event) {
    const auto* actor = member_of(event, "Actor");
    const auto* attributes = actor == nullptr ? nullptr : member_of(*actor, "Attributes");
    return attributes == nullptr ? nullptr : string_in(*attributes, "name");
}

}  // namespace

bool is_container_id(std::string_view text) {
    return text.size() == kContainerIdSize &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_container_name(std::string_view text) {
    const auto may_follow = [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; };
    return !text.empty() && text.size() <= kMostNameBytes && is_alphanumeric(text.front()) &&
           std::all_of(text.begin(), text.end(), may_follow);
}

// The filters are {"type":["container"]} and {"id":["..."]}, escaped as a URL wants it.
std::string events_request() { return get("/events?filters=%7B%22type%22%3A%5B%22container%22%5D%7D"); }
std::string list_request() { return get("/containers/json?all=true"); }
std::string ask_request(std::string_view id) {
    return get(fmt::format("/containers/json?all=true&filters=%7B%22id%22%3A%5B%22{}%22%5D%7D", id));
}

std::optional<NamedContainer> read_listed_container(std::string_view object) {
    const auto json = parsed(object);
    const auto* id = string_in(json, "Id");
    const auto* names = member_of(json, "Names");
    if (id == nullptr || names == nullptr || !is_container_id(*id)) return std::nullopt;
    auto name = own_name(*names);
    if (!name) return std::nullopt;
    return NamedContainer{*id, std::move(*name)};
}

std::optional<ContainerChange> read_container_event(std::string_view object) {
    // Others have the name too, but Podman tells some of them ("cleanup") after a container was removed.
    constexpr std::array<std::string_view, 5> kNaming = {"create", "init", "start", "restart", "rename"};
    constexpr std::array<std::string_view, 2> kRemoving = {"destroy", "remove"};  // Docker's word and Podman's
    const auto json = parsed(object);
    const auto* type = string_in(json, "Type");
    const auto* action = action_of(json);
    const auto* id = id_of(json);
    if (action == nullptr || id == nullptr || !is_container_id(*id)) return std::nullopt;
    if (type != nullptr && *type != "container") return std::nullopt;
    const auto is_among = [&](const auto& words) {
        return std::find(words.begin(), words.end(), *action) != words.end();
    };
    if (is_among(kRemoving)) return ContainerChange{ContainerChange::Kind::removed, {*id, {}}};
    const auto* name = name_of(json);
    if (!is_among(kNaming) || name == nullptr || !is_container_name(*name)) return std::nullopt;
    return ContainerChange{ContainerChange::Kind::named, {*id, *name}};
}

}  // namespace exectap
