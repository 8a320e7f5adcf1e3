// SPDX-License-Identifier: MIT OR Apache-2.0
// The command line as options.
#include "cli/options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/help.h"
#include "cli/words.h"

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

std::string information_of(std::vector<const char*> arguments) {
    const auto parsed = parse(std::move(arguments));
    if (!parsed) return parsed.error().message;
    const auto* information = std::get_if<Information>(&*parsed);
    return information != nullptr ? information->text : "options";
}

// "exec,exit", in the order of --events.
std::string events_of(std::vector<const char*> arguments) {
    const auto events = options_of(std::move(arguments)).events;
    std::string names;
    if (events.execs) names += ",exec";
    if (events.attempts) names += ",attempt";
    if (events.exits) names += ",exit";
    if (events.forks) names += ",fork";
    return names.empty() ? names : names.substr(1);
}

std::vector<std::string> fields_of(std::vector<const char*> arguments) {
    std::vector<std::string> names;
    for (const auto* field : options_of(std::move(arguments)).fields) names.emplace_back(field->name);
    return names;
}

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
    EXPECT_EQ(options.format, FormatName::line);
    EXPECT_THAT(options.fields, IsEmpty());
    EXPECT_EQ(options.max_args_bytes, SessionConfig().max_args_bytes);
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
    EXPECT_THAT(usage_error_of({"--append", "1"}), HasSubstr("--append needs -o FILE"));
    EXPECT_THAT(usage_error_of({"--append", "-o", "-", "1"}), HasSubstr("--append needs -o FILE"));
}

TEST(Options, TakeTheFormatUnderEitherName) {
    EXPECT_EQ(options_of({"1", "--format", "line"}).format, FormatName::line);
    EXPECT_EQ(options_of({"1", "--format=json"}).format, FormatName::json);
    EXPECT_EQ(options_of({"1", "--json"}).format, FormatName::json);
    EXPECT_EQ(options_of({"1", "--json", "--format", "json", "--json"}).format, FormatName::json);
}

TEST(Options, RefuseAFormatThatIsNoneOrTwo) {
    EXPECT_EQ(usage_error_of({"1", "--format", "xml"}), "--format is line, tree or json, not 'xml'");
    EXPECT_EQ(usage_error_of({"1", "--format", ""}), "--format is line, tree or json, not ''");
    EXPECT_EQ(usage_error_of({"1", "--format", "JSON"}), "--format is line, tree or json, not 'JSON'");
    EXPECT_EQ(usage_error_of({"1", "--json", "--format", "line"}), "--json and --format line contradict each other");
    EXPECT_EQ(usage_error_of({"1", "--format=line", "--json"}), "--json and --format line contradict each other");
    EXPECT_EQ(usage_error_of({"1", "--json", "--format", "xml"}), "--format is line, tree or json, not 'xml'");
}

TEST(Options, SendJsonOfACommandSomewhereElse) {
    EXPECT_EQ(usage_error_of({"--json", "--", "make"}),
              "--json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's");
    EXPECT_EQ(usage_error_of({"1", "--format=json", "--", "make"}),
              "--format json with a COMMAND needs -o FILE: stdout and stderr are COMMAND's");
    EXPECT_EQ(options_of({"--json", "-o", "-", "--", "make"}).output, "-");
    EXPECT_EQ(options_of({"--json", "-o", "x.json", "--", "make"}).output, "x.json");
    EXPECT_EQ(options_of({"--json", "1"}).output, std::nullopt);
    EXPECT_EQ(options_of({"--", "make"}).output, std::nullopt);
}

TEST(Options, TakeTheFieldsOfALineInTheOrderAskedFor) {
    EXPECT_THAT(fields_of({"1", "--fields", "pid,comm,argv"}), ElementsAre("pid", "comm", "argv"));
    EXPECT_THAT(fields_of({"1", "--fields=argv,pid"}), ElementsAre("argv", "pid"));
    EXPECT_THAT(fields_of({"1", "--format=line", "--fields", "comm"}), ElementsAre("comm"));
}

TEST(Options, RefuseFieldsThatAreNone) {
    EXPECT_THAT(usage_error_of({"1", "--fields", "pid,agrv"}), HasSubstr("no field 'agrv'"));
    EXPECT_THAT(usage_error_of({"1", "--fields", "pid,help"}), HasSubstr("no field 'help'"));
    EXPECT_THAT(usage_error_of({"1", "--fields", ""}), HasSubstr("--fields"));
    EXPECT_EQ(usage_error_of({"1", "--fields="}), "--fields needs a value; exectap --help explains it");
}

TEST(Options, RefuseFieldsWithJson) {
    constexpr const char* kText = "--fields chooses what a line shows; with --json each event has all fields";
    EXPECT_EQ(usage_error_of({"1", "--json", "--fields", "pid"}), kText);
    EXPECT_EQ(usage_error_of({"1", "--fields", "pid", "--format", "json"}), kText);
}

TEST(Options, ExplainTheFieldsWhateverElseIsGiven) {
    for (const std::vector<const char*>& rest : std::vector<std::vector<const char*>>{
             {},
             {"1"},
             {"make"},
             {"--json", "--format", "line"},
             {"--frob", "--events", "foo", "--max-args", "x"},
             {"--time"},
             {"--fields", "pid"},
             {"--quiet=no"},
             {"--"},
             {"--", "make"},
         }) {
        std::vector<const char*> arguments = {"--fields", "help"};
        arguments.insert(arguments.end(), rest.begin(), rest.end());
        EXPECT_EQ(information_of(arguments), fields_help()) << testing::PrintToString(rest);
    }
    EXPECT_EQ(information_of({"--json", "--fields=help"}), fields_help());
    EXPECT_THAT(options_of({"--", "make", "--fields", "help"}).command, ElementsAre("make", "--fields", "help"));
}

TEST(Options, WatchTheEventsThatTheFormatIsFor) {
    EXPECT_EQ(events_of({"1"}), "exec,attempt");
    EXPECT_EQ(events_of({"1", "--json"}), "exec,attempt,exit");
    EXPECT_EQ(events_of({"1", "--format", "json"}), "exec,attempt,exit");
    EXPECT_EQ(events_of({"1", "--no-failed"}), "exec");
    EXPECT_EQ(events_of({"1", "--no-failed", "--json"}), "exec,exit");
}

TEST(Options, TakeEventsInAnyMix) {
    EXPECT_EQ(events_of({"1", "--events", "exec"}), "exec");
    EXPECT_EQ(events_of({"1", "--events", "attempt"}), "attempt");
    EXPECT_EQ(events_of({"1", "--events", "exit"}), "exit");
    EXPECT_EQ(events_of({"1", "--events", "fork"}), "fork");
    EXPECT_EQ(events_of({"1", "--events=fork,exit,attempt,exec"}), "exec,attempt,exit,fork");
    EXPECT_EQ(events_of({"1", "--events", "exit,exec,exit"}), "exec,exit");
    EXPECT_EQ(events_of({"1", "--json", "--events", "exec"}), "exec");
    EXPECT_EQ(events_of({"1", "--no-failed", "--events", "exec,fork"}), "exec,fork");
}

TEST(Options, RefuseEventsThatAreNone) {
    EXPECT_EQ(usage_error_of({"1", "--events", "foo"}), "no event 'foo'; --events takes exec, attempt, exit, fork");
    EXPECT_THAT(usage_error_of({"1", "--events", "exec,Exit"}), HasSubstr("no event 'Exit'"));
    EXPECT_THAT(usage_error_of({"1", "--events", "exec,exits"}), HasSubstr("no event 'exits'"));
    EXPECT_THAT(usage_error_of({"1", "--events", "exec, exit"}), HasSubstr("no event ' exit'"));
    for (const char* list : {"", ",", "exec,", ",exec", "exec,,exit"})
        EXPECT_EQ(usage_error_of({"1", "--events", list}), "no event ''; --events takes exec, attempt, exit, fork");
    EXPECT_THAT(usage_error_of({"1", "--events="}), HasSubstr("--events needs a value"));
}

TEST(Options, ProbeSaysHowFailedExecsAreSeen) {
    EXPECT_EQ(options_of({"1"}).attempts_by, std::nullopt);
    EXPECT_EQ(options_of({"1", "--probe", "auto"}).attempts_by, std::nullopt);
    EXPECT_EQ(options_of({"1", "--probe=fexit"}).attempts_by, AttemptMechanism::fexit);
    EXPECT_EQ(options_of({"1", "--probe=kretprobe"}).attempts_by, AttemptMechanism::kretprobe);
    EXPECT_EQ(options_of({"1", "--probe=tracepoint"}).attempts_by, AttemptMechanism::tracepoint);
    EXPECT_EQ(usage_error_of({"1", "--probe=off"}), "--probe is auto, fexit, kretprobe or tracepoint, not 'off'");
}

TEST(Options, ProbeIsForWhoWantsFailedExecs) {
    EXPECT_EQ(usage_error_of({"1", "--probe=fexit", "--no-failed"}),
              "--probe says how failed execs are seen, which --no-failed leaves out: drop one of the two");
    EXPECT_EQ(usage_error_of({"1", "--probe=fexit", "--events", "exec"}),
              "--probe says how failed execs are seen, which --events leaves out: drop one of the two");
    EXPECT_EQ(options_of({"1", "--probe=auto", "--no-failed"}).attempts_by, std::nullopt);
}

TEST(Options, RefuseAttemptsThatAreAskedForAndLeftOut) {
    constexpr const char* kText = "--events asks for attempt, which --no-failed leaves out: drop one of the two";
    EXPECT_EQ(usage_error_of({"1", "--no-failed", "--events", "exec,attempt"}), kText);
    EXPECT_EQ(usage_error_of({"1", "--events", "attempt", "--no-failed"}), kText);
}

TEST(Options, TakeTheSizeOfArguments) {
    EXPECT_EQ(options_of({"1", "--max-args", "0"}).max_args_bytes, 0U);
    EXPECT_EQ(options_of({"1", "--max-args", "1000"}).max_args_bytes, 1000U);
    EXPECT_EQ(options_of({"1", "--max-args=4KiB"}).max_args_bytes, 4096U);
    EXPECT_EQ(options_of({"1", "--max-args", "6M"}).max_args_bytes, kMostArgsBytes);
    EXPECT_EQ(options_of({"1", "--max-args", "6291456"}).max_args_bytes, kMostArgsBytes);
}

TEST(Options, RefuseMoreArgumentsThanTheKernelTakes) {
    for (const char* size :
         {"6291457", "6145K", "7M", "18446744073709551615", "18446744073709551616", "17592186044416M"})
        EXPECT_EQ(usage_error_of({"1", "--max-args", size}),
                  "--max-args is at most 6M (6291456): the kernel allows no more");
}

TEST(Options, RefuseASizeThatIsNone) {
    for (const char* size : {"", "lots", "-1", "1.5M", "1T", "64 K"})
        EXPECT_EQ(usage_error_of({"1", "--max-args", size}),
                  std::string("--max-args is a size such as 4096, 64K or 1M, not '") + size + "'");
}

TEST(Options, TakeTheSizesOfRingAndBuffer) {
    EXPECT_EQ(options_of({"1"}).ring_bytes, 16U << 20);
    EXPECT_EQ(options_of({"1"}).buffer_bytes, 64U << 20);
    EXPECT_EQ(options_of({"1", "--ring", "1G"}).ring_bytes, 1U << 30);
    EXPECT_EQ(options_of({"1", "--buffer=64K"}).buffer_bytes, 64U << 10);
}

TEST(Options, BoundTheSizesOfRingAndBuffer) {
    EXPECT_EQ(usage_error_of({"1", "--ring", "1025M"}), "--ring is at most 1G (1073741824)");
    EXPECT_EQ(usage_error_of({"1", "--ring", "0"}), "--ring is at least 1, not '0'");
    EXPECT_EQ(usage_error_of({"1", "--ring", "big"}), "--ring is a size such as 256K, 16M or 1G, not 'big'");
    EXPECT_EQ(usage_error_of({"1", "--buffer", "63K"}), "--buffer is at least 64K, not '63K'");
    EXPECT_EQ(usage_error_of({"1", "--buffer", "65G"}), "--buffer is at most 64G (68719476736)");
    EXPECT_EQ(usage_error_of({"1", "--buffer", "-1"}), "--buffer is a size such as 1M, 64M or 1G, not '-1'");
}

TEST(Ring, IsAPowerOfTwoThatTheLongestRecordFitsInto) {
    EXPECT_EQ(fitting_ring_bytes(16 << 20, 64 << 10), 16U << 20);
    EXPECT_EQ(fitting_ring_bytes((16 << 20) + 1, 64 << 10), 32U << 20);
    EXPECT_EQ(fitting_ring_bytes(1, 0), 64U << 10);
    EXPECT_EQ(fitting_ring_bytes(1, 64 << 10), 256U << 10);
    EXPECT_EQ(fitting_ring_bytes(1, 1 << 20), 4U << 20);
    EXPECT_EQ(fitting_ring_bytes(1, kMostArgsBytes), 8U << 20);
    EXPECT_EQ(fitting_ring_bytes(kMostRingBytes, kMostArgsBytes), kMostRingBytes);
}

TEST(Options, ShowWhatIsWrongOnOneLine) {
    for (const char* option : {"--format", "--events", "--max-args", "--time"})
        EXPECT_THAT(usage_error_of({"1", option, "a\nb\x1b[2J"}), HasSubstr("'a\\nb\\x1b[2J'")) << option;
    EXPECT_THAT(usage_error_of({"1", "--a\nb"}), HasSubstr("'--a\\nb'"));
}

TEST(Options, AreGivenOnceUnlessTheyNameTargets) {
    for (const char* option : {"--format=line", "--fields=pid", "--events=exec", "--max-args=1", "--time=boot", "-ox"})
        EXPECT_THAT(usage_error_of({"1", option, option}), HasSubstr("can be given only once")) << option;
    EXPECT_EQ(usage_error_of({"1", "--events", "exec", "--events", "exit"}), "--events can be given only once");
}

TEST(Options, NeedTheirValues) {
    for (const char* option : {"--format", "--fields", "--events", "--max-args"})
        EXPECT_EQ(usage_error_of({"1", option}), std::string(option) + " needs a value; exectap --help explains it");
    EXPECT_EQ(usage_error_of({"1", "--json=no"}), "--json takes no value");
}

TEST(Options, HelpNamesThemAll) {
    const auto text = std::get<Information>(*parse({"-h"})).text;
    for (const char* option : {"-p, --pid PID",
                               "-t, --tty TTY",
                               "-a, --all",
                               "--no-watch-children",
                               "--user NAME",
                               "--no-failed",
                               "-o, --output FILE",
                               "--format line|tree|json",
                               "--tree",
                               "--json",
                               "--wide",
                               "--color WHEN",
                               "--uid USER",
                               "--exclude-tree PID",
                               "--comm GLOB",
                               "--exe GLOB",
                               "--where EXPR",
                               "--fail-if EXPR",
                               "--fields LIST",
                               "--events LIST",
                               "--max-args BYTES",
                               "--time start|boot|wall",
                               "--quiet",
                               "--strict",
                               "-v",
                               "-h",
                               "--help",
                               "--version"}) {
        EXPECT_THAT(text, HasSubstr(std::string("  ") + option + " "));
    }
}

TEST(Options, HelpSaysWhatListsAndSizesAre) {
    const auto text = information_of({"--help"});
    EXPECT_THAT(text, HasSubstr("--fields help"));
    EXPECT_THAT(text, HasSubstr("exec,attempt,exit,fork"));
    EXPECT_THAT(text, HasSubstr("default is exec,attempt; with --tree and --json exit too"));
    EXPECT_THAT(text, HasSubstr("default 64K"));
    EXPECT_LT(text.find("\nOutput:"), text.find("  --events "));
    EXPECT_LT(text.find("\nLimits:"), text.find("  --max-args "));
}

TEST(ShellLine, QuotesOnlyWhatAShellWouldChange) {
    const std::vector<std::string> words = {"make", "-j4", "a b", "", "it's", "$HOME", "x=1"};
    EXPECT_EQ(shell_line(words), "make -j4 'a b' '' 'it'\\''s' '$HOME' x=1");
}

TEST(ShellLine, IsOneLineThatCanBeShown) {
    const std::vector<std::string> words = {"a\nb", "\x1b[2J"};
    EXPECT_EQ(shell_line(words), "'a\\nb' '\\x1b[2J'");
}

}  // namespace
}  // namespace exectap::cli
