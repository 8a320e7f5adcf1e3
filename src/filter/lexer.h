// SPDX-License-Identifier: MIT OR Apache-2.0
// An expression's text: its words and signs, and errors that point into it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "exectap/result.h"

namespace exectap {

enum class TokenKind {
    word,
    number,
    string,      // with its quotes
    comparison,  // == != < <= > >= ~ !~
    all_of,      // &&
    any_of,      // ||
    negation,    // !
    open,
    close,
    open_set,  // {
    close_set,
    comma,
    wrong,
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;
    std::size_t at = 0;       // bytes from the start
    std::string_view advice;  // of a wrong one: what to write instead, where that is plain
};

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    Token next();

    // What stands at a token up to a space or something that ends a value: what was meant as one value.
    std::string_view word_at(const Token& token) const;

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

// Of the one that begins at a byte, from 1.
std::size_t character_number(std::string_view text, std::size_t at);

// A usage error: `at character 9, "cm == 3": <message>`, or `at its end: <message>`.
Error error_at(std::string_view text, std::size_t at, std::string_view message);

}  // namespace exectap
