// SPDX-License-Identifier: MIT OR Apache-2.0
// Minutes of a storm of short processes, watched with all there is to tell: memory stays flat and nothing is missed.
// EXECTAP_SOAK_SECONDS says how long, 180 by default; ./dev test soak runs it, and nothing else does.
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "support/json_outcome.h"
#include "support/kernel_test.h"
#include "support/proc.h"
#include "support/storm.h"

namespace exectap::test {
namespace {

using std::chrono::steady_clock;

class Soak : public KernelTest {};

// After so many execs the table of processes has all the programs that it may hold: two for each exec, see
// src/process/table.h. Only then memory can be flat.
constexpr std::uint64_t kExecsOfWarmUp = 40'000;
constexpr std::uint64_t kExecsBetweenSamples = 2'000;
// Of 2,000 execs a second, each that left 8 bytes behind would come to this in about a minute.
constexpr long kMostGrowthKb = 1 << 10;

std::chrono::seconds length_of_soak() {
    const char* text = std::getenv("EXECTAP_SOAK_SECONDS");
    return std::chrono::seconds(text == nullptr ? 180 : std::stol(text));
}

// Counts the JSON Lines that come through a FIFO, and keeps none but the last one.
class CountingReader {
public:
    // Both ends: so neither who writes waits for a reader to come, nor does this one see an end before there is one.
    explicit CountingReader(const std::string& path) : path_(path) {
        checked(::mkfifo(path.c_str(), 0600), path);
        fifo_ = open_file(path, O_RDWR | O_NONBLOCK);
    }

    const std::string& path() const { return path_; }
    std::uint64_t of(const std::string& type) const {
        const auto found = counts_.find(type);
        return found == counts_.end() ? 0 : found->second;
    }
    const std::string& last_line() const { return last_line_; }

    // Waits for some.
    void read_some() {
        std::vector<pollfd> fds{{fifo_.get(), POLLIN, 0}};
        wait_readable(fds, "events in the FIFO");
        std::array<char, 1 << 16> block{};
        const auto count = checked(::read(fifo_.get(), block.data(), block.size()), "FIFO");
        take({block.data(), static_cast<std::size_t>(count)});
    }

private:
    void take(std::string_view bytes) {
        for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
            last_line_ = unfinished_.append(bytes.substr(0, end));
            unfinished_.clear();
            count(last_line_);
            bytes.remove_prefix(end + 1);
        }
        unfinished_ += bytes;
    }

    // {"v":1,"type":"exec",...
    void count(std::string_view line) {
        constexpr std::string_view kBeginning = R"({"v":1,"type":")";
        if (!line.starts_with(kBeginning)) throw std::runtime_error("no event: " + std::string(line));
        line.remove_prefix(kBeginning.size());
        counts_[std::string(line.substr(0, line.find('"')))]++;
    }

    std::string path_;
    UniqueFd fifo_;
    std::string unfinished_;
    std::string last_line_;
    std::map<std::string, std::uint64_t> counts_;
};

// Memory that is resident now, against the first time that it was asked for.
class Memory {
public:
    explicit Memory(const Exectap& trace) : pid_(trace.pid()) {}

    void sample() {
        const long now = std::stol(status_of(pid_, "VmRSS"));
        if (first_ == 0) first_ = now;
        most_ = std::max(most_, now);
        samples_++;
    }

    long first() const { return first_; }
    long growth() const { return most_ - first_; }
    int samples() const { return samples_; }

private:
    pid_t pid_;
    long first_ = 0;
    long most_ = 0;
    int samples_ = 0;
};

TEST_F(Soak, AStormOfShortProcessesLeavesMemoryFlatAndIsToldWhole) {
    const TempDir folder;
    CountingReader reader(folder.path("fifo"));
    Storm storm;
    // JSON has every field: paths and ancestry too.
    Watching counted({"--json", "-o", reader.path(), storm.pid_text()});
    Watching discarded({"--json", "-o", "/dev/null", storm.pid_text()});
    std::array memories{Memory(counted), Memory(discarded)};
    storm.start();

    while (reader.of("exec") < kExecsOfWarmUp) reader.read_some();
    // The soak's length is no wait for anything: it is what is asked for. Samples are taken by the number of execs.
    const auto end = steady_clock::now() + length_of_soak();
    for (auto next = reader.of("exec"); steady_clock::now() < end; next += kExecsBetweenSamples) {
        for (auto& memory : memories) memory.sample();
        while (reader.of("exec") < next + kExecsBetweenSamples) reader.read_some();
    }
    for (auto& memory : memories) memory.sample();
    const auto execs = storm.stop();
    while (reader.of("summary") == 0) reader.read_some();

    for (auto* const trace : {&counted, &discarded}) {
        const auto outcome = trace->finish();
        EXPECT_EQ(outcome.status, exited(0));
        EXPECT_EQ(outcome.verdict().execs, execs);
    }
    EXPECT_EQ(reader.of("exec"), execs);
    // Those of the workers, and of the storm itself.
    EXPECT_EQ(reader.of("exit"), execs + Storm::kWorkers + 1);
    EXPECT_EQ(reader.of("attempt"), 0U);
    const auto summary = parse_json_line(reader.last_line());
    EXPECT_EQ(summary.at("type"), "summary");
    EXPECT_EQ(summary.at("execs_seen"), execs);
    EXPECT_EQ(summary.at("lost"), 0);
    EXPECT_EQ(summary.at("complete"), true);
    for (const auto& memory : memories) {
        EXPECT_GE(memory.samples(), 2);
        EXPECT_LT(memory.growth(), kMostGrowthKb) << "from " << memory.first() << " KiB";
        RecordProperty("growth_kb", static_cast<int>(memory.growth()));
    }
    RecordProperty("execs", std::to_string(execs));
}

}  // namespace
}  // namespace exectap::test
