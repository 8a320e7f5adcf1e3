// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/folding_sink.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <variant>

#include "exectap/clock.h"

namespace exectap {
namespace {

// Far longer than a search takes from one directory to the next, and short for who waits for the line.
constexpr std::chrono::milliseconds kLongestHold{50};

// Attempts with more arguments are told at once: they would take memory.
constexpr std::size_t kMostArgumentBytes = 64 << 10;

std::string_view last_component(std::string_view path) { return path.substr(path.rfind('/') + 1); }

std::string_view first_argument(const Call& call) {
    if (!call.arguments) return {};
    const auto bytes = call.arguments->bytes;
    return bytes.substr(0, bytes.find('\0'));
}

// Whether it may be a step of a search: the name that is looked for is the first argument, too.
bool is_step(const AttemptEvent& attempt) {
    const auto& call = attempt.call;
    if (attempt.error != ENOENT || attempt.is_fatal || !call.filename || call.filename->is_cut || !call.arguments)
        return false;
    const auto name = first_argument(call);
    return !name.empty() && name == last_component(call.filename->bytes) &&
           call.arguments->bytes.size() <= kMostArgumentBytes;
}

// The same name, looked for by the same program run.
bool are_of_one_search(const Call& held, const Call& next) {
    return held.tid == next.tid && held.pid == next.pid && next.filename &&
           first_argument(held) == first_argument(next) &&
           last_component(held.filename->bytes) == last_component(next.filename->bytes);
}

// The exec that a search led to. Of a script the kernel has put the interpreter in the place of the name.
bool ends_search(const Call& held, const ExecEvent& exec) {
    const auto& call = exec.call;
    if (!exec.is_script) return are_of_one_search(held, call);
    return held.tid == call.tid && held.pid == call.pid && call.filename &&
           first_argument(held) == last_component(call.filename->bytes);
}

}  // namespace

void FoldingSink::write(const Event& event) {
    std::visit([&](const auto& one) { on(event, one); }, event);
}

void FoldingSink::on(const Event& event, const AttemptEvent& attempt) {
    auto* search = search_of(attempt.call.tid);
    if (!options_.folds || !is_step(attempt)) {
        if (search != nullptr) release(*search);
        next_.write(event);
        return;
    }
    if (search == nullptr) {
        hold(attempt);
        return;
    }
    const auto& held = search->last.event().call;
    // A search that comes back to its first directory is the next search for the same name; only where PATH names that
    // one twice in a row it is not.
    const auto path = attempt.call.filename->bytes;
    const bool begins_anew = path == search->first_filename && path != held.filename->bytes;
    const bool goes_on = are_of_one_search(held, attempt.call) && held.exec_id == attempt.call.exec_id && !begins_anew;
    if (!goes_on) {
        release(*search);
        hold(attempt);
        return;
    }
    const auto folded = held.folded_attempts + 1;
    search->last.assign(attempt);
    search->last.event().call.folded_attempts = folded;
}

void FoldingSink::on(const Event& event, const ExecEvent& exec) {
    auto* search = search_of(exec.call.tid);
    if (search == nullptr || !options_.joins_exec || !ends_search(search->last.event().call, exec)) {
        write_after_those_of(exec.call.pid, event);
        return;
    }
    const auto& held = search->last.event().call;
    auto joined = exec;
    joined.call.folded_attempts = held.folded_attempts + 1;
    search->is_held = false;
    held_--;
    write_after_those_of(exec.call.pid, joined);
}

void FoldingSink::on(const Event& event, const LostEvent& /*lost*/) {
    release_all();
    next_.write(event);
}

// Of all its threads: an exec ends the others.
void FoldingSink::write_after_those_of(std::uint32_t pid, const Event& event) {
    if (held_ > 0) {
        for (auto& search : searches_)
            if (search.is_held && search.last.event().call.pid == pid) release(search);
    }
    next_.write(event);
}

FoldingSink::Search* FoldingSink::search_of(std::uint32_t tid) {
    if (held_ == 0) return nullptr;
    auto* const found = std::find_if(searches_.begin(), searches_.end(), [&](const Search& search) {
        return search.is_held && search.last.event().call.tid == tid;
    });
    return found == searches_.end() ? nullptr : &*found;
}

FoldingSink::Search* FoldingSink::oldest() {
    Search* oldest = nullptr;
    for (auto& search : searches_) {
        const bool is_older =
            oldest == nullptr || search.last.event().call.since_boot < oldest->last.event().call.since_boot;
        if (search.is_held && is_older) oldest = &search;
    }
    return oldest;
}

void FoldingSink::hold(const AttemptEvent& attempt) {
    if (held_ == kMostSearches) release(*oldest());
    auto* const free =
        std::find_if(searches_.begin(), searches_.end(), [](const Search& search) { return !search.is_held; });
    free->last.assign(attempt);
    free->first_filename = attempt.call.filename->bytes;
    free->is_held = true;
    held_++;
}

void FoldingSink::release(Search& search) {
    search.is_held = false;
    held_--;
    next_.write(search.last.event());
}

void FoldingSink::release_all() {
    while (held_ > 0) release(*oldest());
}

void FoldingSink::flush() {
    if (held_ > 0) {
        const auto latest = since_boot_now() - kLongestHold;
        for (auto* search = oldest(); search != nullptr && search->last.event().call.since_boot < latest;
             search = oldest())
            release(*search);
    }
    next_.flush();
}

}  // namespace exectap
