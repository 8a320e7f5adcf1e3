// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/both_formats.h"

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>

namespace exectap::test {

InBothFormats in_both_formats(Outcome line, JsonOutcome json) {
    const auto verdict = line.verdict();
    const auto& summary = json.summary();
    if (summary.at("execs_seen") != verdict.execs ||
        (verdict.attempts && summary.at("attempts_seen") != *verdict.attempts))
        throw std::runtime_error("the lines end with '" + line.last_words() + "', and JSON with " + summary.dump());
    return {std::move(line), std::move(json)};
}

InBothFormats WatchingInBoth::stop() {
    auto line = line_.stop();
    return in_both_formats(std::move(line), json_.stop());
}

InBothFormats WatchingInBoth::finish() {
    auto line = line_.finish();
    return in_both_formats(std::move(line), json_.finish());
}

InBothFormats watch_in_both(Process& program, const std::vector<std::string>& options) {
    EXPECT_EQ(program.out().next_line(), "ready");
    auto arguments = options;
    arguments.push_back(program.pid_text());
    WatchingInBoth trace(arguments);
    program.write("go\n");
    return trace.finish();
}

}  // namespace exectap::test
