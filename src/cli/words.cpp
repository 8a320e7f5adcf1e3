// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cli/words.h"

#include <algorithm>

#include "sink/escape.h"

namespace exectap::cli {

std::string shown(std::string_view word) {
    std::string text = "'";
    append_escaped(text, word);
    return text += '\'';
}

std::string shown_plain(std::string_view text) {
    const bool is_plain = std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
    if (is_plain) return std::string(text);
    std::string escaped;
    append_escaped(escaped, text);
    return escaped;
}

std::string shell_line(std::span<const std::string> words) {
    constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%+,-./:=@_";
    std::string line;
    for (const auto& word : words) {
        if (!line.empty()) line += ' ';
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word) line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return shown_plain(line);
}

}  // namespace exectap::cli
