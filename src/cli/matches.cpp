// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/matches.h"

#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "process/table.h"
#include "sink/escape.h"

namespace exectap::cli {
namespace {

constexpr std::size_t kBufferBytes = 4 << 20;

// Who it was, what it ran, and what led to it. What tells of a failure or an end is shown besides.
std::vector<const Field*> shown_fields() {
    std::vector<const Field*> fields;
    for (const std::string_view name : {"pid", "uid", "comm", "filename", "argv", "ancestry"})
        fields.push_back(find_field(name));
    return fields;
}

}  // namespace

Result<Matches> Matches::create(const Clock& clock, const ProcessTable& table) {
    auto output = Output::create(OutputFile::borrow(STDERR_FILENO, "standard error"), kBufferBytes);
    if (!output) return output.error();
    return Matches(std::move(*output), clock, table);
}

Matches::Matches(Output output, const Clock& clock, const ProcessTable& table)
    : output_(std::move(output)), table_(&table), format_(clock, {shown_fields(), {.table = &table}}) {}

// Of an end and a fork, which do not say themselves what ran.
void Matches::append_program(const ExecId& program) {
    text_.pop_back();
    if (const auto name = table_->name_of(program)) {
        text_ += " program=";
        append_quoted(text_, *name);
    }
    text_ += " ancestry=[";
    bool is_first = true;
    table_->for_each_ancestor(program, Ancestry::kMost, [&](std::string_view ancestor) {
        if (!std::exchange(is_first, false)) text_ += ',';
        append_quoted(text_, ancestor);
    });
    text_ += "]\n";
}

void Matches::start(Output& events) {
    if (events.is_to_same_file_as(STDERR_FILENO)) {
        shared_ = &events;
    } else {
        output_.start();
    }
}

void Matches::tell(const Event& event, Truth truth) {
    text_ = truth == Truth::yes ? "exectap: --fail-if matched: " : "exectap: --fail-if could not be tested: ";
    format_.append(text_, event);
    if (const auto* exit = std::get_if<ExitEvent>(&event)) append_program(exit->exec_id);
    if (const auto* fork = std::get_if<ForkEvent>(&event)) append_program(fork->exec_id);
    if (!output().put(text_, Tells::aside)) not_told_++;
    output().flush();
}

}  // namespace exectap::cli
