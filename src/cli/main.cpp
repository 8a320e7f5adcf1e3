// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <span>
#include <string>
#include <vector>

#include "cli/doctor.h"
#include "cli/help.h"
#include "cli/options.h"
#include "cli/run.h"
#include "cli/words.h"
#include "log/log.h"

namespace {

using exectap::Error;
using exectap::ErrorKind;
namespace cli = exectap::cli;

// As env(1) and timeout(1) have them.
int status_of(const Error& error, bool has_command) {
    switch (error.kind) {
        case ErrorKind::usage: return 2;
        case ErrorKind::command_not_executable: return 126;
        case ErrorKind::command_not_found: return 127;
        case ErrorKind::failure:
        case ErrorKind::machine:
        case ErrorKind::rights: break;
    }
    return has_command ? 125 : 1;
}

int report(const Error& error, std::span<const char* const> arguments, bool has_command) {
    auto text = error.message;
    // Before what may be pasted into a shell.
    if (error.kind == ErrorKind::rights || error.kind == ErrorKind::machine) text += "; exectap doctor says more";
    if (error.kind == ErrorKind::rights) {
        const std::vector<std::string> words(arguments.begin(), arguments.end());
        text += fmt::format("; run: sudo {}", cli::shell_line(words));
    }
    fmt::print(stderr, "exectap: {}\n", text);
    return status_of(error, has_command);
}

// A closed standard descriptor would be given to the next file that is opened, and that then be written to.
void fill_standard_descriptors() {
    for (int fd = 0; fd <= STDERR_FILENO; fd++) {
        if (::fcntl(fd, F_GETFD) < 0) [[maybe_unused]]
            const int opened = ::open("/dev/null", O_RDONLY);
    }
}

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

int run(std::span<const char* const> arguments) {
    fill_standard_descriptors();
    if (arguments.size() < 2) {
        fmt::print(stderr, "{}", cli::short_help());
        return 2;
    }
    if (cli::is_doctor(arguments)) {
        const auto status = cli::run_doctor(arguments, environment("EXECTAP_LOG"));
        return status ? *status : report(status.error(), arguments, false);
    }
    const auto parsed = cli::parse_options(arguments, environment("EXECTAP_FORMAT"));
    if (!parsed) return report(parsed.error(), arguments, false);
    if (const auto* information = std::get_if<cli::Information>(&*parsed)) {
        fmt::print("{}", information->text);
        return std::fflush(stdout) == 0 ? 0 : 1;
    }
    const auto& options = std::get<cli::Options>(*parsed);
    const auto logging = exectap::log::configure(options.verbosity, environment("EXECTAP_LOG"));
    if (!logging) return report(logging.error(), arguments, false);
    const auto status = cli::run(options);
    return status ? *status : report(status.error(), arguments, !options.command.empty());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
    } catch (const std::exception& error) {
        fmt::print(stderr, "exectap: {}\n", error.what());
        return 1;
    }
}
