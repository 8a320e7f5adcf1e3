// SPDX-License-Identifier: MIT OR Apache-2.0
// A queue before a file, and the thread that writes from one to the other: whoever puts lines here never waits, and
// knows in the end which of them were not written.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include "exectap/result.h"
#include "exectap/unique_fd.h"
#include "sink/line_queue.h"
#include "sink/output_file.h"

namespace exectap {

class Output {
public:
    // At most so many bytes wait to be written.
    static Result<Output> create(OutputFile file, std::size_t buffer_bytes);

    Output(Output&& other) = default;
    Output& operator=(Output&& other) = delete;
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    // Does not wait: what is not written by then never is.
    ~Output();

    // Nothing is written before. The thread inherits rights and signals as they are now.
    void start();

    // False: there is no room, and nothing of it was taken. After an error all is taken, and counted as not written.
    bool put(std::string_view text, Told told);

    // The same, of what nothing can stand for: waits for room, unless there is an error.
    void put_aside(std::string_view text);

    // After a put that found no room: is it worth while to try again?
    bool has_room_again() const { return has_failed_ || writer_->queue->is_half_empty(); }

    // What was put so far may be written.
    void flush();

    // Readable when there may be a failure, or when is_written() is to be asked again.
    int event_fd() const { return writer_->event.get(); }

    // The file itself, to be told when its reader goes away. reopen() makes it another one.
    int fd() const;

    // By whatever descriptor.
    bool is_to_same_file_as(int fd) const;

    // Each error of the file once. After one nothing is written until reopen().
    std::optional<Error> failure();

    // Everything that was flushed has been written, or never will be. If not, event_fd() will tell.
    bool is_written();

    // Opens the file's name again, to append; what was put before still goes to the old file. Nothing for a borrowed
    // descriptor.
    Result<void> reopen();

    // Waits until all is written, or can't be, and closes the file.
    Result<void> close();

    // Events that were taken by put() and not written, since an error.
    const EventCounts& not_written() const { return not_written_; }

private:
    // What both threads have.
    struct Writer {
        Writer(OutputFile its_file, std::unique_ptr<LineQueue> its_queue, UniqueFd its_event)
            : file(std::move(its_file)), queue(std::move(its_queue)), event(std::move(its_event)) {}

        OutputFile file;
        std::unique_ptr<LineQueue> queue;
        UniqueFd event;
        std::atomic<std::uint32_t> wakeups = 0;
        std::atomic<bool> tells_of_writes = false;
        std::mutex mutex;  // of what follows; not held while writing
        std::optional<OutputFile> next_file;
        std::uint64_t next_file_from = 0;  // the position in the text
        std::uint64_t written = 0;
        std::optional<Error> error;  // the queue is left alone while it stands
        bool is_in_line = false;     // the file ends in the middle of a line
        bool is_closing = false;
        bool is_abandoned = false;

        void run();
        bool write_some();
        bool is_over();
        void wake();
        void tell() const;
    };

    explicit Output(std::shared_ptr<Writer> writer) : writer_(std::move(writer)) {}

    void put_part_aside(std::string_view text);
    void read_event() const;
    void collect_failure();

    std::shared_ptr<Writer> writer_;  // the thread keeps it, too
    std::thread thread_;
    std::uint64_t put_bytes_ = 0;
    std::uint64_t flushed_bytes_ = 0;
    EventCounts not_written_{};
    std::optional<Error> failure_;  // not told yet
    bool has_failed_ = false;
};

}  // namespace exectap
