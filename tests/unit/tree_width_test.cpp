// SPDX-License-Identifier: MIT OR Apache-2.0
// Trees in few columns, and in colours.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "sink/columns.h"
#include "unit/scene.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string without_escapes(std::string_view text) {
    std::string plain;
    while (!text.empty()) {
        const auto escape = text.find('\x1b');
        plain += text.substr(0, escape);
        text.remove_prefix(escape == std::string_view::npos ? text.size() : text.find('m', escape) + 1);
    }
    return plain;
}

// A compiler with long commands, each below the last, and some beside them.
void compile(Scene& scene) {
    scene.command(1000);
    scene.exec(1000, "make -j8 -C /home/ann/src/exectap all");
    for (std::uint32_t i = 1; i < 40; i++) {
        scene.spawn(999 + i, 1000 + i,
                    "/usr/lib/gcc/x86_64-linux-gnu/14/cc1plus -quiet -imultiarch x86_64-linux-gnu -D_GNU_SOURCE a.c",
                    {.filename = "/usr/lib/gcc/x86_64-linux-gnu/14/cc1plus"});
        scene.fail(1000 + i, "as -64 --gdwarf-5 -o a.o a.s", {.folded = 3});
        if (i % 5 == 0) scene.spawn(1000, 2000 + i, "as 日本語日本語日本語日本語日本語日本語日本語日本語日本語日本語");
    }
    scene.spawn(1000, 3000, "x /a/script", {.filename = "/a/script", .script = "/opt/" + std::string(300, 'i')});
    scene.spawn(1000, 3001, "x y", {.filename = "/opt/" + std::string(300, 'f')});
    scene.fail(1000, "nothing", {.filename = "/opt/" + std::string(300, 'd') + "/nothing"});
    for (std::uint32_t i = 1; i < 40; i++) scene.exit(1000 + i, 1);
}

TEST(TreeWidth, IsNeverMoreThanAskedFor) {
    for (const std::size_t columns : {80U, 100U, 200U}) {
        Scene scene({.columns = columns});
        compile(scene);
        for (const auto& line : lines_of(scene.text())) EXPECT_LE(columns_of(line), columns) << line;
    }
}

// A time, a rail, a number, and the pids alone take most of it.
TEST(TreeWidth, IsNearlyKeptWhereItIsTooSmall) {
    for (const std::size_t columns : {20U, 40U}) {
        Scene scene({.columns = columns});
        compile(scene);
        for (const auto& line : lines_of(scene.text())) {
            const auto width = columns_of(line);
            EXPECT_TRUE(width <= columns || width <= 6 + 3 + 4 + 3 + 16 + "  [1000]  (by cc1plus [1000])"sv.size())
                << line;
        }
    }
}

TEST(TreeWidth, IsThatOfTheTextWhereNobodyKnows) {
    Scene scene;
    scene.command(10);
    scene.exec(10, "echo " + std::string(1000, 'x'));
    EXPECT_EQ(scene.text(), "0.000 echo " + std::string(1000, 'x') + "\n");
}

TEST(TreeWidth, IsAskedForAtEachLine) {
    Scene scene({.columns = 30});
    scene.command(10);
    scene.exec(10, "echo 0123456789012345678901234567");
    scene.looks().columns = 26;
    scene.exec(10, "echo 0123456789012345678901234567");
    EXPECT_EQ(scene.text(),
              "0.000 echo 01234567890…1234567\n"
              "0.000 → echo 0123456…34567\n");
}

TEST(TreeWidth, TakesTheDirectoriesOfTheProgramFirst) {
    Scene scene({.columns = 40});
    scene.command(10);
    scene.exec(10, "/usr/lib/gcc/x86_64-linux-gnu/14/cc1 -quiet a.c");
    scene.exec(10, "/usr/lib/gcc/x86_64-linux-gnu/14/cc1 -quiet -D_GNU_SOURCE a.c");
    EXPECT_EQ(scene.text(),
              "0.000 …/cc1 -quiet a.c\n"
              "0.000 → …/cc1 -quiet -D_GNU_SOURCE a.c\n");
}

TEST(TreeWidth, ShowsANumberForRailsThatHaveNoRoom) {
    Scene scene;
    scene.command(1000);
    scene.exec(1000, "p0");
    for (std::uint32_t i = 1; i <= 30; i++) scene.spawn(999 + i, 1000 + i, "p" + std::to_string(i));
    auto lines = lines_of(scene.text());
    std::string rails;
    for (int i = 0; i < 24; i++) rails += "│  ";
    EXPECT_EQ(lines.at(25), "0.000 " + rails + "├─ p25");
    EXPECT_EQ(lines.at(26), "0.000 " + rails + "⋯26 ├─ p26");
    EXPECT_EQ(lines.at(30), "0.000 " + rails + "⋯30 ├─ p30");
    scene.looks().columns = 80;
    scene.fail(1030, "x", {.filename = "x"});
    scene.looks().columns = 40;
    scene.fail(1030, "x", {.filename = "x"});
    EXPECT_EQ(scene.text(),
              "0.000 │  │  │  │  │  │  │  │  │  │  │  │  ⋯31 ├─ x  ✗ ENOENT\n"
              "0.000 │  ⋯31 ├─ x  ✗ ENOENT\n");
}

TEST(TreeColours, AreNoneUnlessAskedFor) {
    Scene scene({.columns = 80});
    compile(scene);
    EXPECT_THAT(scene.text(), Not(HasSubstr("\x1b")));
}

TEST(TreeColours, ChangeNothingElse) {
    for (const std::size_t columns : {0U, 40U, 80U}) {
        Scene plain({.columns = columns});
        Scene coloured({.columns = columns, .has_colours = true});
        compile(plain);
        compile(coloured);
        const auto text = coloured.text();
        EXPECT_THAT(text, HasSubstr("\x1b[31m"));
        EXPECT_EQ(without_escapes(text), plain.text());
        // No colour goes on into the next line.
        for (const auto& line : lines_of(text)) EXPECT_EQ(line.rfind('\x1b'), line.rfind("\x1b[0m")) << line;
    }
}

TEST(TreeColours, AreForNamesNotesAndFailures) {
    Scene scene({.has_colours = true});
    scene.command(10);
    scene.exec(10, "make all");
    scene.fail(10, "x", {.filename = "x"});
    scene.exit(10, 2);
    scene.ran_before(20, "sh");
    scene.spawn(20, 21, "ls");
    scene.exit(21);
    EXPECT_EQ(scene.text(),
              "\x1b[2m0.000 \x1b[0m\x1b[1mmake\x1b[0m all\n"
              "\x1b[2m0.000 ├─ \x1b[0mx\x1b[31m  ✗ ENOENT\x1b[0m\n"
              "\x1b[2m0.000 └─ \x1b[0m\x1b[31mexited 2\x1b[0m\n"
              "\x1b[2m      \x1b[0m\x1b[1msh\x1b[0m\x1b[2m  [20]  (ran before)\x1b[0m\n"
              "\x1b[2m0.000 ├─ \x1b[0m\x1b[1mls\x1b[0m\n"
              "\x1b[2m0.000 │  └─ \x1b[0m\x1b[2mexited 0\x1b[0m\n");
}

}  // namespace
}  // namespace exectap
