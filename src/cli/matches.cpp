// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/matches.h"

#include <unistd.h>

#include <array>
#include <string_view>
#include <utility>
#include <vector>

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
    : output_(std::move(output)), format_(clock, {shown_fields(), &table}) {}

void Matches::tell(const Event& event, Truth truth) {
    text_ = truth == Truth::yes ? "exectap: --fail-if matched: " : "exectap: --fail-if could not be tested: ";
    format_.append(text_, event);
    if (!output_.put(text_, Tells::aside)) not_told_++;
    output_.flush();
}

}  // namespace exectap::cli
