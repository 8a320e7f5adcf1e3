// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/output.h"

#include <fmt/format.h>
#include <linux/futex.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace exectap {
namespace {

// Room is free again after each of these.
constexpr std::size_t kMostAtOnce = 64 << 10;

// In whole lines, where one fits: others may write to the same terminal.
std::string_view next_part(std::string_view text) {
    if (text.size() <= kMostAtOnce) return text;
    text = text.substr(0, kMostAtOnce);
    // Not rfind(), which looks at one byte after the other: lines can be megabytes long.
    const auto* end = static_cast<const char*>(::memrchr(text.data(), '\n', text.size()));
    return end == nullptr ? text : text.substr(0, static_cast<std::size_t>(end - text.data()) + 1);
}

// Not by std::atomic::wait(), which yields the processor four times before it sleeps (libstdc++ 12): in a storm each of
// these is a switch to another task and back.
using FutexWord = std::atomic<std::uint32_t>;
static_assert(FutexWord::is_always_lock_free && sizeof(FutexWord) == sizeof(std::uint32_t));

// Sleeps unless the word has changed; also returns for no reason.
void wait_while(FutexWord& word, std::uint32_t seen) {
    ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, seen, nullptr, nullptr, 0);
}

void wake_waiter(FutexWord& word) { ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0); }

}  // namespace

void Output::Writer::wake() {
    wakeups.fetch_add(1, std::memory_order_seq_cst);
    wake_waiter(wakeups);
}

void Output::Writer::tell() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto ignored = ::write(event.get(), &one, sizeof one);
}

bool Output::Writer::write_some() {
    std::unique_lock lock(mutex);
    if (error || is_abandoned) return false;
    auto text = queue->front();
    if (next_file && written >= next_file_from) {
        // The old file's last words are its own: nobody is left to tell.
        file = *std::exchange(next_file, std::nullopt);
        is_in_line = false;
    }
    if (next_file) text = text.substr(0, next_file_from - written);
    lock.unlock();
    if (text.empty()) return false;

    const auto part = next_part(text);
    auto result = file.write(part);
    const bool ends_in_line = result.bytes == 0 ? is_in_line : part[result.bytes - 1] != '\n';
    // Before the error can be seen: who sees it counts what is left in the queue.
    queue->pop(result.bytes);
    lock.lock();
    written += result.bytes;
    is_in_line = ends_in_line;
    error = std::move(result.error);
    const bool has_failed = error.has_value();
    lock.unlock();
    if (has_failed || tells_of_writes) tell();
    return !has_failed;
}

bool Output::Writer::is_over() {
    const std::lock_guard lock(mutex);
    return is_abandoned || (is_closing && (error || queue->front().empty()));
}

void Output::Writer::run() {
    for (;;) {
        const auto seen = wakeups.load(std::memory_order_seq_cst);
        if (write_some()) continue;
        if (is_over()) return;
        wait_while(wakeups, seen);
    }
}

Result<Output> Output::create(OutputFile file, std::size_t buffer_bytes) {
    auto queue = LineQueue::create(buffer_bytes);
    if (!queue) return queue.error();
    UniqueFd event(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    if (!event)
        return Error{fmt::format("can't wait for the output: {}", std::strerror(errno)), ErrorKind::failure, errno};
    return Output(std::make_shared<Writer>(std::move(file), std::move(*queue), std::move(event)));
}

Output::~Output() {
    if (!thread_.joinable()) return;
    {
        const std::lock_guard lock(writer_->mutex);
        writer_->is_abandoned = true;
    }
    writer_->wake();
    // It may be in the middle of a write that nobody reads.
    thread_.detach();
}

void Output::start() {
    thread_ = std::thread([writer = writer_] { writer->run(); });
}

bool Output::put(std::string_view text, Told told) {
    if (has_failed_) {
        const auto kind = static_cast<std::size_t>(told.tells);
        if (kind < not_written_.size()) not_written_.at(kind)++;
        not_written_.at(static_cast<std::size_t>(Tells::attempt)) += told.folded_attempts;
        return true;
    }
    if (!writer_->queue->push(text, told)) return false;
    put_bytes_ += text.size();
    return true;
}

void Output::put_aside(std::string_view text) {
    // There would never be room for what is longer than the queue.
    while (!text.empty()) {
        const auto part = text.substr(0, writer_->queue->bytes());
        put_part_aside(part);
        text.remove_prefix(part.size());
    }
}

void Output::put_part_aside(std::string_view text) {
    if (put(text, Tells::aside)) return;
    // Say so first, then try again: who makes room after that tells.
    writer_->tells_of_writes = true;
    while (!put(text, Tells::aside)) {
        flush();
        pollfd event{writer_->event.get(), POLLIN, 0};
        ::poll(&event, 1, -1);
        read_event();
        collect_failure();
    }
    writer_->tells_of_writes = false;
}

void Output::flush() {
    if (flushed_bytes_ == put_bytes_) return;
    flushed_bytes_ = put_bytes_;
    writer_->queue->publish();
    writer_->wake();
}

int Output::fd() const {
    const std::lock_guard lock(writer_->mutex);
    return writer_->file.fd();
}

bool Output::is_to_same_file_as(int fd) const {
    const std::lock_guard lock(writer_->mutex);
    return writer_->file.is_same_as(OutputFile::borrow(fd, {}));
}

void Output::read_event() const {
    std::uint64_t times = 0;
    [[maybe_unused]] const auto ignored = ::read(writer_->event.get(), &times, sizeof times);
}

void Output::collect_failure() {
    const std::lock_guard lock(writer_->mutex);
    if (has_failed_ || !writer_->error) return;
    failure_ = writer_->error;
    const auto counts = writer_->queue->clear();
    for (std::size_t kind = 0; kind < counts.size(); kind++) not_written_.at(kind) += counts.at(kind);
    writer_->written = put_bytes_;
    flushed_bytes_ = put_bytes_;
    has_failed_ = !writer_->next_file;
    if (!has_failed_) writer_->error.reset();
}

std::optional<Error> Output::failure() {
    read_event();
    collect_failure();
    return std::exchange(failure_, std::nullopt);
}

bool Output::is_written() {
    // Say so first, then look: who empties the queue after the look tells.
    writer_->tells_of_writes = true;
    collect_failure();
    const bool is_written = has_failed_ || writer_->queue->is_empty();
    if (is_written) writer_->tells_of_writes = false;
    return is_written;
}

Result<void> Output::reopen() {
    collect_failure();
    {
        const std::lock_guard lock(writer_->mutex);
        auto file = writer_->file.open_again();
        if (!file) return {};
        if (!*file) return file->error();
        // Else the next line would go on where the last one broke off.
        if (has_failed_ && writer_->is_in_line && (*file)->is_same_as(writer_->file)) (*file)->write("\n");
        writer_->next_file = std::move(**file);
        writer_->next_file_from = put_bytes_;
        if (has_failed_) writer_->error.reset();
    }
    has_failed_ = false;
    writer_->wake();
    return {};
}

Result<void> Output::close() {
    flush();
    {
        const std::lock_guard lock(writer_->mutex);
        writer_->is_closing = true;
    }
    writer_->wake();
    if (thread_.joinable()) thread_.join();
    if (auto failed = failure()) return *failed;
    return writer_->file.close();
}

}  // namespace exectap
