// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/notices.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/size.h"

namespace exectap::cli {

void say(std::string_view text) {
    const auto line = fmt::format("exectap: {}\n", text);
    std::fwrite(line.data(), 1, line.size(), stderr);
}

void notify(const Options& options, const SessionConfig& config, const Session& session) {
    const char* sudo_user = std::getenv("SUDO_USER");
    const char* sudo_uid = std::getenv("SUDO_UID");
    const bool is_sudo = sudo_user != nullptr && sudo_uid != nullptr && std::string_view(sudo_uid) != "0";
    if (!options.command.empty() && !options.user && ::geteuid() == 0 && is_sudo) {
        const std::string_view name = options.command.front();
        say(fmt::format("running {0} as root; --user {1} runs it as {1}", name, sudo_user));
    }
    if (session.attempt_mechanism() == AttemptMechanism::tracepoint)
        say("failed execs are watched by a tracepoint that slows every system call of this machine; --no-failed avoids "
            "it");
    if (options.events.attempts && session.attempt_mechanism() == AttemptMechanism::off)
        say("failed execs can't be watched on this machine; -v says why");
    if (config.ring_bytes != options.ring_bytes)
        say(fmt::format("the ring has {}: it takes a power of two, and room for the longest record",
                        size_text(config.ring_bytes)));
}

}  // namespace exectap::cli
