// SPDX-License-Identifier: MIT OR Apache-2.0
// The command line as options.
#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace exectap::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Result<std::variant<Options, Information>> parse(std::vector<const char*> arguments) {
    arguments.insert(arguments.begin(), "exectap");
    return parse_options(arguments);
}

Options options_of(std::vector<const char*> arguments) { return std::get<Options>(*parse(std::move(arguments))); }

std::string usage_error_of(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

TEST(Options, TakeEveryCommandLineOfTheOriginal) {
    EXPECT_THAT(options_of({"--pid", "1234", "--pid", "9012"}).pids, ElementsAre(1234, 9012));
    const auto positional = options_of({"1234", "9012", "--no-watch-children"});
    EXPECT_THAT(positional.pids, ElementsAre(1234, 9012));
    EXPECT_FALSE(positional.watch_children);
    EXPECT_THAT(options_of({"--tty", "/dev/pts/9"}).terminals, ElementsAre("/dev/pts/9"));
    EXPECT_THAT(options_of({"--tty", "pts9", "--tty", "/dev/tty1"}).terminals, ElementsAre("pts9", "/dev/tty1"));
}

TEST(Options, AreTheirDefaultsWhenNotGiven) {
    const auto options = options_of({"1"});
    EXPECT_TRUE(options.watch_children);
    EXPECT_TRUE(options.watch_attempts);
    EXPECT_FALSE(options.all);
    EXPECT_FALSE(options.quiet);
    EXPECT_FALSE(options.strict);
    EXPECT_THAT(options.command, IsEmpty());
    EXPECT_EQ(options.output, std::nullopt);
    EXPECT_EQ(options.user, std::nullopt);
    EXPECT_EQ(options.time, TimeStyle::start);
    EXPECT_EQ(options.verbosity, 0);
}

TEST(Options, TakeAPidOnceHoweverOftenItIsNamed) {
    EXPECT_THAT(options_of({"-p", "7", "9", "-p7", "--pid=9"}).pids, testing::UnorderedElementsAre(7, 9));
}

TEST(Options, LeaveAllThatFollowsTheDashesToTheCommand) {
    const auto options = options_of({"-vv", "--", "make", "--", "-p", "x"});
    EXPECT_THAT(options.command, ElementsAre("make", "--", "-p", "x"));
    EXPECT_EQ(options.verbosity, 2);
    EXPECT_THAT(options.pids, IsEmpty());
}

TEST(Options, SuggestTheCommandLineThatWasMeant) {
    EXPECT_EQ(usage_error_of({"make", "-j4", "a b"}), "make is no pid; to run it: exectap -- make -j4 'a b'");
    EXPECT_EQ(usage_error_of({"12", "12x"}), "12x is no pid; to run it: exectap -- 12x");
}

TEST(Options, NameWhatIsWrong) {
    EXPECT_THAT(usage_error_of({"--frob"}), HasSubstr("no option '--frob'"));
    EXPECT_THAT(usage_error_of({"1", "--time", "noon"}), HasSubstr("start, boot or wall, not 'noon'"));
    EXPECT_THAT(usage_error_of({"1", "--time"}), HasSubstr("--time needs a value"));
    EXPECT_THAT(usage_error_of({"--quiet=no", "1"}), HasSubstr("--quiet takes no value"));
    EXPECT_THAT(usage_error_of({"--"}), HasSubstr("COMMAND"));
    EXPECT_THAT(usage_error_of({"--quiet"}), HasSubstr("nothing to watch"));
    EXPECT_THAT(usage_error_of({"--user", "ann", "1"}), HasSubstr("--user needs a COMMAND"));
    EXPECT_THAT(usage_error_of({"--strict", "1"}), HasSubstr("--strict"));
}

TEST(Options, HelpNamesThemAll) {
    const auto text = std::get<Information>(*parse({"--help"})).text;
    for (const char* option :
         {"-p, --pid PID", "-t, --tty TTY", "-a, --all", "--no-watch-children", "--user NAME", "--no-failed",
          "-o, --output FILE", "--time start|boot|wall", "--quiet", "--strict", "-v", "-h, --help", "--version"}) {
        EXPECT_THAT(text, HasSubstr(std::string("  ") + option + " "));
    }
}

TEST(ShellLine, QuotesOnlyWhatAShellWouldChange) {
    const std::vector<std::string> words = {"make", "-j4", "a b", "", "it's", "$HOME", "x=1"};
    EXPECT_EQ(shell_line(words), "make -j4 'a b' '' 'it'\\''s' '$HOME' x=1");
}

}  // namespace
}  // namespace exectap::cli
