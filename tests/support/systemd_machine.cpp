// SPDX-License-Identifier: MIT OR Apache-2.0
// A machine whose init is systemd: namespaces, and what a container manager owes to that init.
#include "support/systemd_machine.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace exectap::test {
namespace {

constexpr const char* kSystemd = "/lib/systemd/systemd";

const std::string& made_fifo(const std::string& path) {
    checked(::mkfifo(path.c_str(), 0600), path);
    return path;
}

}  // namespace

std::string SystemdMachine::why_not() {
    if (!cgroup_mount()) return "no cgroup v2 hierarchy is mounted";
    return ::access(kSystemd, X_OK) == 0 ? "" : "systemd is not installed";
}

SystemdMachine::SystemdMachine()
    :  // A slice, as those are in whose services and scopes whatever runs on a machine is looked for.
      cgroup_(fmt::format("/exectap-test-{}.slice", ::getpid())),
      // For both, so that opening it waits for nobody.
      log_for_writing_(open_file(made_fifo(folder_.path("log")), O_RDWR)),
      log_(open_file(folder_.path("log"), O_RDONLY)) {
    std::filesystem::create_directory(folder_.path("units"));
    write_file(folder_.path("units/default.target"), "[Unit]\nDescription=All that boots\n");
    // Services and scopes are ordered after these, and end before that.
    for (const auto* each : {"sysinit", "basic", "shutdown"})
        write_file(folder_.path("units") + fmt::format("/{}.target", each), "[Unit]\n");
    machine_.emplace(std::vector<std::string>{"unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--fork",
                                              "--kill-child", fmt::format("{}/systemd-machine", EXECTAP_TEST_SCRIPTS),
                                              cgroup_.directory() / "cgroup.procs", folder_.path()});
    log_.wait_until(
        [](const auto& lines) {
            return std::any_of(lines.begin(), lines.end(),
                               [](const auto& line) { return line.find("Startup finished") != std::string::npos; });
        },
        "systemd has booted");
}

void SystemdMachine::write_unit(std::string_view name, std::string_view content) {
    write_file(folder_.path("units") + fmt::format("/{}", name), content);
    systemctl({"daemon-reload"});
}

void SystemdMachine::run(const std::vector<std::string>& command) {
    auto argv = wrapper();
    argv.insert(argv.end(), command.begin(), command.end());
    Process process(argv);
    if (process.wait() == exited(0)) return;
    throw std::runtime_error(fmt::format("{} failed:\n{}\nsystemd's log:\n{}", fmt::join(command, " "),
                                         fmt::join(process.err().wait_for_end(), "\n"),
                                         fmt::join(log_.so_far(), "\n")));
}

std::vector<std::string> SystemdMachine::wrapper() const {
    return {"nsenter", "--target", pid_of_init(), "--mount", "--pid", "--net", "--uts", "--ipc"};
}

void SystemdMachine::systemctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"systemctl", "--quiet"});
    run(arguments);
}

std::string SystemdMachine::pid_of_init() const {
    const auto pids = lines_of(read_file(cgroup_.directory() / "init.scope" / "cgroup.procs"));
    if (pids.empty()) throw std::runtime_error("systemd has ended");
    return pids.front();
}

}  // namespace exectap::test
