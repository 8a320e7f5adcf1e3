// SPDX-License-Identifier: MIT OR Apache-2.0
// From the ring to the queue before the file events need no memory, once some hundred have been there.
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "capture/delivery.h"
#include "decode/decode.h"
#include "process/table.h"
#include "sink/folding_sink.h"
#include "sink/json.h"
#include "sink/line.h"
#include "sink/text_sink.h"
#include "unit/allocations.h"
#include "unit/events.h"
#include "unit/outputs.h"
#include "unit/record_builder.h"

namespace exectap {
namespace {

// What one process of many does: it is forked, searches PATH, runs a program, and ends.
std::vector<Record> records_of_process(std::uint32_t index) {
    const auto before = program(81'000 + index, 1000 + index, 8);
    const auto after = program(81'000 + index, 1000 + index, 9);
    const auto parent = program(61'000, 900, 3);
    auto fork = fork_wire();
    fork.program = parent;
    fork.child = before;
    auto exit = exit_wire();
    exit.program = after;
    const auto attempt = [&](std::string_view directory) {
        return RecordBuilder::attempt(-ENOENT)
            .filename(std::string(directory) + "/ls")
            .change([&](wire_call& call) {
                call.program = before;
                call.tid = before.pid;
            })
            .bytes();
    };
    const auto exec = RecordBuilder::exec().change([&](wire_call& call) {
        call.program = after;
        call.parent = parent;
        call.tid = after.pid;
    });
    return {record_of(fork), attempt("/usr/local/bin"), attempt("/usr/bin"), exec.bytes(), record_of(exit)};
}

std::vector<Record> records_of_processes(std::uint32_t first, std::uint32_t count) {
    std::vector<Record> records;
    for (std::uint32_t i = 0; i < count; i++)
        for (auto& record : records_of_process(first + i)) records.push_back(std::move(record));
    return records;
}

SessionConfig everything_observed_by(ProcessTable* table) {
    SessionConfig config;
    config.events = {.execs = true, .attempts = true, .exits = true, .forks = true};
    if (table != nullptr) config.observe = [table](const Event& event) { table->apply(event); };
    return config;
}

// All that exectap does with a record, but for the ring and the file.
class Way {
public:
    // `table` may be null.
    Way(std::unique_ptr<Format> format, ProcessTable* table)
        : delivery_(everything_observed_by(table), {}), text_(output_, std::move(format)) {}

    void go(const std::vector<Record>& records) {
        for (const auto& record : records) {
            auto decoded = decode(record, *scratch_);
            if (decoded) delivery_.deliver(*decoded, handler_);
        }
    }

private:
    std::unique_ptr<DecodeScratch> scratch_ = std::make_unique<DecodeScratch>();
    Delivery delivery_;
    // Never started, so that there is one thread, and long enough for all.
    Output output_ = output_to(OutputFile::borrow(-1, "nowhere"), 8 << 20);
    TextSink text_;
    FoldingSink folding_{text_, {}};
    Session::Handler handler_ = [this](const Event& event) { folding_.write(event); };
};

void expect_no_allocation(std::unique_ptr<Format> format, ProcessTable* table = nullptr) {
    constexpr std::uint32_t kProcesses = 300;
    const auto first = records_of_processes(0, kProcesses);
    const auto then = records_of_processes(kProcesses, kProcesses);
    Way way(std::move(format), table);
    way.go(first);
    const auto before = allocations();
    way.go(then);
    EXPECT_EQ(allocations() - before, 0U);
}

// Full after the first processes: from then on it forgets one for each that comes. Until then it grows by doubling.
ProcessTable small_table() { return ProcessTable({.most_programs = 256}); }

TEST(AllocationOnTheWay, IsNotNeededForLines) { expect_no_allocation(std::make_unique<LineFormat>(Clock{})); }

TEST(AllocationOnTheWay, IsNotNeededForLinesWithFields) {
    expect_no_allocation(std::make_unique<LineFormat>(
        Clock{}, LineOptions{.fields = fields_of("pid,ppid,comm,exe,argv,cwd,unit,duration"), .lookups = {}}));
}

TEST(AllocationOnTheWay, IsNotNeededForJson) { expect_no_allocation(std::make_unique<JsonFormat>(Clock{})); }

TEST(AllocationOnTheWay, IsNotNeededForJsonWithAncestry) {
    auto table = small_table();
    expect_no_allocation(std::make_unique<JsonFormat>(Clock{}, Lookups{.table = &table}), &table);
}

TEST(AllocationOnTheWay, IsNotNeededForLinesWithAncestry) {
    auto table = small_table();
    expect_no_allocation(std::make_unique<LineFormat>(Clock{}, LineOptions{.fields = fields_of("pid,ancestry,argv"),
                                                                           .lookups = {.table = &table}}),
                         &table);
}

}  // namespace
}  // namespace exectap
