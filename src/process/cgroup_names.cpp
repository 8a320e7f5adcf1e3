// SPDX-License-Identifier: MIT OR Apache-2.0
#include "process/cgroup_names.h"

#include <algorithm>
#include <array>

namespace exectap {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

bool is_unit_character(char c) {
    return is_digit(c) || is_letter(c) || std::string_view(":-_.\\@").find(c) != std::string_view::npos;
}

bool is_machine_character(char c) {
    return is_digit(c) || is_letter(c) || std::string_view("-_.").find(c) != std::string_view::npos;
}

template <typename Predicate>
bool consists_of(std::string_view text, Predicate predicate) {
    return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

bool remove_prefix(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

bool remove_suffix(std::string_view& text, std::string_view suffix) {
    if (!text.ends_with(suffix)) return false;
    text.remove_suffix(suffix.size());
    return true;
}

// Takes the first component off `path`. Empty: there is none left.
std::string_view take_first(std::string_view& path) {
    while (path.starts_with('/')) path.remove_prefix(1);
    const auto first = path.substr(0, path.find('/'));
    path.remove_prefix(first.size());
    return first;
}

// Takes the last component off `path`. Empty: there is none left.
std::string_view take_last(std::string_view& path) {
    while (path.ends_with('/')) path.remove_suffix(1);
    const auto slash = path.rfind('/');
    const auto last = slash == std::string_view::npos ? path : path.substr(slash + 1);
    path.remove_suffix(last.size());
    return last;
}

std::string_view last_of(std::string_view path) { return take_last(path); }

// Without the "_" that systemd puts before a unit whose cgroup would look like one of the kernel's own files.
std::string_view unescaped(std::string_view component) {
    remove_prefix(component, "_");
    return component;
}

// unit_name_is_valid() of systemd, of a name that has lost its suffix. A template ("getty@") is never a cgroup.
bool is_unit_stem(std::string_view stem) {
    return consists_of(stem, is_unit_character) && !stem.starts_with('@') && stem.find('@') != stem.size() - 1;
}

bool is_unit(std::string_view name, std::string_view suffix) {
    return remove_suffix(name, suffix) && is_unit_stem(name);
}

bool is_service_or_such(std::string_view name) {
    constexpr std::array<std::string_view, 5> kSuffixes{".service", ".scope", ".socket", ".mount", ".swap"};
    return std::any_of(kSuffixes.begin(), kSuffixes.end(), [&](auto suffix) { return is_unit(name, suffix); });
}

// There are no instances of a slice.
bool is_slice(std::string_view name) { return is_unit(name, ".slice") && name.find('@') == std::string_view::npos; }

// The manager of a user's own units, which it puts below itself as the system's manager does below the root.
bool is_user_manager(std::string_view name) {
    return remove_prefix(name, "user@") && remove_suffix(name, ".service") && consists_of(name, is_digit);
}

// What one manager made of a path.
struct Placed {
    std::optional<std::string_view> unit;   // the component behind the slices
    std::optional<std::string_view> slice;  // the innermost of those
    std::string_view below;                 // the unit
};

Placed place_of(std::string_view path) {
    Placed placed;
    while (true) {
        const auto name = unescaped(take_first(path));
        if (is_slice(name)) {
            placed.slice = name;
            continue;
        }
        if (is_service_or_such(name)) placed.unit = name;
        placed.below = path;
        return placed;
    }
}

// What a rule wants around its component.
struct Surroundings {
    std::string_view above;  // the path, with the slash at its end
    std::string_view below;  // the next component, or nothing
};
using Place = bool (*)(Surroundings around);

bool anywhere(Surroundings /*around*/) { return true; }
bool in_docker(Surroundings around) { return last_of(around.above) == "docker"; }
bool in_root_crio(Surroundings around) { return around.above == "/crio/"; }
bool in_root_lxc(Surroundings around) { return around.above == "/lxc/"; }
bool in_root_namespace(Surroundings around) { return around.above == "/default/" || around.above == "/k8s.io/"; }

// Of what is registered with machined, libvirt's qemu driver alone runs virtual machines: "qemu-1-name", escaped.
bool is_virtual_machine(std::string_view machine) { return machine.starts_with(R"(qemu\x2d)"); }

// systemd-nspawn itself sits in "supervisor", beside its container's "payload".
bool in_machine_slice(Surroundings around) {
    return last_of(around.above) == "machine.slice" && around.below != "supervisor";
}

// The kubelet's cgroupfs driver: kubepods[/besteffort|/burstable]/pod<uid>. The uid is a UUID, or 32 digits of a hash.
bool in_pod(Surroundings around) {
    auto above = around.above;
    auto uid = take_last(above);
    if (!remove_prefix(uid, "pod")) return false;
    if ((uid.size() != 32 && uid.size() != 36) || !consists_of(uid, [](char c) { return is_lower_hex(c) || c == '-'; }))
        return false;
    auto owner = take_last(above);
    if (owner == "besteffort" || owner == "burstable") owner = take_last(above);
    return owner == "kubepods";
}

using Id = bool (*)(std::string_view id);

bool is_hex64(std::string_view id) { return id.size() == 64 && consists_of(id, is_lower_hex); }
bool is_name(std::string_view id) { return consists_of(id, is_machine_character); }
bool is_machine(std::string_view id) { return is_unit_stem(id) && !is_virtual_machine(id); }

struct Rule {
    Place place;
    std::string_view prefix;
    Id is_id;
    std::string_view suffix;
    bool has_name = false;  // that an engine can be asked for
};

constexpr std::array kRules{
    Rule{anywhere, "docker-", is_hex64, ".scope", true},                 // Docker
    Rule{in_docker, "", is_hex64, "", true},                             // its cgroupfs driver
    Rule{anywhere, "libpod-", is_hex64, ".scope", true},                 // Podman
    Rule{anywhere, "libpod-", is_hex64, "", true},                       // its cgroupfs driver
    Rule{anywhere, "libpod-payload-", is_hex64, "", true},               // --cgroups=split, as Quadlet has it
    Rule{anywhere, "crio-", is_hex64, ".scope"},                         // CRI-O
    Rule{in_pod, "crio-", is_hex64, ""},                                 // its cgroupfs driver
    Rule{in_root_crio, "crio-", is_hex64, ""},                           // the same, of who is not the kubelet
    Rule{anywhere, "cri-containerd-", is_hex64, ".scope"},               // containerd for the kubelet
    Rule{anywhere, "nerdctl-", is_hex64, ".scope"},                      // containerd for nerdctl
    Rule{in_root_namespace, "", is_hex64, ""},                           // containerd's cgroupfs driver
    Rule{in_pod, "", is_hex64, ""},                                      // the kubelet's cgroupfs driver
    Rule{anywhere, "lxc.payload.", is_name, ""},                         // LXC, LXD, Incus
    Rule{in_root_lxc, "", is_name, ""},                                  // LXC before 4.0, Proxmox
    Rule{in_machine_slice, "machine-", is_machine, ".scope"},            // systemd-nspawn, libvirt's LXC
    Rule{in_machine_slice, "systemd-nspawn@", is_unit_stem, ".service"}  // machinectl start
};

// kubepods-...slice:cri-containerd:<id>: containerd that was not told of the kubelet's systemd driver makes a directory
// of what is meant for systemd.
std::optional<std::string_view> unsplit_id(std::string_view component) {
    constexpr std::string_view kEngine = ":cri-containerd:";
    const auto at = component.find(kEngine);
    if (at == std::string_view::npos) return std::nullopt;
    const auto slice = component.substr(0, at);
    const auto id = component.substr(at + kEngine.size());
    if (slice.find("kubepods") == std::string_view::npos || !is_unit(slice, ".slice") || !is_hex64(id))
        return std::nullopt;
    return id;
}

struct Container {
    std::string_view id;
    bool has_name = false;
};

std::optional<Container> container_of(std::string_view component, Surroundings around) {
    for (const auto& rule : kRules) {
        auto id = component;
        if (remove_prefix(id, rule.prefix) && remove_suffix(id, rule.suffix) && rule.is_id(id) && rule.place(around))
            return Container{id, rule.has_name};
    }
    const auto id = unsplit_id(component);
    if (!id) return std::nullopt;
    return Container{*id};
}

std::optional<Container> innermost_container_of(std::string_view cgroup) {
    std::string_view below;
    while (true) {
        const auto component = take_last(cgroup);
        if (component.empty()) return std::nullopt;
        if (const auto container = container_of(component, {.above = cgroup, .below = below})) return container;
        below = component;
    }
}

}  // namespace

std::optional<std::string_view> unit_of(std::string_view cgroup) {
    const auto of_system = place_of(cgroup);
    if (!of_system.unit) return of_system.slice;
    if (!is_user_manager(*of_system.unit)) return of_system.unit;
    const auto of_user = place_of(of_system.below);
    return of_user.unit ? of_user.unit : of_system.unit;
}

std::optional<std::string_view> container_id_of(std::string_view cgroup) {
    const auto container = innermost_container_of(cgroup);
    if (!container) return std::nullopt;
    return container->id;
}

bool has_name_of_engine(std::string_view cgroup) {
    const auto container = innermost_container_of(cgroup);
    return container && container->has_name;
}

}  // namespace exectap
