// SPDX-License-Identifier: MIT OR Apache-2.0
// Process 1 of a machine that has two files, this one and exectap: traces `exectap --version` by exectap, and prints
// the events on the console. tests/vm/check-dist compares them with those of the host.
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

namespace {

constexpr const char* kEvents = "/events";

void mount_on(const char* folder, const char* type) {
    ::mkdir(folder, 0755);
    if (::mount(type, folder, type, 0, nullptr) != 0) std::perror(folder);
}

int trace() {
    const auto pid = ::fork();
    if (pid == 0) {
        ::execl("/exectap", "exectap", "--json", "--quiet", "-o", kEvents, "--", "/exectap", "--version", nullptr);
        std::perror("/exectap");
        ::_exit(127);
    }
    int status = -1;
    ::waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

int main() {
    mount_on("/proc", "proc");
    mount_on("/sys", "sysfs");
    const int status = trace();
    if (std::FILE* events = std::fopen(kEvents, "r"); events != nullptr) {
        static char line[1 << 16];
        while (std::fgets(line, sizeof line, events) != nullptr) std::printf("event: %s", line);
    }
    std::printf("vm: status %d\n", status);
    std::fflush(stdout);
    ::sync();
    ::reboot(RB_POWER_OFF);
}
