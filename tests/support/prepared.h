// SPDX-License-Identifier: MIT OR Apache-2.0
// The program prepared_exec, and what is told of the exec that it ends with.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "support/json_outcome.h"

namespace exectap::test {

using Steps = std::vector<std::string>;

class PreparedExec : public Process {
public:
    explicit PreparedExec(Steps steps, ProcessOptions options = {})
        : Process(with_program(std::move(steps), std::move(options))) {}

private:
    static ProcessOptions with_program(Steps steps, ProcessOptions options) {
        options.argv = {test_program("prepared_exec")};
        options.argv.insert(options.argv.end(), steps.begin(), steps.end());
        return options;
    }
};

// Of a program that prepares itself so, runs another one, and is that one's exit status 0 to the end.
inline JsonOutcome outcome_after(Steps steps, const std::vector<std::string>& options = {}) {
    PreparedExec program(std::move(steps));
    auto outcome = watch_json(program, options);
    EXPECT_EQ(program.wait(), exited(0)) << program.out().so_far().back();
    return outcome;
}

inline JsonEvent exec_after(Steps steps) { return outcome_after(std::move(steps)).one("exec"); }

// Of one whose exec fails.
inline JsonEvent attempt_after(Steps steps) {
    PreparedExec program(std::move(steps));
    auto attempt = watch_json(program).one("attempt");
    EXPECT_EQ(program.wait(), exited(1)) << program.out().so_far().back();
    return attempt;
}

}  // namespace exectap::test
