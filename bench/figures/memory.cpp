// SPDX-License-Identifier: MIT OR Apache-2.0
// exectap's own memory: what is resident without the ring and the queue of lines, whose sizes the user chooses.
#include "bench/harness/memory.h"

#include <fcntl.h>

#include <algorithm>
#include <thread>

#include "bench/figures/figures.h"
#include "bench/harness/cpu_time.h"
#include "bench/harness/storm.h"

namespace exectap::bench {
namespace {

using namespace std::chrono_literals;

constexpr double kMib = 1 << 20;

// The most of its own memory while the storm runs. The kernel keeps a peak too, but of everything, the queue included.
std::uint64_t most_during_storm(pid_t exectap, Storm& storm) {
    std::uint64_t most = 0;
    storm.start();
    for (int i = 0; i < 100; i++) {
        most = std::max(most, memory_of(exectap).own_bytes);
        std::this_thread::sleep_for(20ms);
    }
    storm.stop();
    return most;
}

}  // namespace

Figures measure_memory(const Setup& setup) {
    constexpr std::uint64_t kExecs = 20'000;
    const test::TempDir folder;
    Storm storm;
    Samples samples;
    for (int round = 0; round < std::max(1, setup.rounds / 3); round++) {
        const auto file = test::open_file(folder.path("out"), O_WRONLY | O_CREAT | O_TRUNC);
        auto tracer = setup.start({storm.pid_text()}, file.get());
        // Until here the queue is empty, so the kernel's peak is that of starting up.
        const auto peak_of_start = peak_bytes_of(tracer.pid()) - memory_of(tracer.pid()).ring_bytes;
        storm.run(kExecs);
        wait_until_quiet(tracer.pid());
        const auto steady = memory_of(tracer.pid()).own_bytes;
        const auto most = most_during_storm(tracer.pid(), storm);
        samples["memory-steady"].push_back(static_cast<double>(steady) / kMib);
        samples["memory-peak"].push_back(static_cast<double>(std::max({peak_of_start, steady, most})) / kMib);
        tracer.stop();
    }
    return figures_of(samples);
}

}  // namespace exectap::bench
