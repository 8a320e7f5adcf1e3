// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/notices.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "cli/size.h"
#include "target/namespaces.h"

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
    if (is_in_first_pid_namespace() == false && (!options.pids.empty() || !options.command.empty()))
        say("this is a pid namespace of its own, as in a container: only its processes can be named by a pid, and "
            "events tell pids as the machine numbers them");
    if (session.attempt_mechanism() == AttemptMechanism::tracepoint)
        say("failed execs are watched by a tracepoint that slows every system call of this machine; --no-failed avoids "
            "it");
    if (session.attempt_mechanism() == AttemptMechanism::kretprobe)
        say("failed execs are watched by a kretprobe, which misses some when many run at once: attempts are not exact");
    if (options.events.attempts && session.attempt_mechanism() == AttemptMechanism::off)
        say(fmt::format("failed execs can't be watched here: {}; exectap doctor says more",
                        session.refused_mechanisms().empty() ? "there is no way to see them"
                                                             : session.refused_mechanisms().back().reason));
    if (config.ring_bytes != options.ring_bytes)
        say(fmt::format("the ring has {}: it takes a power of two, and room for the longest record",
                        size_text(config.ring_bytes)));
}

}  // namespace exectap::cli
