// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/trace_start.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/utsname.h>

#include <array>
#include <cstdint>
#include <fstream>
#include <utility>

namespace exectap::cli {
namespace {

// RFC 9562, version 4.
std::string random_uuid() {
    std::array<std::uint8_t, 16> bytes{};
    // So few bytes come whole, or not at all on a machine that has only just started: then zeros are still a UUID's
    // form.
    [[maybe_unused]] const auto count = ::getrandom(bytes.data(), bytes.size(), 0);
    bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0FU) | 0x40U);
    bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3FU) | 0x80U);
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
        text += fmt::format("{:02x}", bytes.at(i));
    }
    return text;
}

std::string first_line_of(const char* path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
}

std::vector<std::string> names_of_targets(const Options& options, const TargetWatch& targets) {
    std::vector<std::string> names;
    if (options.all) names.emplace_back("all");
    for (const auto pid : options.pids) names.push_back(fmt::format("pid:{}", pid));
    for (auto& name : targets.names()) names.push_back(std::move(name));
    if (!options.command.empty()) names.push_back(fmt::format("command:{}", options.command.front()));
    return names;
}

}  // namespace

TraceStart describe_start(const Options& options, const SessionConfig& config, const TargetWatch& targets,
                          const Session& session, const Clock& clock) {
    utsname machine{};
    ::uname(&machine);
    TraceStart start;
    start.trace_id = random_uuid();
    start.version = EXECTAP_VERSION;
    start.host = machine.nodename;
    start.boot_id = first_line_of("/proc/sys/kernel/random/boot_id");
    start.kernel = machine.release;
    start.arch = machine.machine;
    start.clock = clock;
    start.targets = names_of_targets(options, targets);
    start.command = options.command;
    start.events = options.events;
    start.watch_children = config.watch_children;
    start.filters = options.filters;
    start.ring_bytes = config.ring_bytes;
    start.buffer_bytes = options.buffer_bytes;
    start.max_args_bytes = config.max_args_bytes;
    start.attempts = session.attempt_mechanism();
    return start;
}

}  // namespace exectap::cli
