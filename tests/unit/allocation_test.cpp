// SPDX-License-Identifier: MIT OR Apache-2.0
// Events are told without asking for memory, once a sink has seen a few.
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <memory>
#include <utility>

#include "process/table.h"
#include "sink/json.h"
#include "sink/line.h"
#include "sink/text_sink.h"
#include "unit/allocations.h"
#include "unit/events.h"
#include "unit/outputs.h"

namespace exectap {
namespace {

using namespace std::literals;

std::array<Event, 6> events_of_all_kinds() {
    auto hostile = whole_exec();
    hostile.call.comm = "\xff";
    hostile.call.filename = Bytes{"a\xff\n\u200b"};
    hostile.call.cwd.reset();
    hostile.call.arguments = whole_arguments("\xff\0\x1b\0"sv);
    return {whole_exec(), hostile,      AttemptEvent{whole_exec().call, 4095, true},
            whole_exit(), whole_fork(), whole_loss()};
}

// Through the whole sink: nothing is written, because the output is never started.
void expect_no_allocation(std::unique_ptr<Format> format) {
    auto output = output_to(OutputFile::borrow(-1, "nowhere"), 1 << 20);
    TextSink sink(output, std::move(format));
    const auto events = events_of_all_kinds();
    for (const auto& event : events) sink.write(event);
    const auto before = allocations();
    for (const auto& event : events) sink.write(event);
    EXPECT_EQ(allocations() - before, 0U);
    EXPECT_FALSE(output.is_written());
}

ProcessTable table_of_ancestors() {
    ProcessTable table;
    table.add({.pid = 1200, .ppid = 1, .exec_id = {61s, 1200, 3}, .parent_exec_id = {}, .comm = "\xff"});
    table.apply(whole_exec());
    return table;
}

TEST(Allocation, IsCounted) {
    const auto before = allocations();
    ::operator delete(::operator new(1));  // unlike a new expression, not left out by the compiler
    EXPECT_EQ(allocations() - before, 1U);
}

TEST(Allocation, IsNotNeededForAnEventInJson) {
    const auto table = table_of_ancestors();
    expect_no_allocation(std::make_unique<JsonFormat>(Clock{}, Lookups{.table = &table}));
}

TEST(Allocation, IsNotNeededForAnEventInALine) { expect_no_allocation(std::make_unique<LineFormat>(Clock{})); }

TEST(Allocation, IsNotNeededForAllFieldsInALine) {
    const auto table = table_of_ancestors();
    expect_no_allocation(std::make_unique<LineFormat>(
        Clock{}, LineOptions{.fields = fields_but(ShownIn::json), .lookups = {.table = &table}}));
}

}  // namespace
}  // namespace exectap
