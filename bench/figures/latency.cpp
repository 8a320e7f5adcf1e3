// SPDX-License-Identifier: MIT OR Apache-2.0
// How long after an exec its line is written: by its own time of the exec, and the clock when a reader of the pipe has
// it. The reader has to wake up first, which is measured by lines that are written here.
#include <algorithm>
#include <charconv>
#include <cstdio>
#include <mutex>
#include <thread>

#include "bench/figures/figures.h"
#include "bench/harness/storm.h"
#include "support/clocks.h"

namespace exectap::bench {
namespace {

using namespace std::chrono_literals;

// Reads lines that begin with "[SECONDS.MICROSECONDS]" since the boot, until the pipe ends.
class LatencyReader {
public:
    explicit LatencyReader(UniqueFd source) : source_(std::move(source)), thread_([this] { read(); }) {}
    ~LatencyReader() { finish(); }
    LatencyReader(const LatencyReader&) = delete;
    LatencyReader& operator=(const LatencyReader&) = delete;

    // In microseconds, in the order of the lines.
    const std::vector<double>& finish() {
        if (thread_.joinable()) thread_.join();
        return latencies_;
    }

private:
    void read() {
        std::vector<char> block(1 << 20);
        for (;;) {
            const auto count = ::read(source_.get(), block.data(), block.size());
            if (count <= 0) return;
            const auto now = test::now(CLOCK_BOOTTIME);
            unfinished_.append(block.data(), static_cast<std::size_t>(count));
            take_lines(now);
        }
    }

    void take_lines(std::chrono::nanoseconds now) {
        std::string_view rest = unfinished_;
        for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
            take(rest.substr(0, end), now);
            rest.remove_prefix(end + 1);
        }
        unfinished_.erase(0, unfinished_.size() - rest.size());
    }

    void take(std::string_view line, std::chrono::nanoseconds now) {
        double seconds = 0;
        const auto [end, error] =
            std::from_chars(line.data() + std::min<std::size_t>(1, line.size()), line.data() + line.size(), seconds);
        if (error != std::errc{}) throw std::runtime_error("a line without a time: " + std::string(line));
        const std::chrono::duration<double, std::micro> since_boot = now;
        latencies_.push_back(since_boot.count() - seconds * 1e6);
    }

    UniqueFd source_;
    std::string unfinished_;
    std::vector<double> latencies_;
    std::thread thread_;
};

// Of all the execs that happen in `act`.
template <typename Act>
std::vector<double> latencies(const Setup& setup, Storm& storm, Act act) {
    auto pipe = test::Pipe::create();
    LatencyReader reader(std::move(pipe.read_end));
    auto tracer = setup.start({"--time", "boot", storm.pid_text()}, pipe.write_end.get());
    pipe.write_end.reset();
    act();
    tracer.stop();
    return reader.finish();
}

// Of lines that nobody traces: how long the reader takes to have them.
std::vector<double> wake_ups(int count, std::chrono::milliseconds pause) {
    auto pipe = test::Pipe::create();
    LatencyReader reader(std::move(pipe.read_end));
    for (int i = 0; i < count; i++) {
        std::this_thread::sleep_for(pause);
        const std::chrono::duration<double> now = test::now(CLOCK_BOOTTIME);
        ::dprintf(pipe.write_end.get(), "[%.6f]\n", now.count());
    }
    pipe.write_end.reset();
    return reader.finish();
}

}  // namespace

Figures measure_latency(const Setup& setup) {
    constexpr auto kPause = 50ms;
    // Each round is some seconds long, and has its own p50.
    const int rounds = std::max(1, setup.rounds / 5);
    const int idle_execs = setup.is_quick ? 20 : 200;
    const auto storm_execs = 10 * setup.execs();
    Storm storm;
    Samples samples;
    for (int round = 0; round < rounds; round++) {
        const auto idle = latencies(setup, storm, [&] {
            for (int i = 0; i < idle_execs; i++) {
                std::this_thread::sleep_for(kPause);
                storm.one();
            }
        });
        const auto wake_up = quantile(wake_ups(idle_execs, kPause), 0.5);
        samples["latency-reader"].push_back(wake_up);
        samples["latency-idle"].push_back(quantile(idle, 0.5) - wake_up);
        const auto busy = latencies(setup, storm, [&] { storm.run(storm_execs); });
        samples["latency-storm"].push_back(quantile(busy, 0.99) / 1000);
    }
    auto figures = figures_of(samples);
    figures["latency-idle"].note = "until a reader of the pipe has the line, less the wake-up of that reader";
    return figures;
}

}  // namespace exectap::bench
