// SPDX-License-Identifier: MIT OR Apache-2.0
// --exclude-tree: a process and its descendants are not watched, those that run and those that come.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "kernel/programs/shared_counter.h"
#include "support/bpf_objects.h"
#include "support/filtered.h"
#include "support/kernel_test.h"
#include "support/shell.h"

namespace exectap::test {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::Not;
using testing::SizeIs;

class FilterTree : public KernelTest {};

// A shell that another one has started: it gets its commands through a FIFO, and answers where the outermost does. It
// ends with its handle.
class InnerShell {
public:
    InnerShell(Process& outermost, const std::function<void(const std::string&)>& tell_parent, const std::string& fifo)
        : outermost_(outermost) {
        if (::mkfifo(fifo.c_str(), 0600) != 0) throw_errno("mkfifo");
        tell_parent(fmt::format("/bin/sh <{} & echo $!\n", fifo));
        pid_ = std::stoi(outermost.out().next_line());
        fifo_ = open_file(fifo, O_WRONLY);
    }

    pid_t pid() const { return pid_; }
    std::string pid_text() const { return std::to_string(pid_); }

    void write(const std::string& text) {
        checked(::write(fifo_.get(), text.data(), text.size()), "writing to a FIFO");
    }

    void run(const std::string& command) {
        write(command + "\necho done\n");
        EXPECT_EQ(outermost_.out().next_line(), "done");
    }

private:
    Process& outermost_;
    pid_t pid_ = 0;
    UniqueFd fifo_;
};

// A shell, one that it started, and one that this one started.
struct Family {
    explicit Family(ProcessOptions options = {}) : top(std::move(options)) {}

    TempDir folder;
    Shell top;
    InnerShell middle{top, [this](const auto& text) { top.write(text); }, folder.path("middle")};
    InnerShell lowest{top, [this](const auto& text) { middle.write(text); }, folder.path("lowest")};

    // A word that nobody else has in an argument.
    std::string word(const std::string& name) const { return fmt::format("{}-{}", name, top.pid()); }

    void run_everywhere() {
        middle.run("/bin/true " + word("middle"));
        lowest.run("(/bin/true " + word("lowest") + "; /nowhere/true " + word("lowest") + " 2>/dev/null; :)");
        middle.run("/bin/sh -c '/bin/true " + word("future") + "; :'");
        top.run("/bin/true " + word("top"));
    }
};

TEST_F(FilterTree, LeavesOutTheProcessItsDescendantsAndThoseThatCome) {
    Family family;
    const auto excluded = family.middle.pid_text();
    Watching line({family.top.pid_text(), "--exclude-tree", excluded});
    JsonWatching json({"--events=exec,attempt,exit,fork", family.top.pid_text(), "--exclude-tree=" + excluded});
    family.run_everywhere();
    const auto lines = line.stop();
    EXPECT_THAT(last_arguments(lines.events()), ElementsAre(family.word("top")));
    // Not watched at all: nor counted.
    EXPECT_EQ(lines.last_words(),
              "exectap: 1 exec, 0 attempts seen, all delivered: complete; 1 watched process still alive");
    const auto outcome = json.stop();
    EXPECT_THAT(types_of(outcome), ElementsAre("fork", "exec", "exit"));
    EXPECT_THAT(last_arguments(outcome, "exec"), ElementsAre(family.word("top")));
    EXPECT_EQ(outcome.summary().at("filtered"), 0);
    EXPECT_EQ(outcome.summary().at("still_alive"), 1);
    EXPECT_EQ(outcome.start().at("filters").at("exclude_tree"), JsonEvent::array({family.middle.pid()}));
    // Not even as one that ran before.
    EXPECT_THAT(outcome.of("process", family.top.pid()), SizeIs(1));
    EXPECT_THAT(outcome.of("process", family.lowest.pid()), SizeIs(0));
}

TEST_F(FilterTree, LeavesOutSeveralTreesAndOnlyThose) {
    Family family;
    const InnerShell other(
        family.top, [&](const auto& text) { family.top.write(text); }, family.folder.path("other"));
    Watching line({family.top.pid_text(), "--exclude-tree", family.lowest.pid_text(), "--exclude-tree",
                   std::to_string(other.pid())});
    family.run_everywhere();
    EXPECT_THAT(last_arguments(line.stop().events()),
                ElementsAre(family.word("middle"), testing::_, family.word("future"), family.word("top")));
}

TEST_F(FilterTree, HoldsForATerminal) {
    const Pty terminal;
    Family family(ProcessOptions{.terminal = &terminal});
    Watching line({"--tty", terminal.path(), "--exclude-tree", family.middle.pid_text()});
    JsonWatching json({"--tty", terminal.path(), "--exclude-tree", family.middle.pid_text()});
    family.run_everywhere();
    EXPECT_THAT(last_arguments(line.stop().events()), ElementsAre(family.word("top")));
    EXPECT_THAT(last_arguments(json.stop(), "exec"), ElementsAre(family.word("top")));
}

TEST_F(FilterTree, HoldsWithAll) {
    Family family;
    Watching line({"--all", "--exclude-tree", family.middle.pid_text()});
    JsonWatching json({"--all", "--exclude-tree", family.middle.pid_text()});
    family.run_everywhere();
    const auto of_family = [&family](std::vector<std::string> words) {
        std::erase_if(words, [&](const auto& word) { return !word.ends_with("-" + family.top.pid_text()); });
        return words;
    };
    EXPECT_THAT(of_family(last_arguments(line.stop().events())), ElementsAre(family.word("top")));
    EXPECT_THAT(of_family(last_arguments(json.stop(), "exec")), ElementsAre(family.word("top")));
}

// Who has no mark yet is watched then, and a tree that forks all the time has always somebody without.
TEST_F(FilterTree, HoldsWithAllFromTheFirstMomentOn) {
    const auto word = fmt::format("busy-{}", ::getpid());
    Process busy({"/bin/sh", "-c", "echo ready; while :; do /bin/sh -c 'exit 77' " + word + "; done"});
    EXPECT_EQ(busy.out().next_line(), "ready");
    const auto excluded = "--exclude-tree=" + std::to_string(busy.pid());
    for (int i = 0; i < 12 && !HasFailure(); i++) {
        SCOPED_TRACE(fmt::format("start {}", i));
        const auto outcome =
            run_json({"--all", "--no-failed", excluded, "--events=exec,exit,fork", "--", "/bin/sleep", "0.05"});
        EXPECT_THAT(last_arguments(outcome, "exec"), Not(Contains(word)));
        for (const auto& event : outcome.events()) {
            EXPECT_NE(event.at("pid"), busy.pid()) << event;
            EXPECT_NE(event.value("ppid", 0), busy.pid()) << event;
        }
        for (const auto& end : outcome.of("exit")) EXPECT_NE(end.value("exit_code", 0), 77) << end;
    }
}

TEST_F(FilterTree, RefusesTargetsThatAreInIt) {
    Family family;
    for (const auto& target : {family.middle.pid_text(), family.lowest.pid_text()})
        expect_one_error(run_exectap({target, "--exclude-tree", family.middle.pid_text()}), 2,
                         {"process " + target + " is in the tree of " + family.middle.pid_text(), "--exclude-tree"});
    // Whoever starts exectap is an ancestor of COMMAND.
    const auto marker = family.folder.path("marker");
    expect_one_error(run_exectap({"--exclude-tree", std::to_string(::getpid()), "--", "/bin/sh", "-c", ">" + marker}),
                     2, {"COMMAND is in the tree of " + std::to_string(::getpid())});
    EXPECT_FALSE(std::filesystem::exists(marker));
}

TEST_F(FilterTree, RefusesAPidThatIsNotThere) {
    Process ended({"/bin/true"});
    ended.wait();
    const Shell shell;
    expect_one_error(run_exectap({shell.pid_text(), "--exclude-tree", ended.pid_text()}), 1,
                     {"--exclude-tree", ended.pid_text()});
    expect_one_error(run_exectap({"--exclude-tree", ended.pid_text(), "--", "/bin/true"}), 125, {"--exclude-tree"});
}

TEST_F(FilterTree, StaysLeftOutWhenItsParentsAreGone) {
    Family family;
    Watching line({family.top.pid_text(), "--exclude-tree", family.middle.pid_text()});
    JsonWatching json({"--all", "--exclude-tree", family.middle.pid_text()});
    family.middle.write("exit\n");
    family.top.run("wait " + family.middle.pid_text());
    family.lowest.run("/bin/true " + family.word("lowest"));
    family.top.run("/bin/true " + family.word("top"));
    EXPECT_THAT(last_arguments(line.stop().events()), ElementsAre(family.word("top")));
    const auto told = last_arguments(json.stop(), "exec");
    EXPECT_THAT(told, Contains(family.word("top")));
    EXPECT_THAT(told, Not(Contains(family.word("lowest"))));
}

std::uint64_t last_word(const std::string& line) { return std::stoull(line.substr(line.rfind(' ') + 1)); }

// Their parents, which the excluded process forks, end while the trace starts: a watched process adopts them. They run
// their programs only after the banner.
TEST_F(FilterTree, StaysLeftOutWhereParentsEndWhileTheTraceStarts) {
    Process crowd({test_program("crowd"), "2000"});
    EXPECT_EQ(crowd.out().next_line(), "ready");
    for (const std::string target : {"pid", "all"}) {
        for (int i = 0; i < 20 && !HasFailure(); i++) {
            SCOPED_TRACE(fmt::format("{}, start {}", target, i));
            const TempDir folder;
            const SharedCounter counter(folder.path("counter"));
            Process forker({test_program("forker"), folder.path("counter"), "daemons"});
            const auto excluded = std::to_string(last_word(forker.out().next_line()));
            Exectap trace({target == "pid" ? forker.pid_text() : "--all", "--no-failed", "--exclude-tree", excluded});
            wait_for_link(trace.pid(), "sched_process_exit");
            const auto before = counter.value();
            trace.wait_until_ready();
            forker.write("go\n");
            const auto last = last_word(forker.out().wait_for_line("last "));
            EXPECT_GT(last, before);
            forker.wait();
            const auto outcome = target == "pid" ? trace.finish() : trace.stop();
            for (const auto& event : outcome.events()) {
                const bool is_daemon = event.argv0 == "true" && event.comm == "forker";
                EXPECT_TRUE(!is_daemon || last_word(event.argv->back()) <= before) << event;
            }
        }
    }
}

}  // namespace
}  // namespace exectap::test
