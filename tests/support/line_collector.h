// SPDX-License-Identifier: MIT OR Apache-2.0
// Collects the lines of a pipe in a thread of its own, so that who writes there never waits for the test.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/io.h"

namespace exectap::test {

class LineCollector {
public:
    using Lines = std::vector<std::string>;

    explicit LineCollector(UniqueFd source);
    ~LineCollector();
    LineCollector(const LineCollector&) = delete;
    LineCollector& operator=(const LineCollector&) = delete;

    // Throws, with all the lines there are, when the pipe ends or kPatience is over before the condition holds.
    void wait_until(const std::function<bool(const Lines&)>& condition, std::string_view what);

    // The first line that begins so, of those that are there or will come.
    std::string wait_for_line(std::string_view beginning);

    // The next line that this function has not given yet.
    std::string next_line();

    // All lines, after the end of the pipe. Throws when the last one has no newline.
    Lines wait_for_end();

    Lines so_far();

private:
    void collect();
    void take(std::string_view bytes);

    UniqueFd source_;
    Pipe stop_ = Pipe::create();
    std::mutex mutex_;
    std::condition_variable changed_;
    Lines lines_;
    std::string unfinished_;
    bool is_at_end_ = false;
    std::size_t next_ = 0;
    std::thread thread_;
};

}  // namespace exectap::test
