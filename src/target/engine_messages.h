// SPDX-License-Identifier: MIT OR Apache-2.0
// What Docker's API, which Podman speaks too, is asked, and what it says of containers' names. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace exectap {

inline constexpr std::size_t kContainerIdSize = 64;

// 64 lower-case hexadecimal digits. What LXC and machined call an id is none.
bool is_container_id(std::string_view text);

// As engines check it, and no longer than a file's name: [a-zA-Z0-9][a-zA-Z0-9_.-]*.
bool is_container_name(std::string_view text);

// The requests, whole. HTTP/1.0: no chunks, and the connection ends with the answer.
std::string events_request();
std::string list_request();
// The list and not the container itself: Docker locks one while it starts it.
std::string ask_request(std::string_view id);

struct NamedContainer {
    std::string id;
    std::string name;
};

struct ContainerChange {
    enum class Kind { named, removed };

    Kind kind = Kind::named;
    NamedContainer container;  // one that was removed has no name
};

// Absent: it is no JSON, or not what it should be. Nothing follows from that: one such object is left out.
std::optional<NamedContainer> read_listed_container(std::string_view object);

// Absent also where it tells of something else.
std::optional<ContainerChange> read_container_event(std::string_view object);

}  // namespace exectap
