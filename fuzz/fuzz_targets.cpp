// SPDX-License-Identifier: MIT OR Apache-2.0
// Words of the command line, /proc/PID/stat and the names in cgroup paths: each parser says what its text says.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/size.h"
#include "cli/words.h"
#include "exectap/target.h"
#include "exectap/unique_fd.h"
#include "process/cgroup_names.h"
#include "sink/fields.h"
#include "target.h"
#include "target/cgroup_words.h"
#include "target/proc_stat.h"
#include "text.h"

namespace exectap::fuzz {
namespace {

__extension__ using Wide = unsigned __int128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_graphic(char c) { return c > ' ' && c < 0x7F; }

// Of decimal digits; what is too large for 64 bits is merely large. Nothing: they are not only digits.
std::optional<Wide> number_of(std::string_view digits) {
    if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return std::nullopt;
    constexpr auto kEnough = Wide{1} << 90;
    Wide number = 0;
    for (const char digit : digits) number = std::min(number * 10 + static_cast<unsigned>(digit - '0'), kEnough);
    return number;
}

void check_error(const Error& error) {
    check(error.kind == ErrorKind::usage, "a word that can't be read is a mistake of usage", error.message);
    check(!error.message.empty() && is_safe(error.message), "a message is one line, safe to print", error.message);
}

void check_pid(std::string_view text) {
    constexpr unsigned kPidMax = 1U << 22;  // PID_MAX_LIMIT
    const auto number = number_of(text);
    const auto pid = parse_pid(text);
    check(pid.has_value() == (number && *number >= 1 && *number <= kPidMax), "pids go from 1 to 2^22", text);
    if (!pid) return check_error(pid.error());
    check(Wide{static_cast<unsigned>(*pid)} == *number, "a pid is what was written", text);
}

void check_terminal(std::string_view text) {
    const auto path = terminal_path(text);
    const bool is_devices_own = text.starts_with('/') && path == text;
    check(is_devices_own || path.starts_with("/dev/"), "terminals lie in /dev, or where their device is", path);
    check(path.ends_with(text.substr(text.find_last_not_of("0123456789") + 1)), "a terminal keeps its number", path);
    if (text.find("//") == std::string_view::npos) check(terminal_path(path) == path, "a path stands for itself", path);
}

// Nothing: it is none.
std::optional<unsigned> shift_of(std::string_view unit) {
    if (unit.empty()) return 0;
    if (unit == "k" || unit == "K" || unit == "KiB") return 10;
    if (unit == "m" || unit == "M" || unit == "MiB") return 20;
    if (unit == "g" || unit == "G" || unit == "GiB") return 30;
    return std::nullopt;
}

void check_size(std::string_view text) {
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    const auto shift = shift_of(text.substr(digits.size()));
    const auto number = number_of(digits);
    const auto size = cli::parse_size(text);
    check(size.has_value() == (number && shift), "a size is a number and perhaps a unit", text);
    if (!size) return;
    constexpr Wide kLargest = std::numeric_limits<std::uint64_t>::max();
    check(Wide{*size} == std::min(*number << *shift, kLargest), "a size is what was written", text);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    for (std::size_t end = 0; (end = text.find(separator)) != std::string_view::npos; text.remove_prefix(end + 1))
        parts.push_back(text.substr(0, end));
    parts.push_back(text);
    return parts;
}

void check_fields(std::string_view text) {
    const auto fields = parse_fields(text);
    if (!fields) return check_error(fields.error());
    std::vector<std::string_view> names;
    for (const auto name : split(text, ','))
        if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    const auto is_named = [](const Field* field, std::string_view name) { return field->name == name; };
    check(std::equal(fields->begin(), fields->end(), names.begin(), names.end(), is_named),
          "fields are those that were named, each once", text);
    for (const auto* field : *fields) check(field->shown_in != ShownIn::json, "a line can show them", field->name);
}

void check_cgroup_name(std::optional<std::string_view> name, std::string_view path) {
    if (!name) return;
    check(!name->empty() && name->data() >= path.data() && name->data() + name->size() <= path.data() + path.size(),
          "a name is part of the path", path);
    const auto is_allowed = [](char c) { return is_graphic(c) && c != '/' && c != '"' && c != '\''; };
    check(std::all_of(name->begin(), name->end(), is_allowed), "a name is one that systemd or an engine gives", *name);
}

void check_cgroup(std::string_view path) {
    const auto unit = unit_of(path);
    const auto container = container_id_of(path);
    check_cgroup_name(unit, path);
    check_cgroup_name(container, path);
    const auto same_with_slash = std::string(path) + '/';
    check(unit_of(same_with_slash) == unit, "a slash at the end says nothing of the unit", path);
    check(container_id_of(same_with_slash) == container, "a slash at the end says nothing of the container", path);
}

void check_unit(std::string_view text) {
    const auto unit = parse_unit(text);
    if (!unit) return check_error(unit.error());
    check(std::all_of(unit->begin(), unit->end(), [](char c) { return is_graphic(c) && c != '/'; }),
          "a unit's name is one of a file, and safe to print", *unit);
    check(*unit == text || *unit == std::string(text) + ".service", "a unit has the name that was written", *unit);
    check(unit->size() <= 255, "a unit's name is no longer than systemd's may be", *unit);
    const auto again = parse_unit(*unit);
    check(again && *again == *unit, "a unit's name stands for itself", *unit);
    const auto names = cgroup_names_of_unit(*unit);
    check(!names.empty(), "a unit has a cgroup", *unit);
    // Slices have no instances.
    const bool is_read = !unit->ends_with(".slice") || unit->find('@') == std::string::npos;
    for (const auto& name : names) {
        check(name == *unit || name == '_' + *unit, "a unit's cgroup has its name", name);
        check(!is_read || unit_of('/' + name) == *unit, "a unit's cgroup is read as that unit's", name);
    }
}

// What systemd's \xNN stand for.
std::string unescaped(std::string_view text) {
    std::string plain;
    for (; !text.empty(); text.remove_prefix(1)) {
        if (!text.starts_with("\\x")) {
            plain += text[0];
            continue;
        }
        check(text.size() >= 4, "an escape is whole", text);
        plain += static_cast<char>(std::strtol(std::string(text.substr(2, 2)).c_str(), nullptr, 16));
        text.remove_prefix(3);
    }
    return plain;
}

void check_container(std::string_view text) {
    const auto name = parse_container(text);
    if (!name) return check_error(name.error());
    check(*name == text || '/' + *name == text, "a container has the name that was written", *name);
    check(!name->empty() && name->size() <= 255 && name->find('/') == std::string::npos, "a name is one", *name);
    const auto again = parse_container(*name);
    check(again && *again == *name, "a container's name stands for itself", *name);
    check(container_id_of("/lxc.payload." + *name) == *name, "a container is found by its name", *name);
    const bool is_hex = name->find_first_not_of("0123456789abcdef") == std::string::npos;
    check(is_id_prefix(*name) == (is_hex && name->size() >= 4 && name->size() <= 64), "ids are of digits", *name);
    const auto escaped = escaped_for_unit(*name);
    check(unescaped(escaped) == *name, "a name can be had back", escaped);
    const auto scope = "/machine.slice/machine-" + escaped + ".scope";
    check(escaped.starts_with(R"(qemu\x2d)") || container_id_of(scope) == escaped, "a machine is found by its name",
          escaped);
}

void check_cgroup_path(std::string_view text) {
    static const CgroupHierarchy hierarchy("/sys/fs/cgroup");
    const auto path = parse_cgroup(text, hierarchy);
    if (!path) return check_error(path.error());
    check(path->starts_with('/') && path->size() <= 512, "a cgroup's path begins at the top", *path);
    check(path->find('\n') == std::string::npos && path->find('\0') == std::string::npos,
          "a cgroup's path has only what names may have", *path);
    const auto names = split(std::string_view(*path).substr(1), '/');
    for (const auto name : names) {
        check(name != "." && name != "..", "a cgroup's path goes down", *path);
        check(!name.empty() || *path == "/", "a cgroup's path has no empty names", *path);
    }
    const auto again = parse_cgroup(hierarchy.mount_point() + *path, hierarchy);
    check(again && *again == *path, "a cgroup's path is found where it is mounted", *path);
}

// As sh reads it. Nothing: it would do more than pass words on.
std::optional<std::vector<std::string>> words_of(std::string_view line) {
    constexpr std::string_view kSpecial = "|&;<>()$`\\\"' \t\n*?[#~={}!^";
    std::vector<std::string> words;
    if (line.empty()) return words;
    words.emplace_back();
    for (bool is_quoted = false; !line.empty(); line.remove_prefix(1)) {
        const char c = line[0];
        if (c == '\'') {
            is_quoted = !is_quoted;
        } else if (is_quoted) {
            words.back() += c;
        } else if (line.starts_with("\\'")) {
            words.back() += '\'';
            line.remove_prefix(1);
        } else if (c == ' ') {
            words.emplace_back();
        } else if (c != '=' && kSpecial.find(c) != std::string_view::npos) {
            return std::nullopt;
        } else {
            words.back() += c;
        }
    }
    return words;
}

void check_shell_line(std::string_view text) {
    const auto parts = split(text, '\0');
    const std::vector<std::string> words(parts.begin(), parts.end());
    const auto line = cli::shell_line(words);
    const auto is_plain = [](char c) { return c == '\0' || (c >= ' ' && c <= '~'); };
    if (std::all_of(text.begin(), text.end(), is_plain))
        check(words_of(line) == words, "a shell reads the words that were written", line);
    check(is_safe(line), "a line of words is safe to print", line);
}

// A directory with one file, "stat", that is in memory; it goes with the program.
class ProcDirectory {
public:
    ProcDirectory() : memory_(::memfd_create("stat", MFD_CLOEXEC)) {
        auto name = (std::filesystem::temp_directory_path() / "exectap_fuzz_XXXXXX").string();
        check(memory_ && ::mkdtemp(name.data()) != nullptr, "a temporary directory can be made", name);
        path_ = name;
        std::filesystem::create_symlink("/proc/self/fd/" + std::to_string(memory_.get()), path_ / "stat");
    }
    ~ProcDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ProcDirectory(const ProcDirectory&) = delete;
    ProcDirectory& operator=(const ProcDirectory&) = delete;

    const std::filesystem::path& holding(std::string_view stat) const {
        const auto written = ::pwrite(memory_.get(), stat.data(), stat.size(), 0);
        check(written == static_cast<ssize_t>(stat.size()), "memory can be written");
        check(::ftruncate(memory_.get(), written) == 0, "memory can be cut");
        return path_;
    }

private:
    UniqueFd memory_;
    std::filesystem::path path_;
};

void check_stat(std::string_view text) {
    static const ProcDirectory process;
    // Of a process that has this text as its name, which ends at a NUL.
    text = text.substr(0, text.find('\0'));
    const auto& named = process.holding("12 (" + std::string(text) + ") S 1 12 12 34817 12 4194560 7 0");
    check(stat_field(named, StatField::tty_nr) == 34817U, "no name moves the terminal", text);
    check(stat_field(named, StatField::flags) == 4194560U, "no name moves the flags", text);

    // The whole line. The state, field 3, is the first one after the name.
    const auto parts = split(text.substr(std::min(text.rfind(')'), text.size())), ' ');
    const bool is_there = parts.size() > 7 && !parts[7].empty() && is_digit(parts[7][0]);
    check(is_there || !stat_field(process.holding(text), StatField::flags), "what is not there has no value", text);
}

// The first character of an input, from '0' on, tells which one gets the rest.
constexpr std::array kParsers = {check_pid,        check_terminal, check_size, check_fields,    check_cgroup,
                                 check_shell_line, check_stat,     check_unit, check_container, check_cgroup_path};

}  // namespace

void run(std::string_view input) {
    if (input.empty()) return;
    const auto parser = static_cast<std::uint8_t>(input[0] - '0');
    kParsers[parser % kParsers.size()](input.substr(1));
}

}  // namespace exectap::fuzz
