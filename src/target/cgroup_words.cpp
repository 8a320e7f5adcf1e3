// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/cgroup_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "exectap/session.h"
#include "sink/escape.h"

namespace exectap {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string shown(std::string_view text) {
    std::string out;
    append_escaped(out, text);
    return out;
}

// unit_name_is_valid() of systemd.
bool is_unit_character(char c) {
    return is_digit(c) || is_letter(c) || std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

bool is_container_character(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_' || c == '.'; }

bool ends_with_any(std::string_view text, std::span<const std::string_view> suffixes) {
    return std::any_of(suffixes.begin(), suffixes.end(), [&](auto suffix) { return text.ends_with(suffix); });
}

constexpr std::array<std::string_view, 6> kWithProcesses{".service", ".scope", ".slice", ".socket", ".mount", ".swap"};
constexpr std::array<std::string_view, 5> kWithout{".timer", ".target", ".path", ".device", ".automount"};

}  // namespace

Result<std::string> parse_cgroup(std::string_view text, const CgroupHierarchy& hierarchy) {
    const auto whole = text;
    const auto& mount_point = hierarchy.mount_point();
    if (text.starts_with(mount_point) && (text.size() == mount_point.size() || text[mount_point.size()] == '/'))
        text.remove_prefix(mount_point.size());
    std::string path;
    while (!text.empty()) {
        const auto name = text.substr(0, text.find('/'));
        text.remove_prefix(std::min(text.size(), name.size() + 1));
        if (name == "." || name == ".." || name.find('\0') != std::string_view::npos ||
            name.find('\n') != std::string_view::npos)
            return usage_error(
                fmt::format("'{}' is no path of a cgroup: it has the component '{}'", shown(whole), shown(name)));
        if (!name.empty()) path += fmt::format("/{}", name);
    }
    if (whole.empty()) return usage_error("'' is no path of a cgroup; / is the one above all others");
    if (path.size() > kMostRuleBytes)
        return usage_error(
            fmt::format("a cgroup's path of {} bytes; at most {} can be waited for", path.size(), kMostRuleBytes));
    return path.empty() ? "/" : path;
}

Result<std::string> parse_unit(std::string_view text) {
    constexpr std::size_t kLongest = 255;  // UNIT_NAME_MAX of systemd
    std::string unit(text);
    if (ends_with_any(unit, kWithout))
        return usage_error(
            fmt::format("{} runs nothing: services, scopes, slices, sockets, mounts and swaps do", shown(unit)));
    if (!ends_with_any(unit, kWithProcesses)) unit += ".service";
    const bool is_name = !text.empty() && std::all_of(unit.begin(), unit.end(), is_unit_character) &&
                         !unit.starts_with('.') && !unit.starts_with('@') && unit.size() <= kLongest;
    if (!is_name) return usage_error(fmt::format("'{}' is no name of a systemd unit", shown(text)));
    // An instance may itself begin with a dot.
    const auto behind_at = unit.find('@') + 1;
    if (behind_at != 0 && behind_at == unit.rfind('.'))
        return usage_error(fmt::format("{} is a template: name an instance of it, as {}", shown(unit),
                                       std::string(unit).insert(behind_at, "1")));
    return unit;
}

// cg_needs_escape() of systemd. Which controllers that one knows has changed often; and older versions took a name with
// another dot in it for none of theirs.
std::vector<std::string> cgroup_names_of_unit(std::string_view unit) {
    constexpr std::array<std::string_view, 14> kControllers{"cpu",
                                                            "cpuacct",
                                                            "cpuset",
                                                            "io",
                                                            "blkio",
                                                            "memory",
                                                            "devices",
                                                            "pids",
                                                            "bpf-firewall",
                                                            "bpf-devices",
                                                            "bpf-foreign",
                                                            "bpf-socket-bind",
                                                            "bpf-restrict-network-interfaces",
                                                            "bpf-bind-network-interface"};
    auto escaped = fmt::format("_{}", unit);
    if (unit.starts_with('_') || unit.starts_with('.') || unit.starts_with("cgroup.")) return {std::move(escaped)};
    const auto stem = unit.substr(0, unit.find('.'));
    if (std::find(kControllers.begin(), kControllers.end(), stem) == kControllers.end()) return {std::string(unit)};
    return {std::move(escaped), std::string(unit)};
}

Result<std::string> parse_container(std::string_view text) {
    auto name = text;
    if (name.starts_with('/')) name.remove_prefix(1);
    const bool is_name = !name.empty() && name.size() <= 255 &&
                         std::all_of(name.begin(), name.end(), is_container_character) && !name.starts_with('-') &&
                         !name.starts_with('.');
    if (!is_name) return usage_error(fmt::format("'{}' is no name or id of a container", shown(text)));
    return std::string(name);
}

bool is_id_prefix(std::string_view text) {
    constexpr std::size_t kLeast = 4;  // shorter words are names: "db"
    constexpr std::size_t kContainerIdDigits = 64;
    return text.size() >= kLeast && text.size() <= kContainerIdDigits &&
           std::all_of(text.begin(), text.end(), [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); });
}

bool is_long_id_prefix(std::string_view text) {
    constexpr std::size_t kShortId = 12;  // as engines show it
    return text.size() >= kShortId && is_id_prefix(text);
}

// unit_name_escape() of systemd.
std::string escaped_for_unit(std::string_view name) {
    std::string escaped;
    for (const char c : name) {
        const bool is_plain = is_digit(c) || is_letter(c) || c == '_' || c == ':' || (c == '.' && !escaped.empty());
        if (is_plain) {
            escaped += c;
        } else {
            escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return escaped;
}

}  // namespace exectap
