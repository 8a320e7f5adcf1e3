// SPDX-License-Identifier: MIT OR Apache-2.0
// Terminals: the ways to write one, and what it resolves to.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "exectap/target.h"
#include "unit/child.h"
#include "unit/files.h"

namespace exectap {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::Eq;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(TerminalPath, TakesEveryWayToWriteATerminal) {
    constexpr std::array<std::pair<const char*, const char*>, 10> kPaths = {{{"/dev/pts/9", "/dev/pts/9"},
                                                                             {"pts/9", "/dev/pts/9"},
                                                                             {"pts9", "/dev/pts/9"},
                                                                             {"/pts/9", "/dev/pts/9"},
                                                                             {"pts/1234", "/dev/pts/1234"},
                                                                             {"/dev/tty1", "/dev/tty1"},
                                                                             {"tty1", "/dev/tty1"},
                                                                             {"ttyS0", "/dev/ttyS0"},
                                                                             {"/dev/ttyS0", "/dev/ttyS0"},
                                                                             {"pts", "/dev/pts"}}};
    for (const auto& [text, path] : kPaths) EXPECT_EQ(terminal_path(text), path) << text;
}

class Pty {
public:
    Pty() : master_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        std::array<char, 64> name{};
        if (::grantpt(master_.get()) != 0 || ::unlockpt(master_.get()) != 0 ||
            ::ptsname_r(master_.get(), name.data(), name.size()) != 0)
            throw std::system_error(errno, std::generic_category(), "posix_openpt");
        path_ = name.data();
    }

    // "/dev/pts/9"
    const std::string& path() const { return path_; }

private:
    UniqueFd master_;
    std::string path_;
};

TEST(ResolveTerminal, GivesTheDeviceAsTheKernelNumbersIt) {
    const Pty pty;
    struct stat status {};
    ASSERT_EQ(::stat(pty.path().c_str(), &status), 0);

    for (const auto& text : {pty.path(), pty.path().substr(5), "pts" + pty.path().substr(9)}) {
        const auto terminal = resolve_terminal(text);
        ASSERT_TRUE(terminal) << terminal.error().message;
        EXPECT_EQ(terminal->path, pty.path());
        EXPECT_EQ(terminal->device, std::uint64_t{::major(status.st_rdev)} << 20 | ::minor(status.st_rdev));
    }
}

TEST(ResolveTerminal, NamesTheOneThatIsNotThere) {
    const auto terminal = resolve_terminal("pts/999999");

    ASSERT_FALSE(terminal);
    EXPECT_EQ(terminal.error().kind, ErrorKind::failure);
    EXPECT_THAT(terminal.error().message, StartsWith("no terminal /dev/pts/999999; "));
    EXPECT_THAT(terminal.error().message, AnyOf(HasSubstr("in use: /dev/"), HasSubstr("no terminal is in use")));
}

TEST(ResolveTerminal, RejectsWhatIsNoTerminal) {
    for (const std::string text : {"null", "/dev/null", "/dev/full", "/dev/pts", "/dev/null/1", ""}) {
        const auto terminal = resolve_terminal(text);
        ASSERT_FALSE(terminal) << text;
        EXPECT_EQ(terminal.error().kind, ErrorKind::failure);
        EXPECT_THAT(terminal.error().message, StartsWith("no terminal /dev/"));
    }
}

TEST(ResolveTerminal, ShowsOnOneLineWhatItRejects) {
    EXPECT_THAT(resolve_terminal("x\n\x1b[2J").error().message, StartsWith(R"(no terminal /dev/x\n\x1b[2J; )"));
    const std::string too_long(5000, '\n');
    EXPECT_THAT(resolve_terminal(too_long).error().message, Not(HasSubstr("\n")));
}

TEST(ResolveTerminal, RejectsOneThatStandsForAnother) {
    for (const std::string text : {"/dev/tty", "tty", "/dev/ptmx"}) {
        const auto terminal = resolve_terminal(text);
        ASSERT_FALSE(terminal) << text;
        EXPECT_EQ(terminal.error().kind, ErrorKind::usage);
        EXPECT_THAT(terminal.error().message, HasSubstr(terminal_path(text) + " stands for another terminal"));
    }
}

// A process with `path` as its controlling terminal; a byte comes out of `ready` once it has it.
Child session_on(const std::string& path, const UniqueFd& ready) {
    return Child([&] {
        ::setsid();
        if (::open(path.c_str(), O_RDWR) < 0) ::_exit(1);
        if (::write(ready.get(), "", 1) != 1) ::_exit(1);
        wait_for_signals();
    });
}

TEST(TerminalsInUse, AreThoseThatAProcessHasAsItsOwn) {
    const Pty pty;
    EXPECT_THAT(terminals_in_use(), Not(Contains(pty.path())));

    auto pipe = make_pipe();
    const Child child = session_on(pty.path(), pipe.writer);
    char byte = 1;
    ASSERT_EQ(::read(pipe.reader.get(), &byte, 1), 1);

    // Once, although this one and its own child have it.
    EXPECT_THAT(terminals_in_use(), Contains(Eq(pty.path())).Times(1));
    EXPECT_THAT(resolve_terminal("pts/999999").error().message, HasSubstr(pty.path()));
}

// Under another path.
std::string link_to(const std::string& file, const TempDir& directory) {
    std::filesystem::create_symlink(file, directory / "terminal");
    return directory / "terminal";
}

TEST(TerminalPath, TakesThePathOfAnotherDeviceFileAsItIs) {
    const TempDir directory;
    const Pty pty;
    const auto other = link_to(pty.path(), directory);
    EXPECT_EQ(terminal_path(other), other);
    EXPECT_EQ(terminal_path("/dev/../dev/null"), "/dev/../dev/null");
    EXPECT_EQ(terminal_path("/dev//null"), "/dev//null");
    // Neither is a device.
    EXPECT_EQ(terminal_path("/etc/passwd"), "/dev/etc/passwd");
    EXPECT_EQ(terminal_path("/tmp"), "/dev/tmp");
    // Only a path from the root is one.
    EXPECT_EQ(terminal_path("../dev/null"), "/dev/../dev/null");
}

TEST(ResolveTerminal, TakesATerminalByThePathOfAnotherDeviceFile) {
    const TempDir directory;
    const Pty pty;
    const auto other = link_to(pty.path(), directory);
    const auto own = resolve_terminal(pty.path());
    const auto terminal = resolve_terminal(other);
    ASSERT_TRUE(terminal) << terminal.error().message;
    EXPECT_EQ(terminal->path, other);
    EXPECT_EQ(terminal->device, own->device);
    EXPECT_EQ(terminal->instance, own->instance);
}

TEST(ResolveTerminal, GivesTheDevptsOfAPseudoTerminal) {
    const Pty pty;
    struct stat status {};
    ASSERT_EQ(::stat(pty.path().c_str(), &status), 0);
    EXPECT_EQ(resolve_terminal(pty.path())->instance, ::major(status.st_dev) << 20 | ::minor(status.st_dev));
}

TEST(ResolveTerminal, RejectsOtherDevicesUnderAnyPath) {
    const TempDir directory;
    const auto other = link_to("/dev/null", directory);
    EXPECT_THAT(resolve_terminal(other).error().message, StartsWith("no terminal " + other + "; "));
    const TempDir second;
    const auto alternate = link_to("/dev/tty", second);
    EXPECT_THAT(resolve_terminal(alternate).error().message,
                StartsWith(alternate + " stands for another terminal; name that one"));
}

}  // namespace
}  // namespace exectap
