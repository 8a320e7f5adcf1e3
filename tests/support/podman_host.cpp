// SPDX-License-Identifier: MIT OR Apache-2.0
// A podman apart from all others.
#include "support/podman_host.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>

namespace exectap::test {
namespace {

// podman asks the file system at /sys/fs/cgroup which version there is: on a hybrid system that is not the second.
// Its lock lies in /dev/shm, under one name for all.
constexpr const char* kMounts = R"(
set -e
mount --make-rprivate /
umount --recursive /sys/fs/cgroup
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount -t tmpfs tmpfs /run
mount -t tmpfs tmpfs /dev/shm
mkdir "$0" /run/podman
mount --bind "$0" /run/podman
echo ready
exec cat
)";

bool accepts(const std::string& path) {
    const UniqueFd client(checked(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), "socket"));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(static_cast<char*>(address.sun_path), sizeof(address.sun_path) - 1);
    return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
}

}  // namespace

std::string PodmanHost::why_not() {
    if (!cgroup_mount()) return "no cgroup v2 hierarchy is mounted";
    for (const auto* program : {"/usr/bin/podman", "/usr/bin/crun"}) {
        if (::access(program, X_OK) != 0) return fmt::format("{} is not installed", program);
    }
    return BusyboxRoot::why_not();
}

PodmanHost::PodmanHost()
    : cgroup_(fmt::format("/exectap-test-{}-podman", ::getpid())),
      mounts_({"unshare", "--mount", "/bin/sh", "-c", kMounts, folder_.path("sockets")}) {
    std::filesystem::create_directory(engine_group());
    write_file(folder_.path("storage.conf"),
               fmt::format("[storage]\ndriver = \"vfs\"\ngraphroot = \"{0}/storage\"\nrunroot = \"{0}/run\"\n",
                           folder_.path()));
    if (mounts_.out().next_line() != "ready") throw std::runtime_error("no mounts for podman");
}

// A podman that serves in the root cgroup moves all processes that are there into another one, whoever's they are. So
// none ever runs there. And none runs where containers are, as the kernel gives controllers only to groups without
// processes.
std::filesystem::path PodmanHost::engine_group() const { return cgroup_.directory() / "engine"; }

PodmanHost::Words PodmanHost::wrapper() const {
    return {"nsenter", fmt::format("--mount=/proc/{}/ns/mnt", mounts_.pid())};
}

std::string PodmanHost::run(std::string_view name, const Words& command) {
    Words arguments{"run", "--detach", fmt::format("--name={}", name)};
    // Neither a network nor limits, which not every machine that tests run on would give.
    arguments.insert(arguments.end(), {"--network=none", "--pids-limit=-1", "--ulimit=nofile=1024:1024"});
    // --privileged, as the program that guards devices needs the right to lock memory.
    arguments.insert(arguments.end(), {"--ulimit=nproc=1024:1024", "--privileged", "--log-driver=none"});
    arguments.push_back(fmt::format("--cgroup-parent={}/containers", cgroup_.path()));
    arguments.insert(arguments.end(), {"--rootfs", root_.path()});
    arguments.insert(arguments.end(), command.begin(), command.end());
    auto id = podman(arguments).at(0);
    wait_for_exec_in(id);
    return id;
}

// podman returns when it has told the container's first process to run its program, which can take a moment.
void PodmanHost::wait_for_exec_in(const std::string& id) const {
    const auto list = cgroup_.directory() / "containers" / ("libpod-" + id) / "cgroup.procs";
    const auto end = std::chrono::steady_clock::now() + kPatience;
    for (const auto pids = lines_of(read_file(list)); !pids.empty(); ::poll(nullptr, 0, 1)) {
        std::error_code ended;
        const auto program = std::filesystem::read_symlink("/proc/" + pids.front() + "/exe", ended);
        if (ended || program.filename() == "busybox") return;
        if (std::chrono::steady_clock::now() > end) throw TimedOut(fmt::format("{} runs {}", id, program.string()));
    }
}

void PodmanHost::exec(std::string_view name, const Words& command) {
    Words arguments{"exec", std::string(name)};
    arguments.insert(arguments.end(), command.begin(), command.end());
    podman(arguments);
}

void PodmanHost::start_service() {
    const auto socket = folder_.path("sockets/podman.sock");
    std::filesystem::remove(socket);
    service_.emplace(command_line({"system", "service", "--time", "0", "unix:///run/podman/podman.sock"}));
    // Nothing tells that a socket listens.
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!accepts(socket)) {
        if (std::chrono::steady_clock::now() > end)
            throw TimedOut(fmt::format("podman does not serve:\n{}", fmt::join(service_->err().so_far(), "\n")));
        ::poll(nullptr, 0, 5);
    }
}

void PodmanHost::kill_service() { service_.reset(); }

PodmanHost::Words PodmanHost::command_line(const Words& arguments) const {
    Words argv{"/bin/sh", "-c", R"(echo 0 >"$0" && exec "$@")", engine_group() / "cgroup.procs"};
    const auto mounts = wrapper();
    argv.insert(argv.end(), mounts.begin(), mounts.end());
    // Nothing of what root has configured on this machine.
    argv.insert(argv.end(), {"env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + folder_.path(),
                             "CONTAINERS_CONF=/dev/null", "CONTAINERS_STORAGE_CONF=" + folder_.path("storage.conf"),
                             "podman", "--tmpdir", folder_.path("tmp"), "--cgroup-manager", "cgroupfs", "--runtime",
                             "crun", "--events-backend", "file"});
    argv.insert(argv.end(), arguments.begin(), arguments.end());
    return argv;
}

std::vector<std::string> PodmanHost::podman(const Words& arguments) const {
    Process process(command_line(arguments));
    if (process.wait() == exited(0)) return process.out().wait_for_end();
    throw std::runtime_error(
        fmt::format("podman {} failed:\n{}", arguments.front(), fmt::join(process.err().wait_for_end(), "\n")));
}

}  // namespace exectap::test
