// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/user_entries.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace exectap::cli {
namespace {

constexpr std::size_t kLongestName = 256;

// The first fields of a line; none when it has fewer.
template <std::size_t count>
std::optional<std::array<std::string_view, count>> fields_of(std::string_view line) {
    std::array<std::string_view, count> fields;
    for (std::size_t i = 0; i < count; i++) {
        const auto end = line.find(':');
        fields[i] = line.substr(0, end);
        if (end == std::string_view::npos) return i + 1 == count ? std::optional(fields) : std::nullopt;
        line.remove_prefix(end + 1);
    }
    return fields;
}

std::optional<std::uint32_t> number_in(std::string_view text) {
    std::uint32_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc() || parsed.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

bool is_digit(char byte) { return byte >= '0' && byte <= '9'; }

}  // namespace

std::optional<User> parse_user(std::string_view line, std::string_view name) {
    const auto fields = fields_of<6>(line);
    if (!fields || (*fields)[0] != name) return std::nullopt;
    const auto uid = number_in((*fields)[2]);
    const auto gid = number_in((*fields)[3]);
    if (!uid || !gid) return std::nullopt;
    return User{std::string(name), std::string((*fields)[5]), *uid, *gid};
}

std::optional<gid_t> parse_membership(std::string_view line, std::string_view name) {
    const auto fields = fields_of<4>(line);
    if (!fields) return std::nullopt;
    auto members = (*fields)[3];
    for (;;) {
        const auto end = members.find(',');
        if (members.substr(0, end) == name) return number_in((*fields)[2]);
        if (end == std::string_view::npos) return std::nullopt;
        members.remove_prefix(end + 1);
    }
}

std::optional<std::vector<gid_t>> parse_groups(std::string_view line, std::string_view name) {
    if (line.substr(0, line.find(' ')) != name) return std::nullopt;
    auto rest = line.substr(name.size());
    std::vector<gid_t> groups;
    for (;;) {
        rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
        if (rest.empty()) return groups;
        const auto word = rest.substr(0, rest.find(' '));
        const auto group = number_in(word);
        if (!group) return std::nullopt;
        groups.push_back(*group);
        rest.remove_prefix(word.size());
    }
}

bool can_be_user_name(std::string_view name) {
    const auto cannot_stand_in_one = [](char byte) { return byte == ':' || static_cast<unsigned char>(byte) <= ' '; };
    return !name.empty() && name.size() <= kLongestName && name.front() != '-' && name.front() != '+' &&
           std::none_of(name.begin(), name.end(), cannot_stand_in_one) &&
           !std::all_of(name.begin(), name.end(), is_digit);
}

}  // namespace exectap::cli
