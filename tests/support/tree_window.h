// SPDX-License-Identifier: MIT OR Apache-2.0
// A window of a terminal in which a tree is told, and what such a tree says whatever the time and the pids.
#pragma once

#include <sys/ioctl.h>
#include <termios.h>

#include <cstddef>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

#include "support/exectap.h"
#include "support/pty.h"

namespace exectap::test {

class Window {
public:
    explicit Window(unsigned short columns) : slave_(open_file(pty_.path(), O_RDWR | O_NOCTTY | O_CLOEXEC)) {
        termios settings{};
        checked(::tcgetattr(slave_.get(), &settings), "tcgetattr");
        // A line ends as it does in a pipe.
        ::cfmakeraw(&settings);
        checked(::tcsetattr(slave_.get(), TCSANOW, &settings), "tcsetattr");
        resize(columns);
    }

    void resize(unsigned short columns) const {
        winsize size{};
        size.ws_row = 24;
        size.ws_col = columns;
        checked(::ioctl(pty_.master().get(), TIOCSWINSZ, &size), "TIOCSWINSZ");
    }

    // For programs to write to.
    int fd() const { return slave_.get(); }

    LineCollector& lines() { return lines_; }

    // All, once every program that writes there has ended.
    std::vector<std::string> wait_for_end() {
        slave_.reset();
        return lines_.wait_for_end();
    }

private:
    Pty pty_;
    UniqueFd slave_;
    LineCollector lines_{UniqueFd(checked(::fcntl(pty_.master().get(), F_DUPFD_CLOEXEC, 3), "fcntl"))};
};

// Of text without colours and of narrow characters.
inline std::size_t columns_of_line(std::string_view line) {
    std::size_t columns = 0;
    for (const char c : line) columns += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1 : 0;
    return columns;
}

inline std::string without_colours(const std::string& line) {
    static const std::regex colour("\x1b\\[[0-9]*m");
    return std::regex_replace(line, colour, "");
}

inline bool has_colours(const std::string& line) { return line.find('\x1b') != std::string::npos; }

// Times, pids and what depends on the machine's load are always the same ones.
inline std::string normalised(std::string line) {
    static const std::regex time(R"(^ *[0-9]+(\.[0-9]+)? )");
    static const std::regex pid(R"(\[[0-9]+\])");
    static const std::regex usage(R"( after [0-9.]+ m?s(, [0-9.]+ m?s cpu)?(, [0-9]+ MiB)?$)");
    line = std::regex_replace(line, time, "0.000 ");
    line = std::regex_replace(line, pid, "[PID]");
    return std::regex_replace(line, usage, " after 1 ms");
}

inline std::vector<std::string> normalised(std::vector<std::string> lines) {
    for (auto& line : lines) line = normalised(without_colours(line));
    return lines;
}

}  // namespace exectap::test
