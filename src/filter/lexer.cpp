// SPDX-License-Identifier: MIT OR Apache-2.0
#include "filter/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sink/escape.h"
#include "sink/utf8.h"

namespace exectap {
namespace {

constexpr std::string_view kSpaces = " \t\r\n";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word_part(char c) { return is_word_start(c) || is_digit(c); }
bool is_number_part(char c) { return is_word_part(c) || c == '.'; }

struct Sign {
    std::string_view text;
    TokenKind kind;
    std::string_view advice;
};

// A sign stands before those that it begins with.
constexpr std::array kSigns = {
    Sign{"===", TokenKind::wrong, "write =="}, Sign{"!==", TokenKind::wrong, "write !="},
    Sign{"==", TokenKind::comparison, {}},     Sign{"=~", TokenKind::wrong, "write ~"},
    Sign{"=>", TokenKind::wrong, "write >="},  Sign{"=<", TokenKind::wrong, "write <="},
    Sign{"=", TokenKind::wrong, "write =="},   Sign{"!=", TokenKind::comparison, {}},
    Sign{"!~", TokenKind::comparison, {}},     Sign{"!", TokenKind::negation, {}},
    Sign{"<>", TokenKind::wrong, "write !="},  Sign{"<=", TokenKind::comparison, {}},
    Sign{"<", TokenKind::comparison, {}},      Sign{">=", TokenKind::comparison, {}},
    Sign{">", TokenKind::comparison, {}},      Sign{"~=", TokenKind::wrong, "write ~"},
    Sign{"~", TokenKind::comparison, {}},      Sign{"&&", TokenKind::all_of, {}},
    Sign{"&", TokenKind::wrong, "write &&"},   Sign{"||", TokenKind::any_of, {}},
    Sign{"|", TokenKind::wrong, "write ||"},   Sign{"(", TokenKind::open, {}},
    Sign{")", TokenKind::close, {}},           Sign{"{", TokenKind::open_set, {}},
    Sign{"}", TokenKind::close_set, {}},       Sign{",", TokenKind::comma, {}},
};

template <typename Predicate>
std::size_t count_while(std::string_view text, Predicate predicate) {
    return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), predicate) - text.begin());
}

// Its length with both quotes; 0: it does not end.
std::size_t string_length(std::string_view text) {
    for (std::size_t at = 1; at < text.size(); at++) {
        if (text[at] == text[0]) return at + 1;
        if (text[at] == '\\') at++;
    }
    return 0;
}

std::size_t character_length(std::string_view text) {
    const auto read = read_utf8(text);
    return read.is_valid ? read.length : 1;
}

Token token_of(std::string_view rest) {
    const char first = rest[0];
    if (is_word_start(first)) return {TokenKind::word, rest.substr(0, count_while(rest, is_word_part))};
    const bool has_sign = first == '-' && rest.size() > 1 && is_digit(rest[1]);
    if (is_digit(first) || has_sign)
        return {TokenKind::number, rest.substr(0, 1 + count_while(rest.substr(1), is_number_part))};
    if (first == '"' || first == '\'') {
        const auto length = string_length(rest);
        if (length == 0) return {TokenKind::wrong, rest, 0, "the string does not end; a quote is missing"};
        return {TokenKind::string, rest.substr(0, length)};
    }
    const auto* sign =
        std::find_if(kSigns.begin(), kSigns.end(), [&](const Sign& each) { return rest.starts_with(each.text); });
    if (sign != kSigns.end()) return {sign->kind, rest.substr(0, sign->text.size()), 0, sign->advice};
    return {TokenKind::wrong, rest.substr(0, character_length(rest))};
}

}  // namespace

Token Lexer::next() {
    at_ = std::min(text_.find_first_not_of(kSpaces, at_), text_.size());
    auto token = at_ == text_.size() ? Token{} : token_of(text_.substr(at_));
    token.at = at_;
    at_ += token.text.size();
    return token;
}

std::string_view Lexer::word_at(const Token& token) const {
    const auto rest = text_.substr(token.at);
    return rest.substr(0, rest.find_first_of(" \t\r\n,}()&|\"'"));
}

std::size_t character_number(std::string_view text, std::size_t at) {
    std::size_t number = 1;
    for (std::size_t begin = 0; begin < at; number++) begin += character_length(text.substr(begin));
    return number;
}

Error error_at(std::string_view text, std::size_t at, std::string_view message) {
    constexpr std::size_t kMostShown = 24;
    const auto rest = text.substr(at);
    if (rest.find_first_not_of(kSpaces) == std::string_view::npos)
        return usage_error(fmt::format("at its end: {}", message));
    std::size_t shown = 0;
    for (std::size_t count = 0; shown < rest.size() && count < kMostShown; count++)
        shown += character_length(rest.substr(shown));
    std::string excerpt;
    append_escaped(excerpt, rest.substr(0, shown));
    return usage_error(fmt::format("at character {}, \"{}{}\": {}", character_number(text, at), excerpt,
                                   shown < rest.size() ? "..." : "", message));
}

}  // namespace exectap
