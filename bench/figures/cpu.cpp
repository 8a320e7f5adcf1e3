// SPDX-License-Identifier: MIT OR Apache-2.0
// The CPU time of exectap's threads for each event, text to a file, in a storm.
#include <fcntl.h>

#include "bench/figures/figures.h"
#include "bench/harness/cpu_time.h"
#include "bench/harness/storm.h"

namespace exectap::bench {

Figures measure_cpu(const Setup& setup) {
    constexpr std::uint64_t kStorms = 5;
    const test::TempDir folder;
    Storm storm;
    Samples samples;
    for (int round = 0; round < setup.rounds; round++) {
        const auto file = test::open_file(folder.path("out"), O_WRONLY | O_CREAT | O_TRUNC);
        auto tracer = setup.start({storm.pid_text()}, file.get());
        wait_until_quiet(tracer.pid());
        const auto before = cpu_time_of(tracer.pid());
        const auto events = storm.run(kStorms * setup.execs()).count;
        wait_until_quiet(tracer.pid());
        const std::chrono::duration<double, std::micro> taken = cpu_time_of(tracer.pid()) - before;
        samples["cpu-per-event"].push_back(taken.count() / static_cast<double>(events));
        tracer.stop();
    }
    return figures_of(samples);
}

}  // namespace exectap::bench
