// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/left_out.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "cli/notices.h"
#include "sink/escape.h"
#include "target/readers.h"

namespace exectap::cli {
namespace {

bool may_be_in_scope(const Options& options, pid_t pid) {
    if (options.all || has_live_targets(options)) return true;
    const auto line = line_of_ancestors(pid);
    return std::any_of(line.begin(), line.end(), [&](pid_t ancestor) {
        return std::find(options.pids.begin(), options.pids.end(), ancestor) != options.pids.end();
    });
}

std::string shown(const Reader& reader) {
    std::string text;
    append_escaped(text, reader.name);
    return fmt::format("{} ({})", text, reader.process.pid);
}

}  // namespace

bool is_pipe(int fd) {
    struct stat file {};
    return ::fstat(fd, &file) == 0 && (S_ISFIFO(file.st_mode) || S_ISSOCK(file.st_mode));
}

std::vector<ProcessTarget> LeftOut::find(std::span<const ProcessTarget> targets) {
    std::vector<pid_t> pids;
    for (const auto& target : targets) pids.push_back(target.pid);
    std::vector<ProcessTarget> processes;
    auto readers = readers_of(fd_, pids);
    are_hidden_ = readers.are_hidden;
    for (auto& reader : readers.found) {
        if (may_be_in_scope(options_, reader.process.pid)) names_.push_back(shown(reader));
        processes.push_back(std::move(reader.process));
    }
    return processes;
}

void LeftOut::tell() const {
    const bool is_command_alone = options_.pids.empty() && !options_.all && !has_live_targets(options_);
    if (are_hidden_ && !is_command_alone)
        say("who reads these events is another user's process: what it runs is not left out; finding it takes "
            "CAP_SYS_PTRACE and CAP_DAC_READ_SEARCH");
    if (names_.empty()) return;
    say(fmt::format("left out, with all that it runs, because it reads these events: {}", fmt::join(names_, ", ")));
}

}  // namespace exectap::cli
