// SPDX-License-Identifier: MIT OR Apache-2.0
// Prints each execve of this machine until Ctrl-C.
#include <sys/resource.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>

#include "tracepoint.skel.h"

static volatile std::sig_atomic_t is_interrupted = 0;

static int fail(std::string_view what, std::string_view advice) {
    std::cerr << "tracepoint: " << what << ": " << std::strerror(errno) << " (" << advice << ")\n";
    return 1;
}

// An observed process chose these bytes. Raw, they could control the terminal, or begin a line of their own.
static std::string printable(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string safe;
    for (const char character : text.substr(0, text.find('\0'))) {
        const auto byte = static_cast<unsigned char>(character);
        if (byte >= ' ' && byte <= '~' && byte != '\\')
            safe += character;
        else
            safe += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    }
    return safe;
}

// A record is 16 bytes of comm, then the file's name with its NUL; no byte of it where it could not be read.
static int print(void* /*context*/, void* record, std::size_t bytes) {
    const std::string_view text(static_cast<const char*>(record), bytes);
    const auto filename = text.substr(16);
    std::cerr << "[INFO  tracepoint] Tracepoint sys_enter_execve called by: " + printable(text.substr(0, 16)) +
                     ", filename: " + (filename.empty() ? "?" : printable(filename)) + "\n";
    return 0;
}

int main() {
    const char* level = std::getenv("TRACEPOINT_LOG");
    const bool is_debug = level != nullptr && std::string_view(level) == "debug";
    if (!is_debug) libbpf_set_print(nullptr);

    // Before 5.11 the kernel counted maps as locked memory. Newer ones do not: that this fails is no reason to end.
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_MEMLOCK, &unlimited) != 0 && is_debug)
        std::cerr << "[DEBUG tracepoint] can't raise the limit of locked memory: " << std::strerror(errno) << "\n";

    const std::unique_ptr<tracepoint_bpf, decltype(&tracepoint_bpf__destroy)> program(tracepoint_bpf::open_and_load(),
                                                                                      tracepoint_bpf__destroy);
    if (!program) return fail("can't load the program", "only root may");
    const std::unique_ptr<ring_buffer, decltype(&ring_buffer__free)> events(
        ring_buffer__new(bpf_map__fd(program->maps.events), print, nullptr, nullptr), ring_buffer__free);
    if (!events) return fail("can't map the ring buffer", "is memory short?");
    std::signal(SIGINT, [](int /*signal*/) { is_interrupted = 1; });
    // libbpf looks up the number of the tracepoint in tracefs.
    if (tracepoint_bpf::attach(program.get()) != 0)
        return fail("can't attach", "if tracefs is missing: mount -t tracefs nodev /sys/kernel/tracing");

    std::cout << "Waiting for Ctrl-C..." << std::endl;
    while (!is_interrupted) ring_buffer__poll(events.get(), 100);  // ms, if Ctrl-C comes just before it
    ring_buffer__consume(events.get());
    std::cout << "Exiting..." << std::endl;
}
