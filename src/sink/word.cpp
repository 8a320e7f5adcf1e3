// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/word.h"

#include <charconv>
#include <cstring>

namespace exectap {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::size_t kNanosecondDigits = 9;

// The first digits of nine.
void append_fraction(Word& word, nanoseconds fraction, std::size_t digits) {
    auto shown = static_cast<std::uint64_t>(fraction.count());
    for (auto i = digits; i < kNanosecondDigits; i++) shown /= 10;
    word.append(".").append_digits(shown, digits);
}

void append_number(Word& word, unsigned number, std::string_view after) { word.append_digits(number, 2).append(after); }

}  // namespace

Word& Word::append_unsigned(std::uint64_t number, int base, std::size_t width) {
    std::array<char, 64> digits;
    const auto* end = std::to_chars(digits.data(), digits.data() + digits.size(), number, base).ptr;
    const auto count = static_cast<std::size_t>(end - digits.data());
    for (auto i = count; i < width; i++) append("0");
    return append({digits.data(), count});
}

Word& Word::append_digits(std::uint64_t number, std::size_t count) {
    if (count > text_.size() - size_) return *this;
    for (auto at = size_ + count; at > size_; at--) {
        text_[at - 1] = static_cast<char>('0' + number % 10);
        number /= 10;
    }
    size_ = static_cast<std::uint8_t>(size_ + count);
    return *this;
}

Word exec_id_word(const ExecId& id) {
    Word word;
    word.append(id.start_time.count()).append("-").append(id.pid).append("-").append(id.self_exec_id);
    return word;
}

Word utc_word(nanoseconds since_epoch, std::size_t fraction_digits) {
    const std::chrono::sys_time<nanoseconds> time(since_epoch);
    const auto midnight = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(midnight);
    const std::chrono::hh_mm_ss of_day(time - midnight);
    Word word;
    // Nanoseconds in 64 bits reach from 1677 to 2262.
    word.append(static_cast<int>(date.year())).append("-");
    append_number(word, static_cast<unsigned>(date.month()), "-");
    append_number(word, static_cast<unsigned>(date.day()), "T");
    append_number(word, static_cast<unsigned>(of_day.hours().count()), ":");
    append_number(word, static_cast<unsigned>(of_day.minutes().count()), ":");
    append_number(word, static_cast<unsigned>(of_day.seconds().count()), "");
    append_fraction(word, of_day.subseconds(), fraction_digits);
    word.append("Z");
    return word;
}

Word seconds_word(nanoseconds duration, std::size_t fraction_digits) {
    Word word;
    // What was stamped just before the trace began lies before its start.
    if (duration < nanoseconds::zero()) word.append("-");
    const auto length = std::chrono::abs(duration);
    const auto whole = std::chrono::floor<seconds>(length);
    word.append(whole.count());
    append_fraction(word, length - whole, fraction_digits);
    return word;
}

Word errno_word(int number) {
    if (const char* name = ::strerrorname_np(number)) return Word(name);
    return Word("E").append(number);
}

Word signal_word(int signal) {
    Word word("SIG");
    if (const char* name = ::sigabbrev_np(signal)) return word.append(name);
    return word.append(signal);
}

}  // namespace exectap
