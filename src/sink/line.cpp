// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/line.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstring>
#include <ctime>
#include <iterator>
#include <utility>

#include "sink/escape.h"

namespace exectap {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

void append_time(std::string& out, nanoseconds since_boot, const Clock& clock) {
    const auto to = std::back_inserter(out);
    auto shown = since_boot;
    if (clock.style == TimeStyle::start) shown -= clock.start_since_boot;
    if (clock.style == TimeStyle::wall) shown += clock.wall_minus_boot;
    const auto whole = std::chrono::floor<seconds>(shown);
    const auto micros = duration_cast<microseconds>(shown - whole).count();
    if (clock.style == TimeStyle::wall) {
        fmt::format_to(to, "[{:%Y-%m-%dT%H:%M:%S}.{:06}Z]", fmt::gmtime(static_cast<std::time_t>(whole.count())),
                       micros);
    } else {
        fmt::format_to(to, "[{}.{:06}]", whole.count(), micros);
    }
}

void append_cut(std::string& out, const Bytes& text) {
    append_quoted(out, text.bytes);
    if (text.is_cut) out += "...";
}

void append_first_argument(std::string& out, const std::optional<Arguments>& arguments) {
    out += " argv0=";
    if (!arguments) {
        out += "unreadable";
        return;
    }
    const auto end = arguments->bytes.find('\0');
    append_cut(out, {arguments->bytes.substr(0, end), end == std::string_view::npos && arguments->is_cut});
}

void append_arguments(std::string& out, const std::optional<Arguments>& arguments) {
    out += " argv=";
    if (!arguments) {
        out += "unreadable";
        return;
    }
    out += '[';
    bool is_first = true;
    bool last_is_cut = false;
    arguments->for_each([&](std::string_view argument, bool is_cut) {
        if (!std::exchange(is_first, false)) out += ',';
        append_cut(out, {argument, is_cut});
        last_is_cut = is_cut;
    });
    if (arguments->is_cut && !last_is_cut) out += is_first ? "..." : ",...";
    out += ']';
    if (!arguments->is_cut) return;
    if (arguments->total_bytes) fmt::format_to(std::back_inserter(out), " argv_bytes={}", *arguments->total_bytes);
    if (arguments->true_count) fmt::format_to(std::back_inserter(out), " argc={}", *arguments->true_count);
}

// The first eight fields are the original's, in its order.
void append_call(std::string& out, const Call& call) {
    const auto to = std::back_inserter(out);
    fmt::format_to(to, " pid={} tid={} uid={} gid={}", call.pid, call.tid, call.uid, call.gid);
    if (call.syscall_id) fmt::format_to(to, " syscall_id={}", *call.syscall_id);
    out += " comm=";
    if (call.comm) {
        append_quoted(out, *call.comm);
    } else {
        out += "unreadable";
    }
    out += " filename=";
    if (call.filename) {
        append_cut(out, *call.filename);
    } else {
        out += "unreadable";
    }
    append_first_argument(out, call.arguments);
    fmt::format_to(to, " ppid={}", call.ppid);
    append_arguments(out, call.arguments);
}

struct LineWriter {
    std::string& out;
    const Clock& clock;

    void operator()(const ExecEvent& exec) const {
        append_time(out, exec.call.since_boot, clock);
        append_call(out, exec.call);
    }

    void operator()(const AttemptEvent& attempt) const {
        append_time(out, attempt.call.since_boot, clock);
        append_call(out, attempt.call);
        // A number that has no name is shown as one.
        if (const char* name = ::strerrorname_np(attempt.error)) {
            fmt::format_to(std::back_inserter(out), " error={}", name);
        } else {
            fmt::format_to(std::back_inserter(out), " error={}", attempt.error);
        }
        if (attempt.is_fatal) out += " fatal=true";
    }

    void operator()(const LostEvent& lost) const {
        append_time(out, lost.since_boot, clock);
        fmt::format_to(std::back_inserter(out), " lost={} reason=ring", lost.count);
    }
};

}  // namespace

void append_line(std::string& out, const Event& event, const Clock& clock) {
    std::visit(LineWriter{out, clock}, event);
    out += '\n';
}

void LineSink::write(const Event& event) {
    append_line(output_.buffer(), event, clock_);
    if (!output_.is_full()) return;
    const auto flushed = output_.flush();
    if (!flushed) early_ = flushed;
}

Result<void> LineSink::flush() {
    const auto flushed = output_.flush();
    return early_ ? flushed : std::exchange(early_, {});
}

}  // namespace exectap
