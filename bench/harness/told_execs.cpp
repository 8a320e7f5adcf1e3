// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/told_execs.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>

namespace exectap::bench {
namespace {

bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }

// The number that the text begins with.
std::optional<std::uint64_t> number_at_start(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{}) return std::nullopt;
    return number;
}

}  // namespace

ToldExecs::ToldExecs(std::uint64_t first, const std::vector<pid_t>& pids) : first_(first), execs_(pids.size()) {
    for (std::size_t i = 0; i < pids.size(); i++) index_by_pid_[static_cast<std::uint64_t>(pids[i])] = i;
}

void ToldExecs::take_file(const std::string& path) {
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) take(line);
}

void ToldExecs::take(std::string_view line) {
    if (const auto index = index_by_number(line, "run-")) {
        note(*index, index_by_number(line, "out-") == index ? Exec::kWithArguments : Exec::kByNumber);
    } else if (line.find("run-") == std::string_view::npos) {
        if (const auto by_pid = index_by_pid(line)) note(*by_pid, Exec::kByPid);
    }
}

void ToldExecs::note(std::uint64_t index, Exec how) { execs_[index] = std::max(execs_[index], how); }

std::optional<std::uint64_t> ToldExecs::index_by_number(std::string_view line, std::string_view mark) const {
    const auto place = line.find(mark);
    if (place == std::string_view::npos) return std::nullopt;
    const auto number = number_at_start(line.substr(place + mark.size()));
    if (!number || *number < first_ || *number - first_ >= execs_.size()) return std::nullopt;
    return *number - first_;
}

// Of all numbers in the line, the first that is a pid of the storm.
std::optional<std::uint64_t> ToldExecs::index_by_pid(std::string_view line) const {
    while (!line.empty()) {
        const auto digits =
            static_cast<std::size_t>(std::find_if_not(line.begin(), line.end(), is_digit) - line.begin());
        if (const auto number = number_at_start(line.substr(0, digits))) {
            const auto found = index_by_pid_.find(*number);
            if (found != index_by_pid_.end()) return found->second;
        }
        line.remove_prefix(std::max<std::size_t>(1, digits));
    }
    return std::nullopt;
}

std::uint64_t ToldExecs::told() const {
    return execs_.size() - static_cast<std::uint64_t>(std::count(execs_.begin(), execs_.end(), Exec::kUntold));
}

std::uint64_t ToldExecs::with_arguments() const {
    return static_cast<std::uint64_t>(std::count(execs_.begin(), execs_.end(), Exec::kWithArguments));
}

std::optional<std::uint64_t> ToldExecs::earliest() const {
    const auto told = std::find_if(execs_.begin(), execs_.end(), [](Exec exec) { return exec != Exec::kUntold; });
    if (told == execs_.end()) return std::nullopt;
    return first_ + static_cast<std::uint64_t>(told - execs_.begin());
}

}  // namespace exectap::bench
