// SPDX-License-Identifier: MIT OR Apache-2.0
// Text put at the end of a string, piece by piece, and most pieces are a few bytes: so room is made ahead, and each
// piece costs a comparison and a copy.
#pragma once

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

namespace exectap {

// A short text that is appended again and again.
class Label {
public:
    static constexpr std::size_t kMost = 32;

    explicit Label(std::string_view text) : size_(static_cast<std::uint8_t>(text.size())) {
        assert(text.size() <= kMost);
        std::copy(text.begin(), text.end(), text_.begin());
    }

    const char* data() const { return text_.data(); }
    std::size_t size() const { return size_; }

private:
    std::array<char, kMost> text_{};
    std::uint8_t size_;
};

class Appender {
public:
    // Until this one is gone nobody else touches `out`: it is longer than what was appended.
    explicit Appender(std::string& out) : out_(out), size_(out.size()) { grow(kRoom); }
    ~Appender() { out_.resize(size_); }
    Appender(const Appender&) = delete;
    Appender& operator=(const Appender&) = delete;

    Appender& operator+=(char c) {
        make_room(1);
        out_[size_++] = c;
        return *this;
    }

    Appender& operator+=(std::string_view text) {
        make_room(text.size());
        size_ += text.copy(out_.data() + size_, text.size());
        return *this;
    }

    Appender& operator+=(const Label& label) {
        make_room(Label::kMost);
        // All of it, because a copy of a constant size is no call.
        std::memcpy(out_.data() + size_, label.data(), Label::kMost);
        size_ += label.size();
        return *this;
    }

    Appender& operator+=(std::integral auto number) {
        // And a sign.
        constexpr std::size_t kMostDigits = std::numeric_limits<decltype(number)>::digits10 + 2;
        make_room(kMostDigits);
        auto* const at = out_.data() + size_;
        size_ += static_cast<std::size_t>(std::to_chars(at, at + kMostDigits, number).ptr - at);
        return *this;
    }

    // There is something.
    char back() const { return out_[size_ - 1]; }

private:
    // A line's, or most of it.
    static constexpr std::size_t kRoom = 256;

    void make_room(std::size_t bytes) {
        if (out_.size() - size_ < bytes) [[unlikely]]
            grow(bytes);
    }
    void grow(std::size_t bytes);

    std::string& out_;
    std::size_t size_;      // of what is text
    std::size_t room_ = 0;  // that was made last
};

}  // namespace exectap
