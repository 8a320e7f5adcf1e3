// SPDX-License-Identifier: MIT OR Apache-2.0
// Which events are shown, and which must not be there.
#include "filter/selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process/table.h"
#include "unit/expressions.h"
#include "unit/process_table.h"

namespace exectap {
namespace {

using testing::ElementsAre;

struct Asked {
    std::string_view shown;      // empty: all
    std::string_view forbidden;  // empty: nothing
    EventKinds events = {.execs = true, .attempts = true, .exits = true, .forks = true};
};

// A selection, and what it told of what is forbidden.
struct Selected {
    explicit Selected(const Asked& asked, bool has_table = true)
        : selection(options_of(asked), Clock{}, has_table ? &table : nullptr) {}

    // As a session does it: the table first.
    bool shows(const Event& event) {
        table.apply(event);
        return selection.shows(event);
    }

    Selection::Options options_of(const Asked& asked) {
        Selection::Options options{.events = asked.events, .shown = {}, .forbidden = {}, .on_forbidden = nullptr};
        if (!asked.shown.empty()) options.shown = expression(asked.shown);
        if (!asked.forbidden.empty()) options.forbidden = expression(asked.forbidden);
        options.on_forbidden = [this](const Event& event, Truth truth) {
            forbidden.push_back(std::to_string(event.index()) + (truth == Truth::yes ? " matches" : " is unknown"));
        };
        return options;
    }

    ProcessTable table;
    std::vector<std::string> forbidden;
    Selection selection;
};

ExecEvent exec_without_exe(const ExecId& id) {
    auto exec = exec_of(id, "x");
    exec.exe.reset();
    return exec;
}

ExecEvent exec_of_file(const ExecId& id, std::string_view path) {
    auto exec = exec_of(id, "x");
    exec.exe = ExeFile{.path = {.path = path}};
    return exec;
}

TEST(Selection, ShowsTheKindsThatAreAskedFor) {
    const std::vector<Event> events = {exec_of(id_of(1, 1), "x"), attempt_of(id_of(1, 1), "x"), exit_of(id_of(1, 1)),
                                       fork_of(id_of(1, 1), id_of(2, 1)), loss({}, 1)};
    for (std::size_t kind = 0; kind < 4; kind++) {
        Selected selected(
            {.events = {.execs = kind == 0, .attempts = kind == 1, .exits = kind == 2, .forks = kind == 3}});
        for (std::size_t i = 0; i < events.size(); i++)
            EXPECT_EQ(selected.shows(events[i]), i == kind || i == 4) << kind << " " << i;
    }
}

TEST(Selection, ShowsWhatAnExpressionIsTrueOf) {
    Selected selected({.shown = R"(exe == "/a")"});
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_FALSE(selected.shows(exec_of_file(id_of(2, 1), "/b")));
    EXPECT_EQ(selected.selection.undecided(), 0U);
}

TEST(Selection, ShowsWhatCannotBeDecidedAndCountsIt) {
    Selected selected({.shown = R"(exe == "/a")"});
    EXPECT_TRUE(selected.shows(exec_without_exe(id_of(1, 1))));
    EXPECT_TRUE(selected.shows(exec_without_exe(id_of(2, 1))));
    EXPECT_EQ(selected.selection.undecided(), 2U);
}

TEST(Selection, ShowsNoEventThatDoesNotHaveWhatIsAskedFor) {
    Selected selected({.shown = R"(exe == "/a")"});
    EXPECT_FALSE(selected.shows(attempt_of(id_of(1), "x")));
    EXPECT_FALSE(selected.shows(exit_of(id_of(1))));
    EXPECT_FALSE(selected.shows(fork_of(id_of(1), id_of(2))));
    EXPECT_EQ(selected.selection.undecided(), 0U);
}

TEST(Selection, ShowsNoKindThatIsNotAskedForWhateverIsTrueOfIt) {
    Selected selected({.shown = "pid > 0", .events = {.execs = false, .attempts = true}});
    EXPECT_FALSE(selected.shows(exec_of(id_of(1, 1), "x")));
    EXPECT_TRUE(selected.shows(attempt_of(id_of(1, 1), "x")));
}

TEST(Selection, ShowsEndsAndForksWithTheirProgram) {
    Selected selected({.shown = R"(exe == "/a")"});
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_FALSE(selected.shows(exec_of_file(id_of(2, 1), "/b")));
    EXPECT_TRUE(selected.shows(fork_of(id_of(1, 1), id_of(3, 1))));
    EXPECT_FALSE(selected.shows(fork_of(id_of(2, 1), id_of(4, 1))));
    EXPECT_TRUE(selected.shows(exit_of(id_of(3, 1)))) << "it runs the same program";
    EXPECT_FALSE(selected.shows(exit_of(id_of(4, 1))));
    EXPECT_TRUE(selected.shows(exit_of(id_of(1, 1))));
    EXPECT_FALSE(selected.shows(exit_of(id_of(2, 1))));
}

TEST(Selection, ShowsNoEndOfWhatReplacedAShownProgram) {
    Selected selected({.shown = R"(exe == "/a")"});
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_FALSE(selected.shows(exec_of_file(id_of(1, 2), "/b")));
    EXPECT_FALSE(selected.shows(exit_of(id_of(1, 2))));
}

TEST(Selection, LetsTheOwnFieldsOfAnEndDecide) {
    Selected selected({.shown = "exit_code == 1"});
    EXPECT_FALSE(selected.shows(exec_of(id_of(1, 1), "x")));
    EXPECT_TRUE(selected.shows(exit_of(id_of(1, 1), 1)));
    EXPECT_FALSE(selected.shows(exit_of(id_of(2, 1), 2)));
}

TEST(Selection, FollowsNothingWithoutATable) {
    Selected selected({.shown = R"(exe == "/a")"}, false);
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_FALSE(selected.shows(exit_of(id_of(1, 1))));
    EXPECT_FALSE(selected.shows(fork_of(id_of(1, 1), id_of(2, 1))));
}

TEST(SelectionForbidden, TellsOfEachMatchWhetherItIsShownOrNot) {
    Selected selected({.shown = "pid == 5", .forbidden = R"(exe == "/a")", .events = {.execs = false}});
    EXPECT_FALSE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_FALSE(selected.shows(exec_of_file(id_of(2, 1), "/b")));
    EXPECT_FALSE(selected.shows(exec_without_exe(id_of(3, 1))));
    EXPECT_FALSE(selected.shows(exit_of(id_of(1, 1))));
    EXPECT_THAT(selected.forbidden, ElementsAre("0 matches", "0 is unknown"));
    EXPECT_EQ(selected.selection.forbidden_matched(), 1U);
    EXPECT_EQ(selected.selection.undecided(), 1U);
}

TEST(SelectionForbidden, CountsAnUndecidedEventOnce) {
    Selected selected({.shown = R"(exe == "/a")", .forbidden = R"(exe == "/b")"});
    EXPECT_TRUE(selected.shows(exec_without_exe(id_of(1, 1))));
    EXPECT_EQ(selected.selection.undecided(), 1U);
    EXPECT_EQ(selected.selection.forbidden_matched(), 0U);
}

TEST(SelectionForbidden, HidesNothing) {
    Selected selected({.forbidden = R"(exe == "/a")"});
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(1, 1), "/a")));
    EXPECT_TRUE(selected.shows(exec_of_file(id_of(2, 1), "/b")));
}

TEST(SelectionForbidden, CanBeCountedByNobody) {
    Selection selection({.events = {}, .shown = {}, .forbidden = expression("pid == 1"), .on_forbidden = nullptr},
                        Clock{}, nullptr);
    EXPECT_TRUE(selection.shows(exec_of(id_of(1, 1), "x")));
    EXPECT_EQ(selection.forbidden_matched(), 1U);
}

std::string needs_of(const Asked& asked) {
    Selection::Options options{.events = asked.events, .shown = {}, .forbidden = {}, .on_forbidden = nullptr};
    if (!asked.shown.empty()) options.shown = expression(asked.shown);
    if (!asked.forbidden.empty()) options.forbidden = expression(asked.forbidden);
    const auto needs = Selection::needs(options);
    return std::string(needs.paths ? "paths " : "") + (needs.ancestry ? "ancestry" : "");
}

TEST(SelectionNeeds, AreThoseOfItsExpressionsAndOfFollowing) {
    constexpr EventKinds kCalls = {.execs = true, .attempts = true};
    EXPECT_EQ(needs_of({}), "");
    EXPECT_EQ(needs_of({.shown = "pid == 1", .events = kCalls}), "");
    EXPECT_EQ(needs_of({.shown = R"(exe == "a")", .events = kCalls}), "paths ");
    EXPECT_EQ(needs_of({.shown = R"(ancestry == "a")", .events = kCalls}), "ancestry");
    EXPECT_EQ(needs_of({.shown = "pid == 1", .events = {.exits = true}}), "ancestry");
    EXPECT_EQ(needs_of({.shown = "pid == 1", .events = {.forks = true}}), "ancestry");
    EXPECT_EQ(needs_of({.forbidden = "pid == 1", .events = kCalls}), "ancestry");
    EXPECT_EQ(needs_of({.shown = "pid == 1", .forbidden = R"(cwd == "a")", .events = kCalls}), "paths ancestry");
}

TEST(ProcessTableShown, IsInheritedByForksOnly) {
    ProcessTable table;
    table.apply(exec_of(id_of(1, 1), "x"));
    table.apply(fork_of(id_of(1, 1), id_of(2, 1)));
    table.note_shown(id_of(1, 1));
    table.note_shown(id_of(9));
    table.apply(fork_of(id_of(1, 1), id_of(3, 1)));
    table.apply(fork_of(id_of(3, 1), id_of(4, 1)));
    table.apply(exec_of(id_of(3, 2), "y"));
    EXPECT_TRUE(table.is_shown(id_of(1, 1)));
    EXPECT_FALSE(table.is_shown(id_of(2, 1))) << "forked before";
    EXPECT_TRUE(table.is_shown(id_of(3, 1)));
    EXPECT_TRUE(table.is_shown(id_of(4, 1)));
    EXPECT_FALSE(table.is_shown(id_of(3, 2))) << "another program";
    EXPECT_FALSE(table.is_shown(id_of(9)));
}

TEST(ProcessTableParent, IsWhatForkedTheProcess) {
    ProcessTable table;
    table.add(seeded(id_of(1), "init"));
    table.apply(fork_of(id_of(1), id_of(2)));
    table.apply(exec_of(id_of(2, 1), "x"));
    table.apply(exec_of(id_of(2, 2), "y"));
    EXPECT_EQ(table.parent_of(id_of(1)), std::nullopt);
    EXPECT_EQ(table.parent_of(id_of(2)), id_of(1));
    EXPECT_EQ(table.parent_of(id_of(2, 1)), id_of(1));
    EXPECT_EQ(table.parent_of(id_of(2, 2)), id_of(1));
    EXPECT_EQ(table.parent_of(id_of(7)), std::nullopt);
    table.apply(exit_of(id_of(1)));
    EXPECT_EQ(table.parent_of(id_of(2, 2)), id_of(1));
}

}  // namespace
}  // namespace exectap
