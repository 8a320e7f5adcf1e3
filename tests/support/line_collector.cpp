// SPDX-License-Identifier: MIT OR Apache-2.0
// Collects the lines of a pipe in a thread of its own.
#include "support/line_collector.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace exectap::test {
namespace {

bool begins_with(const std::string& line, std::string_view beginning) {
    return line.compare(0, beginning.size(), beginning) == 0;
}

}  // namespace

LineCollector::LineCollector(UniqueFd source) : source_(std::move(source)), thread_([this] { collect(); }) {}

LineCollector::~LineCollector() {
    stop_.write_end.reset();
    thread_.join();
}

void LineCollector::collect() {
    std::array<char, 1 << 16> block{};
    std::array<pollfd, 2> fds{pollfd{source_.get(), POLLIN, 0}, pollfd{stop_.read_end.get(), POLLIN, 0}};
    for (;;) {
        if (::poll(fds.data(), fds.size(), -1) < 0) continue;
        if (fds[1].revents != 0) return;
        const auto count = ::read(source_.get(), block.data(), block.size());
        const std::scoped_lock lock(mutex_);
        changed_.notify_all();
        // Branches, and no flag that is stored as it is computed: with QEMU 7.2 that store, the first to its page since
        // a fork, was seen to store true, and the branch after it to be taken, for a count of 47.
        if (count <= 0) {
            is_at_end_ = true;
            return;
        }
        take({block.data(), static_cast<std::size_t>(count)});
    }
}

void LineCollector::take(std::string_view bytes) {
    for (auto end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
        lines_.push_back(std::exchange(unfinished_, {}).append(bytes.substr(0, end)));
        bytes.remove_prefix(end + 1);
    }
    unfinished_ += bytes;
}

void LineCollector::wait_until(const std::function<bool(const Lines&)>& condition, std::string_view what) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!condition(lines_)) {
        const bool is_late = !is_at_end_ && changed_.wait_until(lock, end) == std::cv_status::timeout;
        if (condition(lines_)) return;
        if (!is_at_end_ && !is_late) continue;
        throw TimedOut(fmt::format("{} before {}; it wrote:\n{}\n{}", is_late ? "nothing more came" : "it ended", what,
                                   fmt::join(lines_, "\n"), unfinished_));
    }
}

std::string LineCollector::wait_for_line(std::string_view beginning) {
    std::string found;
    const auto is_there = [&](const Lines& lines) {
        const auto line =
            std::find_if(lines.begin(), lines.end(), [&](const auto& each) { return begins_with(each, beginning); });
        if (line != lines.end()) found = *line;
        return line != lines.end();
    };
    wait_until(is_there, fmt::format("a line that begins with '{}'", beginning));
    return found;
}

std::string LineCollector::next_line() {
    wait_until([this](const Lines& lines) { return lines.size() > next_; }, "the next line");
    const std::scoped_lock lock(mutex_);
    return lines_[next_++];
}

LineCollector::Lines LineCollector::wait_for_end() {
    wait_until([this](const Lines& /*lines*/) { return is_at_end_; }, "the end of its output");
    const std::scoped_lock lock(mutex_);
    if (!unfinished_.empty()) throw std::runtime_error("its output ends without a newline: " + unfinished_);
    return lines_;
}

LineCollector::Lines LineCollector::so_far() {
    const std::scoped_lock lock(mutex_);
    return lines_;
}

}  // namespace exectap::test
