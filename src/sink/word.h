// SPDX-License-Identifier: MIT OR Apache-2.0
// Short text of our own making: names and numbers, plain ASCII that needs no escaping anywhere. Never what an observed
// process chose.
#pragma once

#include <array>
#include <charconv>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <system_error>

#include "exectap/event.h"

namespace exectap {

// Held in place, so that an event is shown without an allocation.
class Word {
public:
    Word() = default;
    explicit Word(std::string_view text) { append(text); }

    // What does not fit is dropped; the longest word, an exec id, has 52 characters.
    Word& append(std::string_view text) {
        size_ = static_cast<std::uint8_t>(size_ + text.copy(text_.data() + size_, text_.size() - size_));
        return *this;
    }
    Word& append(std::integral auto number) {
        const auto [end, error] = std::to_chars(text_.data() + size_, text_.data() + text_.size(), number);
        if (error == std::errc()) size_ = static_cast<std::uint8_t>(end - text_.data());
        return *this;
    }
    // The last `count` digits of a decimal number, zeros included.
    Word& append_digits(std::uint64_t number, std::size_t count);
    // In the base, with leading zeros up to `width`.
    Word& append_unsigned(std::uint64_t number, int base, std::size_t width);

    std::string_view text() const { return {text_.data(), size_}; }

private:
    std::array<char, 63> text_;  // only the first size_ are ever read
    std::uint8_t size_ = 0;
};

// <start_boottime ns>-<pid>-<self_exec_id>
Word exec_id_word(const ExecId& id);

// UTC of a time since 1970, as RFC 3339 has it: "2026-01-31T09:41:03.123456Z". Nothing is ever rounded up.
Word utc_word(std::chrono::nanoseconds since_epoch, std::size_t fraction_digits);

// "1.204"
Word seconds_word(std::chrono::nanoseconds duration, std::size_t fraction_digits);

// "SIGKILL"; "SIG35" for real-time signals, which have none.
Word signal_word(int signal);

// "ENOENT"; "E524" for errors without a name.
Word errno_word(int number);

}  // namespace exectap
