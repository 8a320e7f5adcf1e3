// SPDX-License-Identifier: MIT OR Apache-2.0
// Whose each line of a tree is can be read from the tree alone, whatever runs beside what.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "unit/scene.h"
#include "unit/tree_reader.h"

namespace exectap {
namespace {

struct Program {
    std::string name;
    const Program* parent = nullptr;
    bool has_line = false;  // else it ran before, and may get one
};

struct Process {
    std::uint32_t pid;
    Program* program;         // what it runs, or its parent did when it was forked
    bool has_execed = false;  // else the program is not its own
};

// Lets random things happen, and compares what is read with what is known.
class RandomTree {
public:
    struct Chances {
        unsigned seed;
        std::size_t most_processes;
        bool has_command;
        bool goes_deep;
        std::size_t columns = 0;
    };

    explicit RandomTree(const Chances& chances)
        : chances_(chances), random_(chances.seed), scene_({.columns = chances.columns}) {
        if (chances.has_command) {
            scene_.command(next_pid_);
            processes_.push_back({next_pid_++, nullptr});
            exec(processes_.back());
            return;
        }
        for (int i = 0; i < 6; i++) {
            auto* const parent = i > 2 ? &processes_.at(below(processes_.size())) : nullptr;
            const Process process{next_pid_++, make_program(parent != nullptr ? parent->program : nullptr), true};
            scene_.ran_before(process.pid, process.program->name,
                              parent != nullptr ? std::optional(parent->pid) : std::nullopt);
            processes_.push_back(process);
        }
    }

    void run(int steps) {
        for (int i = 0; i < steps && !processes_.empty() && !testing::Test::HasFailure(); i++) step();
    }

    const std::string& text() const { return text_; }

private:
    std::size_t below(std::size_t limit) { return random_() % limit; }

    Program* make_program(const Program* parent) {
        programs_.push_back(std::make_unique<Program>(Program{"p" + std::to_string(programs_.size()), parent}));
        return programs_.back().get();
    }

    void step() {
        const auto at = chances_.goes_deep && below(3) != 0 ? processes_.size() - 1 : below(processes_.size());
        auto& process = processes_.at(at);
        switch (below(8)) {
            case 0:
            case 1:
            case 2:
                if (processes_.size() < chances_.most_processes) fork(process);
                break;
            case 3:
            case 4: exec(process); break;
            case 5: fail(process); break;
            default:
                if (processes_.size() > 1 && !(chances_.goes_deep && below(3) != 0)) exit(at);
        }
    }

    void fork(const Process& process) {
        const Process child{next_pid_++, process.program};
        scene_.fork(process.pid, child.pid);
        processes_.push_back(child);
    }

    void exec(Process& process) {
        const bool replaces = process.has_execed && process.program->has_line;
        const auto* const before = process.program;
        const auto* const parent = process.has_execed ? before->parent : before;
        auto* const program = make_program(parent);
        program->has_line = true;
        process = {process.pid, program, true};
        scene_.exec(process.pid, program->name);
        expect({.kind = replaces ? ReadLine::Kind::replacement : ReadLine::Kind::program, .name = program->name},
               replaces ? before : parent);
    }

    void fail(const Process& process) {
        const auto name = "a" + std::to_string(attempts_++);
        scene_.fail(process.pid, name, {.filename = name});
        expect({.kind = ReadLine::Kind::attempt, .name = name}, process.program);
    }

    void exit(std::size_t at) {
        const auto process = processes_.at(at);
        processes_.erase(processes_.begin() + static_cast<std::ptrdiff_t>(at));
        scene_.exit(process.pid);
        if (process.has_execed && process.program->has_line)
            expect({.kind = ReadLine::Kind::end}, process.program);
        else
            EXPECT_EQ(scene_.text(), "");
    }

    void expect(const ReadLine& expected, const Program* whose) {
        const auto told = scene_.text();
        text_ += told;
        std::istringstream lines(told);
        std::string line;
        while (std::getline(lines, line)) {
            EXPECT_EQ(std::count_if(line.begin(), line.end(), [](char c) { return c >= 0 && c < ' '; }), 0) << line;
            const auto read = reader_.read(line);
            ASSERT_TRUE(read) << "seed " << chances_.seed << ": not clear whose it is: " << line << "\n" << text_;
            if (read->ran_before) {
                expect_program_before(*read, line);
                continue;
            }
            EXPECT_EQ(read->kind, expected.kind) << line;
            EXPECT_EQ(read->name, expected.name) << line;
            EXPECT_EQ(read->whose.value_or("nobody"), whose != nullptr ? whose->name : "nobody")
                << "seed " << chances_.seed << ": " << line << "\n"
                << text_;
            EXPECT_FALSE(std::getline(lines, line)) << "one event is one line";
            return;
        }
        ADD_FAILURE() << "no line";
    }

    void expect_program_before(const ReadLine& read, const std::string& line) {
        const auto found = std::find_if(programs_.begin(), programs_.end(),
                                        [&](const auto& program) { return program->name == read.name; });
        ASSERT_NE(found, programs_.end()) << line;
        EXPECT_FALSE((*found)->has_line) << line;
        (*found)->has_line = true;
        const auto* const parent = (*found)->parent;
        EXPECT_EQ(read.whose.value_or("nobody"), parent != nullptr ? parent->name : "nobody") << line << "\n" << text_;
    }

    Chances chances_;
    std::mt19937 random_;
    Scene scene_;
    TreeReader reader_;
    std::vector<std::unique_ptr<Program>> programs_;
    std::vector<Process> processes_;
    std::uint32_t next_pid_ = 100;
    std::size_t attempts_ = 0;
    std::string text_;
};

void expect_readable(const RandomTree::Chances& chances) {
    RandomTree tree(chances);
    tree.run(300);
}

TEST(TreeReading, TellsWhoseALineIsOfACommand) {
    for (unsigned seed = 1; seed <= 300 && !HasFailure(); seed++)
        expect_readable({.seed = seed, .most_processes = 3 + seed % 20, .has_command = true, .goes_deep = false});
}

TEST(TreeReading, TellsWhoseALineIsOfSeveralRoots) {
    for (unsigned seed = 1; seed <= 300 && !HasFailure(); seed++)
        expect_readable({.seed = seed, .most_processes = 8 + seed % 20, .has_command = false, .goes_deep = false});
}

TEST(TreeReading, TellsWhoseALineIsInADeepTree) {
    for (unsigned seed = 1; seed <= 200 && !HasFailure(); seed++)
        expect_readable({.seed = seed, .most_processes = 100, .has_command = seed % 2 == 0, .goes_deep = true});
}

TEST(TreeReading, TellsWhoseALineIsInFewColumns) {
    for (unsigned seed = 1; seed <= 200 && !HasFailure(); seed++)
        expect_readable({.seed = seed,
                         .most_processes = 30,
                         .has_command = seed % 2 == 0,
                         .goes_deep = seed % 3 == 0,
                         .columns = seed % 2 == 0 ? 40U : 80U});
}

// Else the tests above would be of something simpler than they say.
TEST(TreeReading, IsOfTreesThatAreHardToRead) {
    std::string text;
    for (const std::size_t columns : {0U, 40U}) {
        RandomTree tree({.seed = 7, .most_processes = 100, .has_command = true, .goes_deep = true, .columns = columns});
        tree.run(3000);
        text += tree.text();
    }
    for (const auto* sign : {"├→ ", "  (by p", "  (was p", "└─ exited", "└─ p", "⋯", "✗", "   └─"})
        EXPECT_NE(text.find(sign), std::string::npos) << sign;
}

}  // namespace
}  // namespace exectap
