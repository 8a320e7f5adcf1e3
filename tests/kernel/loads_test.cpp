// SPDX-License-Identifier: MIT OR Apache-2.0
// The kernel's verifier takes exectap's programs whatever is switched on: what is off it never sees. In virtual
// machines this runs with BPF objects of two releases of clang.
#include <fmt/format.h>

#include "support/cgroup.h"
#include "support/exectap.h"
#include "support/kernel_test.h"
#include "support/pty.h"

namespace exectap::test {
namespace {

class Loads : public KernelTest {};

void expect_to_load(std::vector<std::string> options) {
    SCOPED_TRACE(fmt::format("{}", fmt::join(options, " ")));
    const TempDir folder;
    options.insert(options.end(), {"-o", folder.path("events"), "--", "/bin/true", "it ran"});
    const auto outcome = run_exectap(options);
    EXPECT_EQ(outcome.status, exited(0));
    EXPECT_THAT(read_file(folder.path("events")), testing::HasSubstr("it ran"));
}

TEST_F(Loads, InEveryFormat) {
    for (const auto* format : {"line", "tree", "json"}) expect_to_load({"--format", format});
}

TEST_F(Loads, ForEveryKindOfEvent) {
    expect_to_load({"--events", "exec"});
    expect_to_load({"--json", "--events", "exec,attempt,exit,fork"});
    expect_to_load({"--no-failed"});
}

TEST_F(Loads, WithEveryFilter) {
    expect_to_load({"--uid", "0", "--comm", "*", "--where", "result == 0"});
    const Process stranger({"/bin/cat"});
    expect_to_load({"--exclude-tree", stranger.pid_text(), "--all", "--json"});
    expect_to_load({"--no-watch-children", "--max-args", "1M"});
}

TEST_F(Loads, ForEveryTarget) {
    const Pty terminal;
    const Process session(ProcessOptions{.argv = {"/bin/cat"}, .terminal = &terminal});
    expect_to_load({"--tty", terminal.path()});
    SKIP_UNLESS(cgroup_mount().has_value(), "no cgroup v2 hierarchy is mounted");
    expect_to_load({"--cgroup", cgroup_mount()->string()});
    expect_to_load({"--tty", terminal.path(), "--cgroup", cgroup_mount()->string(), "--json"});
    expect_to_load({"--all"});
}

}  // namespace
}  // namespace exectap::test
