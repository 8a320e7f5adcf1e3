// SPDX-License-Identifier: MIT OR Apache-2.0
// Paths of programs in folders that are renamed all the time.
#include <fmt/format.h>

#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>
#include <utility>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/program_file.h"

namespace exectap::test {
namespace {

using testing::SizeIs;

struct Walked {
    std::string exe;
    std::string cwd;
    std::set<std::string> flags;
};

std::vector<Walked> walked_in(const std::vector<std::string>& lines) {
    static const std::regex grammar(R"(\[[0-9.]+\] exe="([^"]*)\" cwd="([^"]*)\"(?: flags=([a-z_,]+))?)");
    std::vector<Walked> all;
    all.reserve(lines.size());
    for (const auto& line : lines) {
        std::smatch match;
        if (!std::regex_match(line, match, grammar)) throw std::invalid_argument(line);
        std::istringstream words(match[3].str());
        Walked walked{match[1], match[2], {}};
        for (std::string flag; std::getline(words, flag, ',');) walked.flags.insert(flag);
        all.push_back(walked);
    }
    return all;
}

std::vector<Walked> walked_in(const std::vector<JsonEvent>& execs) {
    std::vector<Walked> all;
    all.reserve(execs.size());
    for (const auto& exec : execs)
        all.push_back({exec.at("exe"), exec.at("cwd"), exec.at("flags").get<std::set<std::string>>()});
    return all;
}

// Runs a program in a folder many times, while that folder has one path and another in turn.
class MovingFolder {
public:
    static constexpr std::size_t kRuns = 300;

    // The folder of the program, below the test's, and the other paths that it will have.
    MovingFolder(const std::filesystem::path& first, const std::vector<std::filesystem::path>& others)
        : work_(top_ / first), folders_{work_} {
        std::filesystem::create_directories(work_);
        std::filesystem::copy_file("/bin/true", work_ / "program");
        for (const auto& other : others) folders_.insert(top_ / other);
        for (const auto& folder : folders_) programs_.insert(std::filesystem::path(folder) / "program");
    }

    // Below the test's folder: one is renamed to the other, then the next pair, and back. No path differs from the
    // others in length, so that no mixture is found out by that.
    void expect_true_paths(const std::vector<std::filesystem::path>& renamed) const {
        std::vector<std::string> command{test_program("renamer")};
        for (const auto& path : renamed) {
            std::filesystem::create_directories((top_ / path).parent_path());
            command.push_back(top_ / path);
        }
        Process renamer(command);
        EXPECT_EQ(renamer.out().next_line(), "ready");
        Process runner({test_program("run_open"), work_, "program", std::to_string(kRuns)});
        EXPECT_EQ(runner.out().next_line(), "ready");
        Watching line({"--fields=exe,cwd,flags", runner.pid_text()});
        JsonWatching json({runner.pid_text()});
        renamer.write("go\n");
        EXPECT_EQ(renamer.out().next_line(), "moving");
        runner.write("go\n");
        EXPECT_EQ(runner.wait(), exited(0));
        renamer.close_input();
        EXPECT_EQ(renamer.wait(), exited(0));
        auto lines = line.finish();
        const auto both = in_both_formats(std::move(lines), json.finish());
        expect_all_true(walked_in(both.line.out));
        expect_all_true(walked_in(both.json.of("exec")));
    }

private:
    void expect_all_true(const std::vector<Walked>& all) const {
        EXPECT_THAT(all, SizeIs(kRuns));
        // All may be torn, where folders move faster than paths are walked. That not everything is called so other
        // tests show, where nothing moves.
        for (const auto& walked : all) {
            EXPECT_TRUE(programs_.contains(walked.exe) || walked.flags.contains("torn")) << walked.exe;
            EXPECT_TRUE(folders_.contains(walked.cwd) || walked.flags.contains("cwd_torn")) << walked.cwd;
            // Nobody unmounts or removes anything here.
            for (const auto* flag : {"deleted", "unreachable", "cwd_deleted", "cwd_unreachable"})
                EXPECT_FALSE(walked.flags.contains(flag)) << flag;
        }
    }

    ProgramFolder folder_;
    std::filesystem::path top_ = folder_.path();
    std::filesystem::path work_;
    std::set<std::string> folders_;
    std::set<std::string> programs_;
};

std::filesystem::path deep(std::string_view name, int levels = 60) {
    std::filesystem::path path;
    for (int i = 0; i < levels; i++) path /= fmt::format("{}{}", name, i);
    return path;
}

TEST_F(HardCase, 48APathThroughAFolderThatIsRenamedIsTrueOrTorn) {
    MovingFolder("a/left/b/c", {"a/away/b/c"}).expect_true_paths({"a/left", "a/away"});
}

// A walk that is overtaken at that folder finds the end of one path and the beginning of the other.
TEST_F(HardCase, 48APathThroughAFolderThatMovesFromTreeToTreeIsTrueOrTorn) {
    const auto one = deep("one");
    const auto other = deep("two");
    MovingFolder(one / deep("below"), {other / deep("below")}).expect_true_paths({one, other});
}

// Each folder by itself is as it should be; only together they never were so: the upper one is renamed while the lower
// one has its other name. The way between them is long, so that a walk takes longer than that.
TEST_F(HardCase, 48APathThroughTwoFoldersThatAreRenamedInTurnIsTrueOrTorn) {
    const auto between = deep("m", 300);
    const std::filesystem::path upper_one = "upper1";
    const std::filesystem::path upper_two = "upper2";
    const auto lower_one = between / "lower1";
    const auto lower_two = between / "lower2";
    MovingFolder(upper_one / lower_one, {upper_one / lower_two, upper_two / lower_two})
        .expect_true_paths({upper_one / lower_one, upper_one / lower_two, upper_one, upper_two});
}

}  // namespace
}  // namespace exectap::test
