// SPDX-License-Identifier: MIT OR Apache-2.0
// The words of a tree, one by one.
#include "sink/tree_text.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "unit/events.h"

namespace exectap {
namespace {

using namespace std::literals;
using std::chrono::nanoseconds;

Clock clock_of(TimeStyle style) {
    return {.style = style, .start_since_boot = 100s, .wall_minus_boot = 1'700'000'000s};
}

TEST(TreeTime, HasFiveColumns) {
    struct Case {
        nanoseconds since_boot;
        std::string_view text;
    };
    for (const auto& [since_boot, text] : {
             Case{0ns, "0.000"},
             {999'999ns, "0.000"},
             {4ms, "0.004"},
             {9'999ms, "9.999"},
             {9'999'999'999ns, "9.999"},
             {10s, "10.00"},
             {99'999ms, "99.99"},
             {100s, "100.0"},
             {999'999ms, "999.9"},
             {1000s, " 1000"},
             {99'999'999ms, "99999"},
             {100'000s, "100000"},
         }) {
        EXPECT_EQ(tree_time(since_boot, clock_of(TimeStyle::boot)), text);
        EXPECT_EQ(tree_time(since_boot + 100s, clock_of(TimeStyle::start)), text);
    }
    EXPECT_EQ(tree_time_columns(clock_of(TimeStyle::boot)), 5U);
    EXPECT_EQ(tree_time_columns(clock_of(TimeStyle::start)), 5U);
}

TEST(TreeTime, OfWhatCameJustBeforeTheStartIsZero) { EXPECT_EQ(tree_time(99s, clock_of(TimeStyle::start)), "0.000"); }

TEST(TreeTime, OfTheDayIsUtc) {
    EXPECT_EQ(tree_time(0s, clock_of(TimeStyle::wall)), "22:13:20.000");
    EXPECT_EQ(tree_time(6399s + 999'999'999ns, clock_of(TimeStyle::wall)), "23:59:59.999");
    EXPECT_EQ(tree_time(6400s, clock_of(TimeStyle::wall)), "00:00:00.000");
    EXPECT_EQ(tree_time_columns(clock_of(TimeStyle::wall)), 12U);
}

TEST(ShortDuration, IsNeverRoundedUp) {
    struct Case {
        nanoseconds duration;
        std::string_view text;
    };
    for (const auto& [duration, text] : {
             Case{0ns, "0.0 ms"},
             {99'999ns, "0.0 ms"},
             {2'399'999ns, "2.3 ms"},
             {9'999'999ns, "9.9 ms"},
             {10ms, "10 ms"},
             {999'999'999ns, "999 ms"},
             {1s, "1.00 s"},
             {9'999ms, "9.99 s"},
             {10s, "10.00 s"},
             {59'999'999'999ns, "59.99 s"},
             {60s, "1m 00s"},
             {3599s + 999ms, "59m 59s"},
             {3600s, "1h 00m"},
             {3'719s, "1h 01m"},
             {100h, "100h 00m"},
         })
        EXPECT_EQ(short_duration(duration), text);
}

TEST(EndText, SaysWhatIsWorthAWord) {
    EXPECT_EQ(end_text({}), "exited 0");
    EXPECT_EQ(end_text({.exit_code = 255, .duration = 307ms}), "exited 255 after 307 ms");
    EXPECT_EQ(end_text({.signal = SIGKILL}), "killed by SIGKILL");
    EXPECT_EQ(end_text({.signal = 35}), "killed by SIG35");
    EXPECT_EQ(end_text({.signal = SIGSEGV,
                        .core_dumped = true,
                        .duration = 2300ms,
                        .user_time = 1s,
                        .system_time = 100ms,
                        .max_rss_kb = 345 << 10}),
              "killed by SIGSEGV (core dumped) after 2.30 s, 1.10 s cpu, 345 MiB");
    EXPECT_EQ(end_text({.user_time = 99'999'999ns, .max_rss_kb = 65535}), "exited 0");
    EXPECT_EQ(end_text({.system_time = 100ms}), "exited 0, 100 ms cpu");
    EXPECT_EQ(end_text({.user_time = 50ms, .system_time = 50ms, .max_rss_kb = 65536}), "exited 0, 100 ms cpu, 64 MiB");
}

ExecEvent exec_of_words(std::string_view bytes, std::string_view filename) {
    Call call;
    call.filename = Bytes{filename};
    call.arguments = whole_arguments(bytes);
    return {.call = call};
}

std::string shown(const CommandText& text) { return text.command + " | " + text.name + " | " + text.file; }

std::string of_exec(std::string_view bytes, std::string_view filename) {
    return shown(command_text(exec_of_words(bytes, filename)));
}

std::string of_script(std::string_view bytes, std::string_view filename, std::string_view interpreter) {
    auto exec = exec_of_words(bytes, filename);
    exec.is_script = true;
    exec.interpreter = Bytes{interpreter};
    return shown(command_text(exec));
}

std::string of_attempt(std::string_view bytes, std::string_view filename, std::uint32_t folded = 0) {
    auto call = exec_of_words(bytes, filename).call;
    call.folded_attempts = folded;
    return shown(command_text(AttemptEvent{call, ENOENT}));
}

TEST(CommandText, IsWhatOneWouldType) {
    EXPECT_EQ(of_exec("ls\0-l\0"sv, "/bin/ls"), "ls -l | ls | ");
    EXPECT_EQ(of_exec("/bin/ls\0"sv, "/bin/ls"), "/bin/ls | ls | ");
    EXPECT_EQ(of_exec("git\0commit\0-m\0a fix\0"sv, "/bin/git"), "git commit -m 'a fix' | git | ");
    EXPECT_EQ(of_exec("./a b/\0"sv, "./a b/"), "'./a b/' | 'a b' | ");
}

TEST(CommandText, SaysWhichFileItIsUnlessTheNameDoes) {
    EXPECT_EQ(of_exec("sh\0"sv, "/bin/busybox"), "sh | sh | /bin/busybox");
    EXPECT_EQ(of_exec("-bash\0"sv, "/bin/bash"), "-bash | -bash | ");
    EXPECT_EQ(of_exec("sh\0"sv, "/opt/my dir/busybox"), "sh | sh | '/opt/my dir/busybox'");
    EXPECT_EQ(of_exec("\0"sv, "/bin/ls"), "'' | ls | /bin/ls");
    EXPECT_EQ(of_exec("/\0"sv, "/"), "/ | '' | ");
    EXPECT_EQ(of_exec(""sv, "/bin/ls"), "/bin/ls | ls | ");
    EXPECT_EQ(of_exec(""sv, ""), "? | ? | ");
}

TEST(CommandText, OfAScriptIsTheScriptsOwn) {
    EXPECT_EQ(of_script("/bin/sh\0./run.sh\0-l\0"sv, "./run.sh", "/bin/sh"), "./run.sh -l | run.sh | /bin/sh");
    EXPECT_EQ(of_script("/usr/bin/env\0-S sh -e\0/a/run\0x\0"sv, "/a/run", "/usr/bin/env"),
              "/a/run x | run | /usr/bin/env");
    EXPECT_EQ(of_script("sh\0/dev/fd/3\0"sv, "/no/such", "/bin/sh"), "sh /dev/fd/3 | such | /bin/sh");
    EXPECT_EQ(of_script(""sv, "/a/run", "/bin/sh"), "/a/run | run | /bin/sh");
    EXPECT_EQ(of_script("sh\0a\n\0"sv, "a\n", "/bin/a sh"), "\"a\\n\" | \"a\\n\" | '/bin/a sh'");
    auto exec = exec_of_words("sh\0run\0"sv, "run");
    exec.is_script = true;
    EXPECT_EQ(shown(command_text(exec)), "run | run | interpreter unreadable");
}

TEST(CommandText, OfAnAttemptSaysWhereItWasLookedFor) {
    EXPECT_EQ(of_attempt("ls\0-l\0"sv, "/opt/ls"), "ls -l | ls | /opt/ls");
    EXPECT_EQ(of_attempt("ls\0-l\0"sv, "/opt/ls", 3), "ls -l | ls | ");
    EXPECT_EQ(of_attempt("./ls\0"sv, "./ls"), "./ls | ls | ");
    EXPECT_EQ(of_attempt(""sv, "/opt/ls"), "/opt/ls | ls | ");
    EXPECT_EQ(of_attempt(""sv, ""), "? | ? | ");
    EXPECT_EQ(of_attempt("\0"sv, ""), "'' | ? | ");
}

TEST(CommandText, MarksWhatWasCut) {
    auto exec = exec_of_words("cc\0-c\0"sv, "/bin/cc");
    exec.call.arguments->is_cut = true;
    EXPECT_EQ(shown(command_text(exec)), "cc -c … | cc | ");
    exec.call.arguments->bytes = "";
    EXPECT_EQ(shown(command_text(exec)), "/bin/cc … | cc | ");
    exec.call.arguments.reset();
    EXPECT_EQ(shown(command_text(exec)), "/bin/cc (arguments unreadable) | cc | ");
    exec.call.filename.reset();
    EXPECT_EQ(shown(command_text(exec)), "? (unreadable) | ? | ");
}

TEST(CommandText, EndsWhereItIsTooLong) {
    const std::string bytes = "cc\0"s + std::string(1 << 20, 'x') + "\0y\0"s;
    EXPECT_EQ(command_text(exec_of_words(bytes, "/bin/cc")).command, "cc " + std::string(1 << 20, 'x') + " …");
    std::string many = "cc\0"s;
    for (int i = 0; i < 100'000; i++) many += "-I\0"s;
    EXPECT_LT(command_text(exec_of_words(many, "/bin/cc")).command.size(), 70'000U);
}

TEST(ShortenedCommand, DropsTheDirectoriesOfTheProgramFirst) {
    EXPECT_EQ(shortened_command("/usr/lib/cc1 -quiet a.c", 23), "/usr/lib/cc1 -quiet a.c");
    EXPECT_EQ(shortened_command("/usr/lib/cc1 -quiet a.c", 22), "…/cc1 -quiet a.c");
    EXPECT_EQ(shortened_command("/usr/lib/cc1 -quiet a.c", 12), "…/cc1 -q…a.c");
    EXPECT_EQ(shortened_command("cc1 /usr/lib/a.c", 12), "cc1 /usr…a.c");
    EXPECT_EQ(shortened_command("/cc1 -quiet a.c", 12), "/cc1 -qu…a.c");
}

TEST(TreeName, IsShort) {
    EXPECT_EQ(tree_name(""), "?");
    EXPECT_EQ(tree_name("/usr/bin/ls"), "ls");
    EXPECT_EQ(tree_name("/usr/bin/"), "bin");
    EXPECT_EQ(tree_name("0123456789012345678901234"), "0123456789012345…8901234");
    EXPECT_EQ(tree_name("012345678901234567890123"), "012345678901234567890123");
}

}  // namespace
}  // namespace exectap
