// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/clocks.h"

#include <regex>
#include <stdexcept>

namespace exectap::test {

using std::chrono::nanoseconds;

nanoseconds now(clockid_t clock) {
    timespec time{};
    ::clock_gettime(clock, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

nanoseconds wall_time(const std::string& text) {
    static const std::regex form("([-0-9]{10}T[:0-9]{8})\\.([0-9]{1,9})Z");
    std::smatch match;
    if (!std::regex_match(text, match, form)) throw std::runtime_error("no time: " + text);
    std::tm parts{};
    if (::strptime(match[1].str().c_str(), "%Y-%m-%dT%H:%M:%S", &parts) == nullptr)
        throw std::runtime_error("no time: " + text);
    auto digits = match[2].str();
    digits.resize(9, '0');
    return std::chrono::seconds(::timegm(&parts)) + nanoseconds(std::stoll(digits));
}

}  // namespace exectap::test
