// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/owned_attempt.h"

#include <string_view>

namespace exectap {
namespace {

// Calls visit(view) for each string of an attempt.
template <typename Visit>
void for_each_string(AttemptEvent& attempt, Visit visit) {
    auto& call = attempt.call;
    if (call.comm) visit(*call.comm);
    if (call.filename) visit(call.filename->bytes);
    if (call.arguments) visit(call.arguments->bytes);
    if (call.cwd) visit(call.cwd->path);
    if (call.cgroup) visit(call.cgroup->path);
    if (call.tty) visit(*call.tty);
}

}  // namespace

void OwnedAttempt::assign(const AttemptEvent& attempt) {
    event_ = attempt;
    // All of it first: growing later would leave views behind.
    std::size_t bytes = 0;
    for_each_string(event_, [&](std::string_view text) { bytes += text.size(); });
    text_.clear();
    text_.reserve(bytes);
    for_each_string(event_, [&](std::string_view& text) {
        const auto begin = text_.size();
        text_ += text;
        text = {text_.data() + begin, text_.size() - begin};
    });
}

}  // namespace exectap
