// SPDX-License-Identifier: MIT OR Apache-2.0
// compare_count EXECS PIDS OUTPUT: what a tracer's OUTPUT says of the storm whose pids are in PIDS, in one line of
// words NAME=NUMBER. Knows no tool: an exec is told where a line has its numbered argument, or at least its pid; right
// where all its arguments follow. A call is told to have failed where the line says ENOENT or -2.
#include <algorithm>
#include <charconv>
#include <fstream>
#include <iostream>
#include <optional>
#include <unordered_map>

#include "compare_plan.h"

namespace {

// The words of a line, with one space between any two. What tools put around arguments is no part of a word.
std::string words_of(std::string_view line) {
    std::string words = " ";
    for (const char c : line) {
        const bool is_between = std::string_view(" \t\"[],()").find(c) != std::string_view::npos;
        if (!is_between)
            words += c;
        else if (words.back() != ' ')
            words += ' ';
    }
    if (words.back() != ' ') words += ' ';
    return words;
}

std::string joined(const std::vector<std::string>& strings) {
    std::string all = " ";
    for (const auto& each : strings) all += each + " ";
    return all;
}

std::optional<std::size_t> number_in(std::string_view text) {
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

std::optional<std::size_t> number_after(std::string_view mark, std::string_view words) {
    const auto place = words.find(" " + std::string(mark));
    if (place == std::string_view::npos) return std::nullopt;
    return number_in(words.substr(place + 1 + mark.size(), compare::kNumberDigits));
}

// The first word that is a number, alone or after a slash: the pid, in lines that begin with it or with COMM/PID.
std::optional<std::size_t> pid_in(std::string_view words) {
    while (words.size() > 1) {
        words.remove_prefix(1);
        const auto word = words.substr(0, words.find(' '));
        const auto slash = word.rfind('/');
        if (const auto number = number_in(slash == std::string_view::npos ? word : word.substr(slash + 1)))
            return number;
        words.remove_prefix(word.size());
    }
    return std::nullopt;
}

struct Exec {
    bool is_told = false;
    bool is_told_by_pid = false;
    bool is_right = false;
    bool attempt_is_told = false;
    bool attempt_has_errno = false;
};

class Count {
public:
    Count(std::size_t execs, std::istream& pids) : execs_(execs) {
        std::size_t pid = 0;
        for (std::size_t i = 0; i < execs && pids >> pid; i++) exec_by_pid_[pid] = i;
    }

    void take(std::string_view line) {
        const auto words = words_of(line);
        const bool says_failed = words.find("ENOENT") != std::string::npos || words.find(" -2 ") != std::string::npos;
        if (const auto failed = number_after(compare::kFailedMark, words); failed && *failed < execs_.size()) {
            execs_[*failed].attempt_is_told = true;
            if (says_failed) execs_[*failed].attempt_has_errno = true;
        } else if (const auto worked = number_after(compare::kWorkedMark, words); worked && *worked < execs_.size()) {
            execs_[*worked].is_told = true;
            if (words.find(joined(compare::arguments_of(*worked))) != std::string::npos)
                execs_[*worked].is_right = true;
        } else {
            take_without_number(words, says_failed);
        }
    }

    void print() const {
        const auto all = [](const Exec&, std::size_t) { return true; };
        std::cout << "told=" << count([](const Exec& e, std::size_t) { return e.is_told; })
                  << " pids=" << count([](const Exec& e, std::size_t) { return e.is_told_by_pid; })
                  << " right=" << count([](const Exec& e, std::size_t) { return e.is_right; });
        for (std::size_t kind = 0; kind < compare::kKindNames.size(); kind++) {
            const auto is_this = [&](std::size_t i) { return static_cast<std::size_t>(compare::kind_of(i)) == kind; };
            std::cout << ' ' << compare::kKindNames[kind] << '='
                      << count([&](const Exec& e, std::size_t i) { return e.is_right && is_this(i); }) << ' '
                      << compare::kKindNames[kind]
                      << "_all=" << count([&](const Exec&, std::size_t i) { return is_this(i); });
        }
        std::cout << " attempts=" << count([](const Exec& e, std::size_t) { return e.attempt_is_told; })
                  << " errnos=" << count([](const Exec& e, std::size_t) { return e.attempt_has_errno; })
                  << " attempts_all=" << count([](const Exec&, std::size_t i) { return compare::fails_first(i); })
                  << " all=" << count(all) << '\n';
    }

private:
    // The second half of a call, or a tool that has no arguments to show.
    void take_without_number(std::string_view words, bool says_failed) {
        const auto pid = pid_in(words);
        const auto exec = pid ? exec_by_pid_.find(*pid) : exec_by_pid_.end();
        if (exec == exec_by_pid_.end()) return;
        if (says_failed)
            execs_[exec->second].attempt_has_errno = true;
        else if (words.find(" execve ") != std::string_view::npos)
            execs_[exec->second].is_told_by_pid = true;
    }

    template <typename Condition>
    std::size_t count(Condition holds) const {
        std::size_t number = 0;
        for (std::size_t i = 0; i < execs_.size(); i++) number += holds(execs_[i], i) ? 1U : 0U;
        return number;
    }

    std::vector<Exec> execs_;
    std::unordered_map<std::size_t, std::size_t> exec_by_pid_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    std::ifstream pids(argv[2]);
    std::ifstream output(argv[3], std::ios::binary);
    if (!pids || !output) return 1;
    Count count(std::stoul(argv[1]), pids);
    for (std::string line; std::getline(output, line);) count.take(line);
    count.print();
}
