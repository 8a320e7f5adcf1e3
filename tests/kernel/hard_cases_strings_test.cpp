// SPDX-License-Identifier: MIT OR Apache-2.0
// Hard cases: strings that are made to mislead. Lines show them harmlessly, and no format loses a byte.
#include <fmt/format.h>
#include <sys/syscall.h>

#include <filesystem>

#include "kernel/hard_case.h"
#include "support/both_formats.h"
#include "support/hostile_text.h"
#include "support/json_text.h"
#include "support/prepared.h"

namespace exectap::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;
using testing::SizeIs;

using Arguments = std::vector<std::string>;

void expect_all_harmless(const InBothFormats& outcome) {
    for (const auto& line : outcome.line.out) expect_harmless(line);
    // These are the bytes that were written: the reader has compared them.
    for (const auto& line : outcome.json.lines) expect_harmless(json_text(line));
}

struct WithTexts {
    InBothFormats both;
    std::map<std::string, std::string> texts;  // what a line says of the fields that were asked for
};

// Of a program that runs one other to its end.
WithTexts watch_with_texts(Process& program, const std::string& fields) {
    EXPECT_EQ(program.out().next_line(), "ready");
    Watching chosen({"--fields", fields, program.pid_text()});
    WatchingInBoth trace({program.pid_text()});
    program.write("go\n");
    EXPECT_EQ(program.wait(), exited(0)) << program.out().so_far().back();
    auto both = trace.finish();
    expect_all_harmless(both);
    const auto lines = chosen.finish().out;
    if (lines.size() != 1) throw std::runtime_error(fmt::format("{} lines, not one", lines.size()));
    expect_harmless(lines[0]);
    return {std::move(both), parse_texts(lines[0])};
}

TEST_F(HardCase, 04AFileInMemoryThatIsRunByItsDescriptorIsOneExecOfAMemfd) {
    const auto name = fmt::format("usr\n/bin/\x1b[2J\r{}{}{} (deleted)\"\\\x7f\xff", kRightToLeftOverride,
                                  kZeroWidthSpace, kC1ControlSequence);
    PreparedExec program({"memfd", name, "/bin/true", "exec-fd", "hidden", "x"});
    const auto [both, texts] = watch_with_texts(program, "filename,exe");
    EXPECT_EQ(texts.at("filename"), "/dev/fd/100");
    EXPECT_EQ(texts.at("exe"), "memfd:" + name);
    const auto lines = both.events();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_FALSE(lines[0].is_attempt());
    EXPECT_THAT(lines[0].syscall_id, Optional(SYS_execveat));
    EXPECT_THAT(lines[0].filename, Optional(std::string("/dev/fd/100")));
    EXPECT_THAT(lines[0].argv, Optional(ElementsAre("hidden", "x")));
    EXPECT_THAT(both.json.of("attempt"), IsEmpty());
    const auto exec = both.json.one("exec");
    EXPECT_EQ(bytes_of(exec, "exe"), "memfd:" + name);
    EXPECT_EQ(exec.at("filename"), "/dev/fd/100");
    EXPECT_EQ(exec.at("syscall"), "execveat");
    EXPECT_EQ(exec.at("syscall_id"), SYS_execveat);
    EXPECT_THAT(list_of(exec, "argv"), ElementsAre("hidden", "x"));
    EXPECT_THAT(exec.at("flags"), ElementsAre("memfd", "writable"));
}

Arguments hostile_arguments() {
    return {
        "innocent",
        every_byte_but(""),
        "two\nlines",
        "\x1b[2J\x1b]0;title\x07\x1b[31mred",
        "\r\t\b\x7f\x01\x1f",
        fmt::format("c1 {}31m and raw \x9b", kC1ControlSequence),
        fmt::format("bidi {}{}{}", kRightToLeftOverride, kRightToLeftMark, kRightToLeftIsolate),
        fmt::format("zero width {}{}{}{}{}", kZeroWidthSpace, kZeroWidthJoiner, kWordJoiner, kByteOrderMark,
                    kTagLetter),
        fmt::format("line {} separated", kLineSeparator),
        std::string(kNotUtf8),
        "",
        R"(" quote \ backslash \n \x41 \")",
        "fair \u00fc \u20ac \U0001f600",
        std::string(kForged),
        "",
    };
}

// As much as the kernel keeps of a name: 15 bytes.
std::string hostile_name() {
    return fmt::format("\x1b[1m\n\"\\{}{}\xff\x7f}}", kRightToLeftOverride, kC1ControlSequence);
}

class HostileFolder {
public:
    HostileFolder() { std::filesystem::create_directories(path_); }

    const std::filesystem::path& path() const { return path_; }

private:
    TempDir folder_;
    std::filesystem::path path_ = std::filesystem::canonical(folder_.path()) / every_byte_but("/") / kForged;
};

TEST_F(HardCase, 26StringsOfAnExecAreHarmlessInLinesAndWholeInBoth) {
    const HostileFolder work;
    const auto name = fmt::format("program{}{}\x1b[31m\xff\n{}", kRightToLeftOverride, kZeroWidthSpace, kForged);
    const auto program_path = (work.path() / name).string();
    std::filesystem::copy_file("/bin/true", program_path);
    const auto argv = hostile_arguments();
    Steps steps{"chdir", work.path(), "name", hostile_name(), "exec", "./" + name};
    steps.insert(steps.end(), argv.begin(), argv.end());
    PreparedExec program(steps);
    const auto [both, texts] = watch_with_texts(program, "comm,filename,exe,cwd");
    const auto lines = both.events();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_THAT(lines[0].argv, Optional(argv));
    EXPECT_THAT(lines[0].argv0, Optional(argv[0]));
    EXPECT_THAT(lines[0].filename, Optional("./" + name));
    EXPECT_THAT(lines[0].comm, Optional(hostile_name()));
    const std::map<std::string, std::string> expected{
        {"comm", hostile_name()}, {"filename", "./" + name}, {"exe", program_path}, {"cwd", work.path()}};
    EXPECT_EQ(texts, expected);
    const auto exec = both.json.one("exec");
    EXPECT_EQ(list_of(exec, "argv"), argv);
    for (const auto& [key, text] : expected) {
        EXPECT_EQ(bytes_of(exec, key), text);
        EXPECT_TRUE(exec.contains(key + "_raw")) << key;
    }
}

TEST_F(HardCase, 26StringsOfAnAttemptAreHarmlessInLinesAndWholeInBoth) {
    const HostileFolder work;
    const auto argv = hostile_arguments();
    const auto path = fmt::format("./{}{}", every_byte_but(""), kForged);
    Steps steps{"chdir", work.path(), "name", hostile_name(), "exec", path};
    steps.insert(steps.end(), argv.begin(), argv.end());
    PreparedExec program(steps);
    const auto outcome = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(1));
    expect_all_harmless(outcome);
    const auto lines = outcome.events();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines[0].error, "ENOENT");
    EXPECT_THAT(lines[0].argv, Optional(argv));
    EXPECT_THAT(lines[0].filename, Optional(path));
    EXPECT_THAT(lines[0].comm, Optional(hostile_name()));
    const auto attempt = outcome.json.one("attempt");
    EXPECT_EQ(list_of(attempt, "argv"), argv);
    EXPECT_EQ(bytes_of(attempt, "filename"), path);
    EXPECT_EQ(bytes_of(attempt, "comm"), hostile_name());
    EXPECT_EQ(bytes_of(attempt, "cwd"), work.path().string());
}

// What both formats say of an exec, to be said again by somebody who is none of them.
struct Forgery {
    std::string line;
    std::string json;

    static Forgery of_an_exec() {
        PreparedExec program({"exec", "/bin/true", "forged"});
        const auto outcome = watch_in_both(program);
        return {outcome.line.out.at(0), json_text(outcome.json.one("exec"))};
    }
};

TEST_F(HardCase, 27AForgedLineInAnArgumentIsNoLine) {
    const auto forged = Forgery::of_an_exec();
    // It would be believed.
    ASSERT_EQ(parse_event(forged.line).argv0, "forged");
    ASSERT_EQ(parse_json_line(forged.json).at("type"), "exec");
    const Arguments argv{"x\n" + forged.line + "\n", "x\n" + forged.json + "\n", "x\"]\n" + forged.line,
                         "x\"]}\n" + forged.json};
    PreparedExec program({"exec", "/bin/true", argv[0], argv[1], argv[2], argv[3]});
    const auto outcome = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(0));
    EXPECT_THAT(outcome.line.out, SizeIs(1));
    EXPECT_THAT(argvs_of(outcome.events()), ElementsAre(argv));
    expect_all_harmless(outcome);
    // The stream's own check has counted the others.
    EXPECT_EQ(list_of(outcome.json.one("exec"), "argv"), argv);
    EXPECT_THAT(outcome.json.events(), SizeIs(2));
}

TEST_F(HardCase, 27AForgedLineInThePathOfAnAttemptIsNoLine) {
    const auto forged = Forgery::of_an_exec();
    const auto path = fmt::format("x\n{}\n{}\n", forged.line, forged.json);
    PreparedExec program({"exec", path, "y\n" + forged.line});
    const auto outcome = watch_in_both(program);
    EXPECT_EQ(program.wait(), exited(1));
    EXPECT_THAT(outcome.line.out, SizeIs(1));
    const auto attempt = parse_event(outcome.line.out[0]);
    EXPECT_EQ(attempt.error, "ENOENT");
    EXPECT_THAT(attempt.filename, Optional(path));
    expect_all_harmless(outcome);
    EXPECT_EQ(bytes_of(outcome.json.one("attempt"), "filename"), path);
    EXPECT_THAT(outcome.json.of("exec"), IsEmpty());
}

}  // namespace
}  // namespace exectap::test
