// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "exectap/target.h"
#include "log/log.h"
#include "sink/escape.h"
#include "target/proc_stat.h"

namespace exectap {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kUnix98SlaveMajor = 136;  // to 143
constexpr unsigned kTtyMajor = 4;
constexpr unsigned kFirstSerialMinor = 64;
constexpr unsigned kAlternateMajor = 5;  // tty, console and ptmx: never themselves a controlling terminal
constexpr unsigned kPtmxMinor = 2;

bool is_number(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// As linux/kdev_t.h has it inside the kernel; stat(2) packs the same two numbers another way.
std::uint64_t kernel_device(dev_t device) { return std::uint64_t{::major(device)} << 20 | ::minor(device); }

std::optional<dev_t> controlling_terminal(const fs::path& process) {
    const auto device = stat_field(process, StatField::tty_nr);
    if (!device || *device == 0) return std::nullopt;
    // new_encode_dev: minor bits 0-7 and 20-31, major bits 8-19.
    return ::makedev((*device >> 8) & 0xFFF, (*device & 0xFF) | ((*device >> 12) & 0xFFF00));
}

std::string name_of(dev_t device) {
    const auto major = ::major(device);
    const auto minor = ::minor(device);
    if (major >= kUnix98SlaveMajor && major < kUnix98SlaveMajor + 8)
        return fmt::format("/dev/pts/{}", (major - kUnix98SlaveMajor) * 256 + minor);
    if (major == kTtyMajor && minor < kFirstSerialMinor) return fmt::format("/dev/tty{}", minor);
    // sysfs knows the names of all the others.
    std::error_code error;
    const auto link = fs::read_symlink(fmt::format("/sys/dev/char/{}:{}", major, minor), error);
    return error ? fmt::format("{}:{}", major, minor) : "/dev/" + link.filename().string();
}

std::string in_use_hint() {
    const auto terminals = terminals_in_use();
    if (terminals.empty()) return "no terminal is in use";
    return fmt::format("in use: {}", fmt::join(terminals, ", "));
}

}  // namespace

std::string terminal_path(std::string_view text) {
    constexpr std::string_view kDev = "/dev/";
    // Of another devpts, or another system's tree.
    struct stat file {};
    std::string path(text);
    if (path.starts_with('/') && ::stat(path.c_str(), &file) == 0 && S_ISCHR(file.st_mode)) return path;
    if (text.substr(0, kDev.size()) == kDev) text.remove_prefix(kDev.size());
    if (!text.empty() && text[0] == '/') text.remove_prefix(1);
    if (text.substr(0, 3) == "pts" && is_number(text.substr(3))) return fmt::format("/dev/pts/{}", text.substr(3));
    return fmt::format("/dev/{}", text);
}

Result<TerminalTarget> resolve_terminal(std::string_view text) {
    const auto path = terminal_path(text);
    std::string shown;
    append_escaped(shown, path);
    struct stat device {};
    const bool is_there = ::stat(path.c_str(), &device) == 0;
    if (!is_there && errno != ENOENT && errno != ENOTDIR)
        return Error{fmt::format("can't look at terminal {}: {}", shown, std::strerror(errno)), ErrorKind::failure,
                     errno};
    // Only terminals have a name in sysfs' class tty, and pts which it does not list.
    const auto major = ::major(device.st_rdev);
    const bool is_pts = major >= kUnix98SlaveMajor && major < kUnix98SlaveMajor + 8;
    const auto sysfs = fmt::format("/sys/dev/char/{}:{}/subsystem", major, ::minor(device.st_rdev));
    std::error_code ignored;
    const bool is_terminal =
        is_there && S_ISCHR(device.st_mode) && (is_pts || fs::read_symlink(sysfs, ignored).filename() == "tty");
    if (!is_terminal) return Error{fmt::format("no terminal {}; {}", shown, in_use_hint())};
    if (major == kAlternateMajor && ::minor(device.st_rdev) <= kPtmxMinor)
        return usage_error(fmt::format("{} stands for another terminal; name that one, as tty(1) prints it", shown));
    log::target().info("terminal {} is device {}:{}", path, major, ::minor(device.st_rdev));
    const auto instance = is_pts ? static_cast<std::uint32_t>(kernel_device(device.st_dev)) : 0;
    return TerminalTarget{path, kernel_device(device.st_rdev), instance};
}

std::vector<std::string> terminals_in_use() {
    std::set<std::string> names;
    std::error_code error;
    for (const auto& entry : fs::directory_iterator("/proc", error)) {
        if (!is_number(entry.path().filename().string())) continue;
        if (const auto device = controlling_terminal(entry.path())) names.insert(name_of(*device));
    }
    return {names.begin(), names.end()};
}

}  // namespace exectap
